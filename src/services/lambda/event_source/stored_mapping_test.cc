#include "services/lambda/event_source/stored_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metadata/sqlite.h"
#include "services/lambda/event_source/stream_record.h"
#include "storage/temporary_directory.h"

namespace standpipe::lambda {
namespace {

using testing::HasSubstr;

constexpr const char* kStream = "arn:aws:kinesis:eu-west-1:000000000000:stream/s";

class Mappings : public testing::Test {
 protected:
  Mappings() {
    request_.account = "000000000000";
    request_.region = "eu-west-1";
  }
  CreateEventSourceMappingInput input() const {
    return {.event_source_arn = kStream, .function_name = "f", .starting_position = "TRIM_HORIZON"};
  }
  template <class Change>
  std::string refused(Change change) {
    CreateEventSourceMappingInput wrong = input();
    change(wrong);
    try {
      read_mapping(request_, wrong, now_);
    } catch (const aws::Error& error) {
      EXPECT_EQ(error.code, "InvalidParameterValueException");
      return error.what();
    }
    return "accepted";
  }
  void put(const StoredMapping& mapping) {
    metadata_->transaction([&](MetadataTransaction& transaction) { put_mapping(transaction, mapping); });
  }

  TemporaryDirectory folder_;
  std::unique_ptr<Metadata> metadata_ = open_sqlite_metadata(folder_.path() / "metadata.db");
  aws::Request request_;
  Timestamp now_{Duration{1'764'244'800'000}};
};

TEST_F(Mappings, AreReadAsTheyWereWritten) {
  CreateEventSourceMappingInput whole = input();
  whole.event_source_arn = std::string(kStream) + "/consumer/c:1";
  whole.enabled = false;
  whole.batch_size = 7;
  whole.maximum_batching_window_in_seconds = 8;
  whole.parallelization_factor = 9;
  whole.starting_position = "AT_TIMESTAMP";
  whole.starting_position_timestamp = now_;
  whole.maximum_record_age_in_seconds = 60;
  whole.maximum_retry_attempts = 0;
  whole.bisect_batch_on_function_error = true;
  whole.tumbling_window_in_seconds = 30;
  whole.function_response_types = {{"ReportBatchItemFailures"}};
  whole.destination_config = DestinationConfig{.on_failure = OnFailure{"arn:aws:s3:::bucket"}};
  whole.filter_criteria = FilterCriteria{{{{R"({"data":{"a":[1]}})"}}}};
  whole.tags.emplace().emplace("k", "v");
  const StoredMapping mapping = read_mapping(request_, whole, now_);
  EXPECT_TRUE(mapping.fan_out());
  EXPECT_EQ(mapping.stream_arn(), kStream);
  put(mapping);
  const auto found = find_mapping(*metadata_, mapping.uuid);
  ASSERT_TRUE(found);
  EXPECT_EQ(print_stored(*found), print_stored(mapping));
  EXPECT_EQ(describe(*found).filter_criteria->filters->front().pattern, R"({"data":{"a":[1]}})");
}

TEST_F(Mappings, DefaultsAreAwss) {
  const auto shown = describe(read_mapping(request_, input(), now_));
  EXPECT_EQ(shown.batch_size, 100);
  EXPECT_EQ(shown.maximum_retry_attempts, -1);
  EXPECT_EQ(shown.maximum_record_age_in_seconds, -1);
  EXPECT_EQ(shown.parallelization_factor, 1);
  EXPECT_TRUE(shown.function_response_types->empty());
  EXPECT_TRUE(shown.destination_config->on_failure);
}

TEST_F(Mappings, WhatIsNotTakenIsNamed) {
  EXPECT_THAT(refused([](auto& i) { i.starting_position.reset(); }),
              "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must "
              "not be null.");
  EXPECT_THAT(refused([](auto& i) { i.starting_position = "AT_TIMESTAMP"; }), HasSubstr("startingPositionTimestamp"));
  EXPECT_THAT(refused([](auto& i) { i.starting_position_timestamp = Timestamp{}; }), HasSubstr("AT_TIMESTAMP"));
  EXPECT_THAT(refused([](auto& i) { i.maximum_record_age_in_seconds = 59; }), HasSubstr("greater than or equal to 60"));
  EXPECT_THAT(refused([](auto& i) { i.event_source_arn = "arn:aws:sqs:eu-west-1:000000000000:q"; }), HasSubstr("sqs"));
  EXPECT_THAT(refused([](auto& i) { i.event_source_arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s"; }),
              HasSubstr("another region"));
  EXPECT_THAT(refused([](auto& i) { i.event_source_arn.reset(); }), HasSubstr("eventSourceArn"));
  EXPECT_THAT(refused([](auto& i) { i.topics = {{"t"}}; }), HasSubstr("Topics"));
  EXPECT_THAT(refused([](auto& i) { i.queues = {{"q"}}; }), HasSubstr("Queues"));
  EXPECT_THAT(refused([](auto& i) { i.scaling_config = ScalingConfig{2}; }), HasSubstr("ScalingConfig"));
  EXPECT_THAT(refused([](auto& i) { i.document_db_event_source_config.emplace(); }), HasSubstr("DocumentDB"));
  EXPECT_THAT(refused([](auto& i) {
                i.destination_config = DestinationConfig{.on_failure = OnFailure{"arn:aws:sns:eu-west-1:0:t"}};
              }),
              HasSubstr("sns"));
  EXPECT_THAT(refused([](auto& i) { i.filter_criteria = FilterCriteria{{{{"{"}}}}; }),
              HasSubstr("Invalid filter pattern definition."));
  EXPECT_THAT(refused([](auto& i) { i.filter_criteria = FilterCriteria{{{6, Filter{R"({"data":[1]})"}}}}; }),
              HasSubstr("at most 5"));
}

TEST_F(Mappings, ProgressIsKeptOfMappingsThatExist) {
  StoredMapping mapping = read_mapping(request_, input(), now_);
  mapping.parallelization = 2;
  mapping.tumbling_window_s = 10;
  ShardProgress progress;
  progress.lanes = {{.position = "5", .window = Window{now_, R"({"n":1})"}}, {.position = "12", .window = {}}};
  const auto note = [&] { note_progress(*metadata_, mapping.uuid, "shard", [&] { return progress; }); };
  note();
  EXPECT_TRUE(metadata_->scan("").empty());
  put(mapping);
  note();
  const ShardProgress found = find_progress(*metadata_, mapping, "shard");
  EXPECT_FALSE(found.finished);
  EXPECT_EQ(found.lanes[0].window->state, R"({"n":1})");
  EXPECT_EQ(found.lanes[1].position, "12");
  mapping.tumbling_window_s = 7;
  EXPECT_FALSE(find_progress(*metadata_, mapping, "shard").lanes[0].window) << "no window of this length";
  mapping.parallelization = 3;
  for (const LaneProgress& lane : find_progress(*metadata_, mapping, "shard").lanes) EXPECT_EQ(lane.position, "5");
  remove_mapping(*metadata_, mapping.uuid);
  EXPECT_TRUE(metadata_->scan("").empty());
}

TEST(StreamRecords, LookAsAwsSendsThem) {
  const RecordOrigin origin{kStream, "eu-west-1", "shardId-000000000000", "arn:aws:iam::000000000000:role/r"};
  const StreamRecord record = make_record(origin, "49", Timestamp{Duration{1'545'084'650'987}}, {"key", "hi"});
  EXPECT_EQ(record.json,
            R"({"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"key","sequenceNumber":"49","data":"aGk=",)"
            R"("approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis","eventVersion":"1.0",)"
            R"("eventID":"shardId-000000000000:49","eventName":"aws:kinesis:record",)"
            R"("invokeIdentityArn":"arn:aws:iam::000000000000:role/r","awsRegion":"eu-west-1",)"
            R"("eventSourceARN":"arn:aws:kinesis:eu-west-1:000000000000:stream/s"})");
  const std::vector records{record, record};
  const json::Value event = json::parse(event_text(origin, records, std::nullopt));
  EXPECT_EQ(event.find("Records")->array().size(), 2u);
  EXPECT_EQ(event.object().size(), 1u);
  const WindowView window{Timestamp{Duration{1'545'084'600'000}}, Timestamp{Duration{1'545'084'660'000}}, "{}", true};
  EXPECT_EQ(event_text(origin, {}, window),
            R"({"Records":[],"window":{"start":"2018-12-17T22:10:00Z","end":"2018-12-17T22:11:00Z"},"state":{},)"
            R"("shardId":"shardId-000000000000",)"
            R"("eventSourceARN":"arn:aws:kinesis:eu-west-1:000000000000:stream/s",)"
            R"("isFinalInvokeForWindow":true,"isWindowTerminatedEarly":false})");
}

TEST(StreamRecords, FiltersSeeJsonOrText) {
  const RecordOrigin origin{kStream, "eu-west-1", "shardId-000000000000", {}};
  EXPECT_EQ(filtered_view(origin, "1", {}, {"k", R"({"a":1})"}).find("data")->find("a")->integer(), 1);
  EXPECT_EQ(filtered_view(origin, "1", {}, {"k", "a text"}).text("data"), "a text");
  EXPECT_EQ(filtered_view(origin, "1", {}, {"k", "\xff"}).text("data"), "\xff");
}

}  // namespace
}  // namespace standpipe::lambda
