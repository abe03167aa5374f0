// What the tests of this folder share: the service on a real log and metadata in a temporary directory, with a clock
// that the test moves.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "metadata/sqlite.h"
#include "services/kinesis/kinesis.h"
#include "storage/temporary_directory.h"
#include "streamlog/embedded/embedded_streamlog.h"

namespace standpipe::kinesis {

class Sums final : public MetricSink {
 public:
  void record(const Measurement& measurement) override {
    EXPECT_EQ(measurement.space, "AWS/Kinesis");
    EXPECT_EQ(measurement.dimensions.at(0).first, "StreamName");
    const bool of_stream = measurement.dimensions.size() == 1;
    const bool of_shard = !of_stream && measurement.dimensions.at(1).first == "ShardId";
    const std::lock_guard lock(mutex_);
    if (of_stream) sums[std::string(measurement.name)] += measurement.value;
    if (of_shard) shard_sums[std::string(measurement.name)] += measurement.value;
  }
  std::map<std::string, double> sums, shard_sums;

 private:
  std::mutex mutex_;
};

class KinesisTest : public testing::Test {
 protected:
  KinesisTest() {
    request_.account = "000000000000";
    request_.region = "eu-west-1";
    open();
  }
  void open(KinesisOptions options = {}) {
    kinesis_.reset();
    log_.reset();
    metadata_.reset();
    metadata_ = open_sqlite_metadata(directory_.path() / "metadata.db");
    log_ = open_embedded_streamlog(directory_.path() / "streams", clock_, {.expire_every = Duration{0}});
    kinesis_.emplace(*metadata_, *log_, clock_, metrics_, options);
  }
  void create(const std::string& name, int shards = 1) {
    kinesis_->create_stream(request_, {.stream_name = name, .shard_count = shards});
  }
  PutRecordOutput put(const std::string& data, const std::string& key = "key", const std::string& stream = "s") {
    return kinesis_->put_record(request_, {.stream_name = stream, .data = {data}, .partition_key = key});
  }
  std::string iterator(GetShardIteratorInput input) {
    if (!input.stream_name) input.stream_name = "s";
    if (input.shard_id.empty()) input.shard_id = "shardId-000000000000";
    if (input.shard_iterator_type.empty()) input.shard_iterator_type = "TRIM_HORIZON";
    return kinesis_->get_shard_iterator(request_, input).shard_iterator.value();
  }
  std::vector<std::string> texts(const std::string& from) {
    std::vector<std::string> found;
    const auto output = kinesis_->get_records(request_, {.shard_iterator = from});
    for (const Record& record : output.records) found.push_back(record.data.bytes);
    return found;
  }
  template <class Body>
  std::string code_of(const Body& body, const std::string& message = "") {
    try {
      body();
    } catch (const aws::Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(message));
      return error.code;
    }
    return "none";
  }

  TemporaryDirectory directory_;
  FakeClock clock_;
  Sums metrics_;
  std::unique_ptr<Metadata> metadata_;
  std::unique_ptr<EmbeddedStreamLog> log_;
  std::optional<Kinesis> kinesis_;
  aws::Request request_;
};

}  // namespace standpipe::kinesis
