#include "services/logs/logs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "metadata/sqlite.h"

namespace standpipe::logs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kDayMs = 24 * 3600 * 1000;

class LogsTest : public testing::Test {
 protected:
  LogsTest() {
    char path[] = "/tmp/logs_test_XXXXXX";
    folder_ = mkdtemp(path);
    metadata_ = open_sqlite_metadata(folder_ / "metadata.db");
    logs_.emplace(*metadata_, clock_);
    request_.account = "000000000000";
    request_.region = "eu-west-1";
    now_ = epoch_ms(clock_.now());
    logs_->create_log_group(request_, {.log_group_name = "/g"});
    logs_->create_log_stream(request_, {.log_group_name = "/g", .log_stream_name = "s"});
  }
  ~LogsTest() override {
    logs_.reset();
    metadata_.reset();
    std::filesystem::remove_all(folder_);
  }

  PutLogEventsOutput put(std::vector<InputLogEvent> events, const std::string& stream = "s") {
    return logs_->put_log_events(request_,
                                 {.log_group_name = "/g", .log_stream_name = stream, .log_events = std::move(events)});
  }
  // Message i at now + i * step.
  void put_many(int count, int64_t step_ms, const std::string& stream = "s", const std::string& word = "m") {
    std::vector<InputLogEvent> events;
    for (int i = 0; i < count; ++i) events.push_back({now_ + i * step_ms, word + std::to_string(i)});
    put(std::move(events), stream);
  }
  static std::vector<std::string> messages(const GetLogEventsOutput& output) {
    std::vector<std::string> result;
    for (const OutputLogEvent& event : *output.events) result.push_back(*event.message);
    return result;
  }
  static std::vector<std::string> messages(const FilterLogEventsOutput& output) {
    std::vector<std::string> result;
    for (const FilteredLogEvent& event : *output.events)
      result.push_back(*event.log_stream_name + ":" + *event.message);
    return result;
  }
  template <class Body>
  static std::string code_of(Body body, const std::string& message = "") {
    try {
      body();
    } catch (const aws::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
      return error.code;
    }
    return "none";
  }
  size_t documents() { return metadata_->scan("").size(); }

  std::filesystem::path folder_;
  FakeClock clock_;
  std::unique_ptr<Metadata> metadata_;
  std::optional<Logs> logs_;
  aws::Request request_;
  int64_t now_ = 0;
};

TEST_F(LogsTest, PagesForwardsUntilTheTokenRepeats) {
  put_many(5, 700);
  GetLogEventsInput input{.log_group_name = "/g", .log_stream_name = "s", .limit = 2, .start_from_head = true};
  auto page = logs_->get_log_events(request_, input);
  EXPECT_THAT(messages(page), ElementsAre("m0", "m1"));
  input.next_token = page.next_forward_token;
  page = logs_->get_log_events(request_, input);
  EXPECT_THAT(messages(page), ElementsAre("m2", "m3"));
  input.next_token = page.next_forward_token;
  page = logs_->get_log_events(request_, input);
  EXPECT_THAT(messages(page), ElementsAre("m4"));
  input.next_token = page.next_forward_token;
  page = logs_->get_log_events(request_, input);
  EXPECT_THAT(messages(page), IsEmpty());
  EXPECT_EQ(page.next_forward_token, input.next_token);
  put({{now_ + 5000, "later"}});
  EXPECT_THAT(messages(logs_->get_log_events(request_, input)), ElementsAre("later"));
}

TEST_F(LogsTest, PagesBackwardsFromTheEnd) {
  put_many(5, 700);
  GetLogEventsInput input{.log_group_name = "/g", .log_stream_name = "s", .limit = 2};
  auto page = logs_->get_log_events(request_, input);
  EXPECT_THAT(messages(page), ElementsAre("m3", "m4"));
  input.next_token = page.next_backward_token;
  page = logs_->get_log_events(request_, input);
  EXPECT_THAT(messages(page), ElementsAre("m1", "m2"));
  input.next_token = page.next_backward_token;
  page = logs_->get_log_events(request_, input);
  EXPECT_THAT(messages(page), ElementsAre("m0"));
  input.next_token = page.next_backward_token;
  page = logs_->get_log_events(request_, input);
  EXPECT_THAT(messages(page), IsEmpty());
  EXPECT_EQ(page.next_backward_token, input.next_token);
}

TEST_F(LogsTest, OrdersOverlappingBatchesByTime) {
  put({{now_, "a"}, {now_ + 3000, "d"}});
  put({{now_ + 100, "b"}, {now_ + 2999, "c"}, {now_ + 3000, "e"}});
  GetLogEventsInput input{.log_group_name = "/g", .log_stream_name = "s", .start_from_head = true};
  EXPECT_THAT(messages(logs_->get_log_events(request_, input)), ElementsAre("a", "b", "c", "d", "e"));
  input.start_time = now_ + 100;
  input.end_time = now_ + 3000;
  EXPECT_THAT(messages(logs_->get_log_events(request_, input)), ElementsAre("b", "c"));
  input.start_from_head = false;
  EXPECT_THAT(messages(logs_->get_log_events(request_, input)), ElementsAre("b", "c"));
}

TEST_F(LogsTest, RefusesBadBatches) {
  EXPECT_EQ(code_of([&] { put({{now_, "a"}, {now_ - 1, "b"}}); }, "must be in chronological order."),
            "InvalidParameterException");
  EXPECT_EQ(code_of([&] { put({{now_ - kDayMs - 1, "a"}, {now_, "b"}}); }, "24 hours"), "InvalidParameterException");
  EXPECT_EQ(code_of([&] { put({{now_, std::string(700'000, 'a')}, {now_, std::string(400'000, 'a')}}); },
                    "exceeds limit of 1048576"),
            "InvalidParameterException");
  EXPECT_EQ(code_of([&] { put({{now_, "a"}}, "absent"); }, "The specified log stream does not exist."),
            "ResourceNotFoundException");
}

TEST_F(LogsTest, RejectsOldAndNewEventsButKeepsTheRest) {
  const auto output = put({{now_, "fine"}, {now_ + 3 * 3600 * 1000, "new"}});
  EXPECT_EQ(output.rejected_log_events_info->too_new_log_event_start_index, 1);
  const auto old = put({{now_ - 14 * kDayMs - 5, "old"}, {now_ - 14 * kDayMs + 5, "fine too"}});
  EXPECT_EQ(old.rejected_log_events_info->too_old_log_event_end_index, 1);
  logs_->put_retention_policy(request_, {.log_group_name = "/g", .retention_in_days = 3});
  const auto expired = put({{now_ - 3 * kDayMs - 1, "gone"}, {now_ - 2 * kDayMs - 1, "kept"}});
  EXPECT_EQ(expired.rejected_log_events_info->expired_log_event_end_index, 1);
  EXPECT_THAT(messages(logs_->get_log_events(request_, {.log_group_name = "/g", .log_stream_name = "s"})),
              ElementsAre("kept", "fine"));
}

TEST_F(LogsTest, FiltersAcrossStreamsInOrderOfTime) {
  logs_->create_log_stream(request_, {.log_group_name = "/g", .log_stream_name = "t"});
  put({{now_, "ERROR 1"}, {now_ + 2000, "ERROR 3"}, {now_ + 2500, "INFO"}});
  put({{now_ + 1000, "ERROR 2"}, {now_ + 2001, "ERROR 4"}}, "t");
  FilterLogEventsInput input{.log_group_name = "/g", .filter_pattern = "ERROR", .limit = 3};
  const auto page = logs_->filter_log_events(request_, input);
  EXPECT_THAT(messages(page), ElementsAre("s:ERROR 1", "t:ERROR 2", "s:ERROR 3"));
  ASSERT_TRUE(page.next_token);
  input.next_token = page.next_token;
  const auto rest = logs_->filter_log_events(request_, input);
  EXPECT_THAT(messages(rest), ElementsAre("t:ERROR 4"));
  EXPECT_FALSE(rest.next_token);
  EXPECT_THAT(messages(logs_->filter_log_events(
                  request_, {.log_group_identifier = "arn:aws:logs:eu-west-1:000000000000:log-group:/g:*",
                             .log_stream_name_prefix = "t",
                             .start_time = now_ + 1001})),
              ElementsAre("t:ERROR 4"));
  EXPECT_EQ(code_of([&] { logs_->filter_log_events(request_, {.log_group_name = "/g", .filter_pattern = "{ $.a"}); }),
            "InvalidParameterException");
  EXPECT_EQ(code_of([&] { logs_->filter_log_events(request_, {.log_group_name = "/g", .next_token = "!"}); },
                    "The specified nextToken is invalid."),
            "InvalidParameterException");
}

TEST_F(LogsTest, AResponseHoldsAMegabyte) {
  for (int i = 0; i < 3; ++i) put({{now_ + i * 10, std::string(600'000, static_cast<char>('a' + i))}});
  GetLogEventsInput input{.log_group_name = "/g", .log_stream_name = "s", .start_from_head = true};
  size_t seen = 0;
  for (int i = 0; i < 3; ++i) {
    const auto page = logs_->get_log_events(request_, input);
    ASSERT_EQ(page.events->size(), 1u);
    seen += page.events->size();
    input.next_token = page.next_forward_token;
  }
  EXPECT_EQ(seen, 3u);
}

TEST_F(LogsTest, DescribesGroupsAndStreams) {
  EXPECT_EQ(code_of([&] { logs_->create_log_group(request_, {.log_group_name = "/g"}); },
                    "The specified log group already exists"),
            "ResourceAlreadyExistsException");
  EXPECT_EQ(code_of([&] { logs_->create_log_stream(request_, {.log_group_name = "/g", .log_stream_name = "s"}); },
                    "The specified log stream already exists"),
            "ResourceAlreadyExistsException");
  for (const char* name : {"/h", "/i"}) logs_->create_log_group(request_, {.log_group_name = name});
  const auto page = logs_->describe_log_groups(request_, {.limit = 2});
  ASSERT_EQ(page.log_groups->size(), 2u);
  EXPECT_EQ(page.log_groups->front().arn, "arn:aws:logs:eu-west-1:000000000000:log-group:/g:*");
  const auto rest = logs_->describe_log_groups(request_, {.next_token = page.next_token});
  ASSERT_EQ(rest.log_groups->size(), 1u);
  EXPECT_FALSE(rest.next_token);

  for (const char* name : {"a", "b"}) {
    logs_->create_log_stream(request_, {.log_group_name = "/g", .log_stream_name = name});
  }
  put({{now_, "12345678"}}, "b");
  put({{now_ + 10, "x"}}, "a");
  const auto described = [&](DescribeLogStreamsInput input) {
    input.log_group_name = "/g";
    std::vector<std::string> names;
    DescribeLogStreamsOutput output;
    do {
      output = logs_->describe_log_streams(request_, input);
      for (const LogStream& stream : *output.log_streams) names.push_back(*stream.log_stream_name);
      input.next_token = output.next_token;
    } while (output.next_token);
    return names;
  };
  EXPECT_THAT(described({}), ElementsAre("a", "b", "s"));
  EXPECT_THAT(described({.descending = true, .limit = 1}), ElementsAre("s", "b", "a"));
  EXPECT_THAT(described({.order_by = "LastEventTime", .descending = true, .limit = 1}), ElementsAre("a", "b", "s"));
  EXPECT_THAT(described({.order_by = "LastEventTime", .limit = 2}), ElementsAre("s", "b", "a"));
  EXPECT_THAT(described({.log_stream_name_prefix = "b"}), ElementsAre("b"));
  EXPECT_EQ(*logs_->describe_log_groups(request_, {.log_group_name_prefix = "/g"}).log_groups->front().stored_bytes,
            8 + 26 + 1 + 26);
}

TEST_F(LogsTest, DeletedThingsLeaveNothingOnceSwept) {
  const size_t before = documents();
  logs_->create_log_stream(request_, {.log_group_name = "/g", .log_stream_name = "t"});
  put_many(1500, 1000, "t");
  logs_->delete_log_stream(request_, {.log_group_name = "/g", .log_stream_name = "t"});
  logs_->sweep();
  EXPECT_EQ(documents(), before);
  put_many(3, 1000);
  logs_->delete_log_group(request_, {.log_group_name = "/g"});
  logs_->sweep();
  EXPECT_EQ(documents(), 1u) << "the place of the account's groups";
  EXPECT_EQ(code_of([&] { put({{now_, "a"}}); }, "The specified log group does not exist."),
            "ResourceNotFoundException");
}

TEST_F(LogsTest, RetentionHidesAtOnceAndSweepsLater) {
  put({{now_, "old"}});
  logs_->put_retention_policy(request_, {.log_group_name = "/g", .retention_in_days = 1});
  clock_.advance(std::chrono::milliseconds(kDayMs + 2000));
  now_ += kDayMs + 2000;
  put({{now_, "young"}});
  const auto read = [&] {
    return messages(logs_->get_log_events(request_, {.log_group_name = "/g", .log_stream_name = "s"}));
  };
  EXPECT_THAT(read(), ElementsAre("young"));
  const size_t before = documents();
  logs_->sweep();
  EXPECT_EQ(documents(), before - 3);
  EXPECT_THAT(read(), ElementsAre("young"));
  EXPECT_EQ(*logs_->describe_log_groups(request_, {}).log_groups->front().stored_bytes, 5 + 26);
  EXPECT_EQ(code_of([&] { logs_->put_retention_policy(request_, {.log_group_name = "/g", .retention_in_days = 2}); }),
            "InvalidParameterException");
}

TEST_F(LogsTest, TagsAndAccess) {
  const std::string arn = "arn:aws:logs:eu-west-1:000000000000:log-group:/g";
  logs_->tag_resource(request_, {.resource_arn = arn, .tags = {{"a", "1"}, {"b", "2"}}});
  logs_->untag_resource(request_, {.resource_arn = arn, .tag_keys = {"a"}});
  EXPECT_EQ(logs_->list_tags_for_resource(request_, {.resource_arn = arn}).tags->size(), 1u);
  EXPECT_EQ(logs_->access(request_, PutLogEventsInput{.log_group_name = "/g", .log_stream_name = "s"}).front().resource,
            arn + ":log-stream:s");
  EXPECT_EQ(logs_->access(request_, CreateLogGroupInput{.log_group_name = "/g"}).front().resource,
            arn + ":log-stream:");
}

}  // namespace
}  // namespace standpipe::logs
