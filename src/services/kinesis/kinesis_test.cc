#include <map>
#include <set>

#include "base/workers.h"
#include "services/kinesis/kinesis_fixture.h"
#include "services/kinesis/waiting_reader.h"

namespace standpipe::kinesis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(KinesisTest, CreatesDescribesAndDeletes) {
  create("s", 2);
  EXPECT_EQ(code_of([&] { create("s"); }, "Stream s under account 000000000000 already exists."),
            "ResourceInUseException");
  const StreamDescription shown = kinesis_->describe_stream(request_, {.stream_name = "s"}).stream_description;
  EXPECT_EQ(shown.stream_arn, "arn:aws:kinesis:eu-west-1:000000000000:stream/s");
  EXPECT_EQ(shown.stream_status, "ACTIVE");
  EXPECT_EQ(shown.retention_period_hours, 24);
  EXPECT_EQ(shown.encryption_type, "NONE");
  EXPECT_EQ(shown.stream_creation_timestamp, clock_.now());
  ASSERT_EQ(shown.shards.size(), 2u);
  EXPECT_EQ(shown.shards[1].shard_id, "shardId-000000000001");
  EXPECT_EQ(shown.shards[1].hash_key_range.starting_hash_key, "170141183460469231731687303715884105728");
  EXPECT_EQ(shown.shards[1].hash_key_range.ending_hash_key, "340282366920938463463374607431768211455");
  const auto summary =
      kinesis_->describe_stream_summary(request_, {.stream_arn = shown.stream_arn}).stream_description_summary;
  EXPECT_EQ(summary.open_shard_count, 2);
  EXPECT_EQ(summary.stream_mode_details->stream_mode, "PROVISIONED");
  kinesis_->delete_stream(request_, {.stream_name = "s"});
  EXPECT_EQ(code_of([&] { kinesis_->describe_stream(request_, {.stream_name = "s"}); },
                    "Stream s under account 000000000000 not found."),
            "ResourceNotFoundException");
  EXPECT_EQ(code_of([&] { kinesis_->delete_stream(request_, {.stream_name = "s"}); }), "ResourceNotFoundException");
  EXPECT_THAT(log_->list(), IsEmpty());
}

TEST_F(KinesisTest, NamesStreamsByNameOrArnOfThisAccountAndRegion) {
  create("s");
  const auto describe = [&](std::optional<std::string> name, std::optional<std::string> arn) {
    return code_of([&] { kinesis_->describe_stream_summary(request_, {.stream_name = name, .stream_arn = arn}); });
  };
  EXPECT_EQ(describe("s", "arn:aws:kinesis:eu-west-1:000000000000:stream/s"), "none");
  EXPECT_EQ(describe(std::nullopt, std::nullopt), "InvalidArgumentException");
  EXPECT_EQ(describe("t", "arn:aws:kinesis:eu-west-1:000000000000:stream/s"), "InvalidArgumentException");
  EXPECT_EQ(describe(std::nullopt, "arn:aws:kinesis:eu-west-2:000000000000:stream/s"), "InvalidArgumentException");
  EXPECT_EQ(describe(std::nullopt, "arn:aws:kinesis:eu-west-1:111111111111:stream/s"), "ResourceNotFoundException");
  request_.region = "eu-west-2";
  EXPECT_EQ(describe("s", std::nullopt), "ResourceNotFoundException");
}

TEST_F(KinesisTest, ChecksCreation) {
  const auto creation = [&](CreateStreamInput input, const std::string& message = "") {
    input.stream_name = "s";
    return code_of([&] { kinesis_->create_stream(request_, input); }, message);
  };
  EXPECT_EQ(creation({.stream_mode_details = StreamModeDetails{"PROVISIONED"}}), "InvalidArgumentException");
  EXPECT_EQ(creation({.shard_count = 2000}, "Limit: 1000."), "LimitExceededException");
  EXPECT_EQ(creation({.shard_count = 1, .warm_throughput_mibps = 5}, "Warm throughput"), "ValidationException");
  EXPECT_EQ(creation({.shard_count = 1, .stream_mode_details = StreamModeDetails{"ON_DEMAND"}}),
            "InvalidArgumentException");
  EXPECT_EQ(creation({.stream_mode_details = StreamModeDetails{"ON_DEMAND"}}), "none");
  const auto summary =
      kinesis_->describe_stream_summary(request_, {.stream_name = "s"}).stream_description_summary;
  EXPECT_EQ(summary.open_shard_count, 4);
  EXPECT_EQ(summary.stream_mode_details->stream_mode, "ON_DEMAND");
  EXPECT_EQ(kinesis_->describe_limits(request_, {}).on_demand_stream_count, 1);
  EXPECT_EQ(kinesis_->describe_limits(request_, {}).open_shard_count, 0);
  kinesis_->create_stream(request_, {.stream_name = "unsaid"});
  EXPECT_EQ(kinesis_->describe_limits(request_, {}).on_demand_stream_count, 2);
}

TEST_F(KinesisTest, ListsStreamsByPages) {
  for (const char* name : {"b", "a", "c"}) create(name);
  EXPECT_THAT(kinesis_->list_streams(request_, {}).stream_names, ElementsAre("a", "b", "c"));
  const auto first = kinesis_->list_streams(request_, {.limit = 2});
  EXPECT_THAT(first.stream_names, ElementsAre("a", "b"));
  EXPECT_TRUE(first.has_more_streams);
  EXPECT_EQ(first.stream_summaries->at(1).stream_arn, "arn:aws:kinesis:eu-west-1:000000000000:stream/b");
  const auto rest = kinesis_->list_streams(request_, {.limit = 2, .next_token = first.next_token});
  EXPECT_THAT(rest.stream_names, ElementsAre("c"));
  EXPECT_FALSE(rest.has_more_streams);
  EXPECT_THAT(kinesis_->list_streams(request_, {.exclusive_start_stream_name = "a"}).stream_names,
              ElementsAre("b", "c"));
  EXPECT_EQ(code_of([&] { kinesis_->list_streams(request_, {.next_token = "AAAA"}); }), "InvalidArgumentException");
  request_.account = "111111111111";
  EXPECT_THAT(kinesis_->list_streams(request_, {}).stream_names, IsEmpty());
}

TEST_F(KinesisTest, PutsByHashAndReadsInOrder) {
  create("s", 4);
  std::map<std::string, std::vector<std::string>> expected;
  std::map<std::string, std::string> last;
  for (int i = 0; i < 40; ++i) {
    const auto done = put(std::to_string(i), "key" + std::to_string(i));
    expected[done.shard_id].push_back(std::to_string(i));
    EXPECT_EQ(done.sequence_number.size(), 56u);
    EXPECT_GT(done.sequence_number, last[done.shard_id]);
    last[done.shard_id] = done.sequence_number;
  }
  EXPECT_GT(expected.size(), 2u);
  for (const auto& [shard, wanted] : expected) EXPECT_EQ(texts(iterator({.shard_id = shard})), wanted);
  EXPECT_EQ(put("x", "a").shard_id, put("y", "a").shard_id);
}

TEST_F(KinesisTest, HonoursExplicitHashKeys) {
  create("s", 2);
  const auto shard_for = [&](const std::string& key) {
    return kinesis_
        ->put_record(request_, {.stream_name = "s", .data = {"x"}, .partition_key = "a", .explicit_hash_key = key})
        .shard_id;
  };
  EXPECT_EQ(shard_for("0"), "shardId-000000000000");
  EXPECT_EQ(shard_for("170141183460469231731687303715884105727"), "shardId-000000000000");
  EXPECT_EQ(shard_for("170141183460469231731687303715884105728"), "shardId-000000000001");
  EXPECT_EQ(code_of([&] { shard_for("340282366920938463463374607431768211456"); }, "[0, 2^128-1]"),
            "InvalidArgumentException");
}

TEST_F(KinesisTest, PutsManyAndNamesTheirShards) {
  create("s", 3);
  PutRecordsInput input{.stream_name = "s"};
  for (int i = 0; i < 100; ++i) input.records.push_back({{std::to_string(i)}, std::nullopt, std::to_string(i)});
  const auto output = kinesis_->put_records(request_, input);
  EXPECT_EQ(output.failed_record_count, 0);
  ASSERT_EQ(output.records.size(), 100u);
  std::set<std::string> numbers;
  for (const auto& record : output.records) numbers.insert(record.sequence_number.value());
  EXPECT_EQ(numbers.size(), 100u);
  EXPECT_EQ(metrics_.sums["PutRecords.SuccessfulRecords"], 100);
  EXPECT_EQ(metrics_.sums["IncomingRecords"], 100);
  EXPECT_EQ(metrics_.sums["IncomingBytes"], 190);
}

TEST_F(KinesisTest, RefusesLargeRecords) {
  create("s");
  EXPECT_EQ(code_of([&] { put(std::string((1 << 20) - 2, 'x')); },
                    "Member must have length less than or equal to 1048576"),
            "ValidationException");
  EXPECT_NO_THROW(put(std::string((1 << 20) - 3, 'x')));
  PutRecordsInput input{.stream_name = "s"};
  for (int i = 0; i < 11; ++i) input.records.push_back({{std::string(1'000'000, 'x')}, std::nullopt, "k"});
  EXPECT_EQ(code_of([&] { kinesis_->put_records(request_, input); }, "Records size exceeds"),
            "InvalidArgumentException");
  input.records.resize(1);
  input.records[0].partition_key.reset();
  EXPECT_EQ(code_of([&] { kinesis_->put_records(request_, input); }, "'records.1.member.partitionKey'"),
            "ValidationException");
}

TEST_F(KinesisTest, FindsEveryKindOfPlace) {
  create("s");
  std::vector<std::string> numbers;
  std::vector<Timestamp> times;
  for (const char* text : {"a", "b", "c"}) {
    times.push_back(clock_.now());
    numbers.push_back(put(text).sequence_number);
    clock_.advance(std::chrono::seconds(10));
  }
  const auto at = [&](const std::string& type, const std::string& number) {
    return texts(iterator({.shard_iterator_type = type, .starting_sequence_number = number}));
  };
  EXPECT_THAT(at("AT_SEQUENCE_NUMBER", numbers[1]), ElementsAre("b", "c"));
  EXPECT_THAT(at("AFTER_SEQUENCE_NUMBER", numbers[1]), ElementsAre("c"));
  EXPECT_THAT(at("AFTER_SEQUENCE_NUMBER", numbers[2]), IsEmpty());
  const std::string start = kinesis_->describe_stream(request_, {.stream_name = "s"})
                                .stream_description.shards[0].sequence_number_range.starting_sequence_number;
  EXPECT_THAT(at("AT_SEQUENCE_NUMBER", start), ElementsAre("a", "b", "c"));
  EXPECT_THAT(texts(iterator({})), ElementsAre("a", "b", "c"));
  const std::string latest = iterator({.shard_iterator_type = "LATEST"});
  const std::string since = iterator({.shard_iterator_type = "AT_TIMESTAMP", .timestamp = times[1]});
  EXPECT_THAT(texts(since), ElementsAre("b", "c"));
  put("d");
  EXPECT_THAT(texts(latest), ElementsAre("d"));
}

TEST_F(KinesisTest, RefusesImpossiblePlaces) {
  create("s", 2);
  create("t");
  const std::string own = put("x", "key").sequence_number, foreign = put("x", "key", "t").sequence_number;
  const auto refused = [&](GetShardIteratorInput input, const std::string& message) {
    return code_of([&] { iterator(input); }, message);
  };
  EXPECT_EQ(refused({.shard_id = "shardId-000000000002"},
                    "Shard shardId-000000000002 in stream s under account 000000000000 does not exist"),
            "ResourceNotFoundException");
  EXPECT_EQ(refused({.shard_id = "2"}, "Shard shardId-000000000002 in stream s"), "ResourceNotFoundException");
  EXPECT_EQ(refused({.shard_id = "2147483648"}, "Shard 2147483648 in stream s"), "ResourceNotFoundException");
  for (const char* name : {"0", "shardId-0", "x-00", "shardId-000000000000"}) {
    EXPECT_FALSE(iterator({.shard_id = name}).empty()) << name;
  }
  EXPECT_THAT(texts('"' + iterator({}) + '"'), ElementsAre("x"));  // as the command line prints it
  for (const char* name : {"x", "x-", "-1-0", "shardId-+0", "0-x", "00-0-0"}) {
    EXPECT_EQ(refused({.shard_id = name}, "does not exist"), "ResourceNotFoundException") << name;
  }
  EXPECT_EQ(refused({.stream_name = "u"}, "Stream u under account"), "ResourceNotFoundException");
  EXPECT_EQ(refused({.shard_iterator_type = "AT_SEQUENCE_NUMBER"}, "and no StartingSequenceNumber."),
            "InvalidArgumentException");
  EXPECT_EQ(refused({.starting_sequence_number = own}, "and also a StartingSequenceNumber."),
            "InvalidArgumentException");
  EXPECT_EQ(refused({.shard_iterator_type = "AT_SEQUENCE_NUMBER", .starting_sequence_number = "123"}, "is invalid."),
            "InvalidArgumentException");
  const std::string wrong_shard = put("x", "key").shard_id == "shardId-000000000000" ? "shardId-000000000001"
                                                                                    : "shardId-000000000000";
  EXPECT_EQ(refused({.shard_id = wrong_shard, .shard_iterator_type = "AT_SEQUENCE_NUMBER",
                     .starting_sequence_number = own},
                    "did not come from this stream."),
            "InvalidArgumentException");
  EXPECT_EQ(refused({.shard_iterator_type = "AT_TIMESTAMP"}, "Must specify timestampInMillis"),
            "InvalidArgumentException");
  EXPECT_EQ(refused({.shard_iterator_type = "AT_TIMESTAMP", .timestamp = clock_.now() + Duration{1}},
                    "cannot be greater than the currentTimestampInMillis"),
            "InvalidArgumentException");
}

TEST_F(KinesisTest, FollowsAShard) {
  create("s");
  for (int i = 0; i < 25; ++i) put(std::to_string(i));
  clock_.advance(std::chrono::seconds(5));
  std::optional<std::string> at = iterator({});
  std::vector<std::string> found;
  for (const size_t wanted : {10u, 10u, 5u, 0u}) {
    const auto page = kinesis_->get_records(request_, {.shard_iterator = *at, .limit = 10});
    EXPECT_EQ(page.records.size(), wanted);
    EXPECT_EQ(page.millis_behind_latest, found.size() + wanted < 25 ? 5000 : 0);
    for (const Record& record : page.records) {
      found.push_back(record.data.bytes);
      EXPECT_EQ(record.partition_key, "key");
      EXPECT_EQ(record.approximate_arrival_timestamp, clock_.now() - std::chrono::seconds(5));
    }
    at = page.next_shard_iterator;
    ASSERT_TRUE(at);
    EXPECT_LE(at->size(), 512u);
    EXPECT_TRUE(at->starts_with("AAAAAAAAAA"));
  }
  EXPECT_EQ(found.size(), 25u);
  EXPECT_EQ(metrics_.sums["GetRecords.Records"], 25);
}

TEST_F(KinesisTest, IteratorsExpireAndCannotBeMade) {
  create("s");
  const std::string at = iterator({});
  EXPECT_EQ(code_of([&] { texts("AAAAAAAAAAEnonsense"); }, "Invalid ShardIterator."), "InvalidArgumentException");
  request_.account = "111111111111";
  EXPECT_EQ(code_of([&] { texts(at); }, "Invalid ShardIterator."), "InvalidArgumentException");
  request_.account = "000000000000";
  clock_.advance(std::chrono::seconds(300));
  EXPECT_NO_THROW(texts(at));
  clock_.advance(Duration{1});
  EXPECT_EQ(code_of([&] { texts(at); }, "tolerated delay of 300000 milliseconds."), "ExpiredIteratorException");
  const std::string fresh = iterator({});
  kinesis_->delete_stream(request_, {.stream_name = "s"});
  EXPECT_EQ(code_of([&] { texts(fresh); }), "ResourceNotFoundException");
  create("s");
  EXPECT_EQ(code_of([&] { texts(fresh); }), "ResourceNotFoundException");
}

TEST_F(KinesisTest, LimitsWhatAShardTakes) {
  create("s");
  PutRecordsInput input{.stream_name = "s"};
  for (int i = 0; i < 500; ++i) input.records.push_back({{"x"}, std::nullopt, "k"});
  EXPECT_EQ(kinesis_->put_records(request_, input).failed_record_count, 0);
  EXPECT_EQ(kinesis_->put_records(request_, input).failed_record_count, 0);
  const auto refused = kinesis_->put_records(request_, input);
  EXPECT_EQ(refused.failed_record_count, 500);
  EXPECT_EQ(refused.records[0].error_code, "ProvisionedThroughputExceededException");
  EXPECT_EQ(refused.records[0].error_message,
            "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.");
  EXPECT_FALSE(refused.records[0].sequence_number);
  EXPECT_EQ(code_of([&] { put("x"); }, "Rate exceeded for shard shardId-000000000000 in stream s"),
            "ProvisionedThroughputExceededException");
  clock_.advance(Duration{100});
  EXPECT_EQ(kinesis_->put_records(request_, input).failed_record_count, 400);
  EXPECT_EQ(metrics_.sums["PutRecords.ThrottledRecords"], 900);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_NO_THROW(put(std::string(1'000'000, 'x')));
  EXPECT_EQ(code_of([&] { put(std::string(100'000, 'x')); }), "ProvisionedThroughputExceededException");
}

TEST_F(KinesisTest, LimitsWhatAShardGives) {
  create("s");
  const std::string at = iterator({});
  for (int i = 0; i < 10; ++i) EXPECT_NO_THROW(texts(at));
  EXPECT_EQ(code_of([&] { texts(at); }, "Rate exceeded for shard"), "ProvisionedThroughputExceededException");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_NO_THROW(texts(at));
  EXPECT_EQ(metrics_.sums["ReadProvisionedThroughputExceeded"], 1);
}

TEST_F(KinesisTest, LimitsCanBeTurnedOff) {
  open({.limit_throughput = false});
  create("s");
  for (int i = 0; i < 8; ++i) EXPECT_NO_THROW(put(std::string(1'000'000, 'x')));
  const std::string at = iterator({});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(texts(at).size(), 8u);
}

TEST_F(KinesisTest, ChangesRetention) {
  create("s");
  const auto increase = [&](int hours, const std::string& message = "") {
    return code_of([&] {
      kinesis_->increase_stream_retention_period(request_, {.stream_name = "s", .retention_period_hours = hours});
    }, message);
  };
  const auto decrease = [&](int hours, const std::string& message = "") {
    return code_of([&] {
      kinesis_->decrease_stream_retention_period(request_, {.stream_name = "s", .retention_period_hours = hours});
    }, message);
  };
  EXPECT_EQ(increase(24), "none");
  EXPECT_EQ(increase(23, "Minimum allowed retention period is 24 hours."), "InvalidArgumentException");
  EXPECT_EQ(increase(8761, "Maximum allowed retention period is 8760 hours."), "InvalidArgumentException");
  EXPECT_EQ(decrease(25, "can not be longer than existing"), "InvalidArgumentException");
  EXPECT_EQ(increase(48), "none");
  EXPECT_EQ(increase(30, "can not be shorter than existing"), "InvalidArgumentException");
  put("old");
  clock_.advance(std::chrono::hours(30));
  EXPECT_THAT(texts(iterator({})), ElementsAre("old"));
  EXPECT_EQ(decrease(24), "none");
  EXPECT_THAT(texts(iterator({})), IsEmpty());
  open();
  EXPECT_EQ(kinesis_->describe_stream(request_, {.stream_name = "s"}).stream_description.retention_period_hours, 24);
}

TEST_F(KinesisTest, KeepsTags) {
  kinesis_->create_stream(request_, {.stream_name = "s", .shard_count = 1, .tags = {{{"a", "1"}, {"b", "2"}}}});
  kinesis_->add_tags_to_stream(request_, {.stream_name = "s", .tags = {{"c", "3"}, {"a", "4"}}});
  kinesis_->remove_tags_from_stream(request_, {.stream_name = "s", .tag_keys = {"b", "absent"}});
  open();
  EXPECT_EQ(code_of([&] {
    kinesis_->remove_tags_from_stream(request_, {.stream_name = "s", .tag_keys = {"a", "a,b"}});
  }, "Some tags contain invalid characters."), "InvalidArgumentException");
  const auto all = kinesis_->list_tags_for_stream(request_, {.stream_name = "s"});
  ASSERT_EQ(all.tags.size(), 2u);
  EXPECT_EQ(all.tags[0].key, "a");
  EXPECT_EQ(all.tags[0].value, "4");
  const auto page = kinesis_->list_tags_for_stream(request_, {.stream_name = "s", .limit = 1});
  EXPECT_TRUE(page.has_more_tags);
  EXPECT_EQ(kinesis_->list_tags_for_stream(request_, {.stream_name = "s", .exclusive_start_tag_key = "a"}).tags[0].key,
            "c");
  std::map<std::string, std::string> many;
  for (int i = 0; i < 49; ++i) many["t" + std::to_string(i)] = "";
  EXPECT_EQ(code_of([&] { kinesis_->add_tags_to_stream(request_, {.stream_name = "s", .tags = many}); },
                    "cannot have more than 50 tags"),
            "InvalidArgumentException");
  EXPECT_EQ(code_of([&] { kinesis_->add_tags_to_stream(request_, {.stream_name = "s", .tags = {{"a!", "x"}}}); }),
            "InvalidArgumentException");
}

TEST_F(KinesisTest, ListsShards) {
  create("s", 5);
  const auto ids = [&](const ListShardsInput& input) {
    std::string found;
    const auto output = kinesis_->list_shards(request_, input);
    for (const Shard& shard : *output.shards) found += shard.shard_id.back();
    return found;
  };
  EXPECT_EQ(ids({.stream_name = "s"}), "01234");
  EXPECT_EQ(ids({.stream_name = "s", .exclusive_start_shard_id = "shardId-000000000002"}), "34");
  for (const char* type : {"AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST"}) {
    EXPECT_EQ(ids({.stream_name = "s", .shard_filter = ShardFilter{.type = type}}), "01234") << type;
  }
  for (const char* type : {"AT_TIMESTAMP", "FROM_TIMESTAMP"}) {
    EXPECT_EQ(ids({.stream_name = "s", .shard_filter = ShardFilter{.type = type, .timestamp = clock_.now()}}), "01234");
    EXPECT_EQ(code_of([&] { ids({.stream_name = "s", .shard_filter = ShardFilter{.type = type}}); }),
              "InvalidArgumentException");
  }
  EXPECT_EQ(ids({.stream_name = "s", .shard_filter = ShardFilter{"AFTER_SHARD_ID", "shardId-000000000003"}}), "4");
  const auto page = kinesis_->list_shards(request_, {.stream_name = "s", .max_results = 3});
  EXPECT_EQ(page.shards->size(), 3u);
  EXPECT_EQ(ids({.next_token = page.next_token}), "34");
  EXPECT_EQ(code_of([&] { ids({.stream_name = "s", .next_token = page.next_token}); }, "cannot be provided together"),
            "InvalidArgumentException");
  clock_.advance(std::chrono::seconds(301));
  EXPECT_EQ(code_of([&] { ids({.next_token = page.next_token}); }), "ExpiredNextTokenException");
  EXPECT_EQ(code_of([&] { ids({}); }), "InvalidArgumentException");
}

TEST_F(KinesisTest, ComesBackAfterARestart) {
  create("s", 2);
  const std::string number = put("kept").sequence_number;
  const std::string shard = put("kept too").shard_id;
  const std::string at = iterator({.shard_id = shard});
  log_->create("kinesis-orphan", 1, std::chrono::hours(24));
  log_->create("firehose-other", 1, std::chrono::hours(24));
  open();
  EXPECT_THAT(texts(at), ElementsAre("kept", "kept too"));
  EXPECT_GT(put("new").sequence_number, number);
  EXPECT_FALSE(log_->exists("kinesis-orphan"));
  EXPECT_TRUE(log_->exists("firehose-other"));
}

TEST_F(KinesisTest, NamesWhatMustBeAllowed) {
  kinesis_->create_stream(request_, {.stream_name = "s", .shard_count = 1, .tags = {{{"Team", "x"}}}});
  const std::string arn = "arn:aws:kinesis:eu-west-1:000000000000:stream/s";
  const auto put_access = kinesis_->access(request_, PutRecordInput{.stream_name = "s"});
  ASSERT_EQ(put_access.size(), 1u);
  EXPECT_EQ(put_access[0].action, "kinesis:PutRecord");
  EXPECT_EQ(put_access[0].resource, arn);
  EXPECT_THAT(put_access[0].conditions.at("aws:resourcetag/team"), ElementsAre("x"));
  EXPECT_EQ(kinesis_->access(request_, GetRecordsInput{.shard_iterator = iterator({})})[0].resource, arn);
  EXPECT_EQ(kinesis_->access(request_, GetRecordsInput{.shard_iterator = "x"})[0].resource, "*");
  EXPECT_EQ(kinesis_->access(request_, DescribeStreamInput{.stream_arn = arn})[0].resource, arn);
  EXPECT_EQ(kinesis_->access(request_, ListStreamsInput{})[0].resource, "*");
  EXPECT_EQ(kinesis_->access(request_, CreateStreamInput{.stream_name = "t", .tags = {{{"a", "b"}}}}).size(), 2u);
}

TEST_F(KinesisTest, RefusesMembersThatItDoesNotHonour) {
  create("s");
  EXPECT_EQ(code_of([&] {
    kinesis_->put_record(request_, {.stream_name = "s", .data = {"x"}, .partition_key = "k", .dry_run = true});
  }, "DryRun"), "InvalidArgumentException");
  EXPECT_EQ(code_of([&] { kinesis_->describe_stream(request_, {.stream_name = "s", .stream_id = "x"}); }, "StreamId"),
            "InvalidArgumentException");
}

class OnlyGetRecords final : public aws::Authorizer {
 public:
  aws::Decision decide(const aws::Request& request, const aws::Access& access) const override {
    const bool allowed = request.principal.name == "reader" && access.action == "kinesis:GetRecords";
    return {allowed, "because no identity-based policy allows the " + access.action + " action"};
  }
};

TEST_F(KinesisTest, WaitingReadersAreAuthorisedAndWoken) {
  create("s");
  OnlyGetRecords authorizer;
  aws::Caller caller(authorizer);
  const auto service = make_service(*kinesis_);
  caller.add(*service);
  WaitingReader reader(*kinesis_, *service, caller);
  const std::string at = iterator({});
  EXPECT_EQ(code_of([&] { reader.read(request_, at, 10, Deadline::in(Duration{1}), {}); }, "kinesis:GetRecords"),
            "AccessDeniedException");
  request_.principal.name = "reader";
  const auto none = reader.read(request_, at, 10, Deadline::in(Duration{1}), {});
  EXPECT_THAT(none.records, IsEmpty());
  GetRecordsOutput found;
  {
    Background waiting("reader", [&](std::stop_token) {
      found = reader.read(request_, none.next_shard_iterator.value(), 10, Deadline::in(std::chrono::minutes(1)), {});
    });
    put("x");
    waiting.join();
  }
  ASSERT_EQ(found.records.size(), 1u);
  EXPECT_EQ(found.records[0].data.bytes, "x");
}

}  // namespace
}  // namespace standpipe::kinesis
