#include "services/kinesis/kinesis_fixture.h"

namespace standpipe::kinesis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kArn = "arn:aws:kinesis:eu-west-1:000000000000:stream/s";

class CapacityTest : public KinesisTest {
 protected:
  void set_mode(const std::string& mode) {
    kinesis_->update_stream_mode(request_, {.stream_arn = kArn, .stream_mode_details = {mode}});
  }
  StreamDescriptionSummary summary() {
    return kinesis_->describe_stream_summary(request_, {.stream_name = "s"}).stream_description_summary;
  }
  std::string commit(const std::string& status) {
    return kinesis_->update_account_settings(request_, {{.status = status}})
        .minimum_throughput_billing_commitment->status;
  }
  std::string committed() {
    return kinesis_->describe_account_settings(request_, {}).minimum_throughput_billing_commitment->status;
  }
};

TEST_F(CapacityTest, ChangesTheModeTwiceADay) {
  create("s", 2);
  set_mode("PROVISIONED");  // nothing to do does not count
  set_mode("ON_DEMAND");
  EXPECT_EQ(summary().stream_mode_details->stream_mode, "ON_DEMAND");
  EXPECT_EQ(summary().open_shard_count, 2);
  set_mode("PROVISIONED");
  EXPECT_EQ(code_of([&] { set_mode("ON_DEMAND"); }, "at most 2 times"), "LimitExceededException");
  clock_.advance(std::chrono::hours(24));
  open();
  set_mode("ON_DEMAND");
}

TEST_F(CapacityTest, TakesLargerRecordsWhenToldTo) {
  create("s");
  const std::string large(10 * 1024 * 1024 - 3, 'x');
  EXPECT_EQ(code_of([&] { put(large); }), "ValidationException");
  kinesis_->update_max_record_size(request_, {.stream_arn = kArn, .max_record_size_in_kib = 10240});
  EXPECT_EQ(summary().max_record_size_in_kib, 10240);
  put(large);
  EXPECT_EQ(texts(iterator({})).at(0).size(), large.size());
}

TEST_F(CapacityTest, WarmsUpForThoseWhoCommit) {
  kinesis_->create_stream(request_, {.stream_name = "s", .stream_mode_details = StreamModeDetails{"ON_DEMAND"}});
  const auto warm = [&](int32_t mibps) {
    return kinesis_->update_stream_warm_throughput(request_, {.stream_name = "s", .warm_throughput_mibps = mibps})
        .warm_throughput->current_mibps;
  };
  EXPECT_EQ(code_of([&] { warm(8); }, "MinimumThroughputBillingCommitment"), "ValidationException");
  EXPECT_EQ(commit("ENABLED"), "ENABLED");
  EXPECT_EQ(warm(8), 8);
  EXPECT_EQ(summary().open_shard_count, 8);
  EXPECT_EQ(summary().warm_throughput->target_mibps, 8);
  warm(2);
  EXPECT_EQ(summary().open_shard_count, 4);
  EXPECT_EQ(code_of([&] { warm(20'000); }), "LimitExceededException");
}

TEST_F(CapacityTest, ACommitmentLastsADay) {
  EXPECT_EQ(committed(), "DISABLED");
  EXPECT_EQ(commit("DISABLED"), "DISABLED");
  commit("ENABLED");
  EXPECT_EQ(commit("DISABLED"), "ENABLED_UNTIL_EARLIEST_ALLOWED_END");
  clock_.advance(std::chrono::hours(23));
  open();
  EXPECT_EQ(committed(), "ENABLED_UNTIL_EARLIEST_ALLOWED_END");
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(committed(), "DISABLED");
}

TEST_F(CapacityTest, MonitorsShardByShard) {
  create("s", 2);
  const auto all = kinesis_->enable_enhanced_monitoring(request_, {.stream_name = "s", .shard_level_metrics = {"ALL"}});
  EXPECT_THAT(*all.current_shard_level_metrics, IsEmpty());
  EXPECT_EQ(all.desired_shard_level_metrics->size(), 7u);
  metrics_.sums.clear();
  put("12345");
  kinesis_->put_records(request_, {.records = {{{"678"}, std::nullopt, "key"}}, .stream_name = "s"});
  EXPECT_EQ(metrics_.shard_sums["IncomingBytes"], 8);
  EXPECT_EQ(metrics_.shard_sums["IncomingRecords"], 2);
  const std::string shard = put("9").shard_id;
  texts(iterator({.shard_id = shard}));
  EXPECT_EQ(metrics_.shard_sums["OutgoingRecords"], 3);
  const auto fewer = kinesis_->disable_enhanced_monitoring(
      request_, {.stream_name = "s", .shard_level_metrics = {"IncomingBytes", "OutgoingBytes"}});
  EXPECT_EQ(fewer.desired_shard_level_metrics->size(), 5u);
  const double before = metrics_.shard_sums["IncomingBytes"];
  put("more");
  EXPECT_EQ(metrics_.shard_sums["IncomingBytes"], before);
}

TEST_F(CapacityTest, EncryptionIsRefusedByName) {
  create("s");
  EXPECT_EQ(code_of([&] {
    kinesis_->start_stream_encryption(request_, {.stream_name = "s", .encryption_type = "KMS", .key_id = "alias/a"});
  }, "StartStreamEncryption is not supported"), "InvalidArgumentException");
  EXPECT_EQ(code_of([&] {
    kinesis_->stop_stream_encryption(request_, {.stream_name = "s", .encryption_type = "KMS", .key_id = "alias/a"});
  }, "is not encrypted"), "InvalidArgumentException");
}

}  // namespace
}  // namespace standpipe::kinesis
