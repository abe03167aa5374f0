// The append log under the crash suites (crash_suite.h).
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>

#include "base/logging.h"
#include "storage/append_log.h"
#include "storage/crash_suite.h"

namespace standpipe {
namespace {

constexpr uint32_t kSteps = 160;

class LogTrial final : public CrashTrial {
 public:
  void open(Disk& disk) override {
    disk_ = &disk;
    log_.reset();
    log_ = std::make_unique<AppendLog>("/log", AppendLog::Options{.segment_bytes_max = 3000, .disk = &disk});
  }
  void close() override { log_.reset(); }
  bool opened() const override { return log_ != nullptr; }

  void step(uint32_t number) override {
    std::mt19937 random(number);
    if (number % 19 == 7) return open(*disk_);
    if (number % 13 == 3) return log_->roll();
    if (number % 17 == 5) {
      const uint64_t end = log_->sequence_end();
      return log_->drop_before(end - std::min<uint64_t>(end, random() % 20));
    }
    append(std::to_string(number) + ":" + std::string(random() % 900, 'e'));
  }

  void verify(Lost lost) override {
    const std::map<uint64_t, std::string> found = read();
    uint64_t missing = 0, first_missing = 0, last_missing = 0;
    for (const auto& [sequence, text] : known_) {
      if (sequence < log_->sequence_begin()) continue;
      const auto entry = found.find(sequence);
      if (entry != found.end()) {
        EXPECT_EQ(entry->second, text) << sequence;
        continue;
      }
      if (missing++ == 0) first_missing = sequence;
      last_missing = sequence;
    }
    if (lost == Lost::nothing) {
      EXPECT_EQ(missing, 0u) << "first " << first_missing;
    }
    if (lost == Lost::one_step) {
      EXPECT_LE(missing, 1u);
    }
    if (missing > 0) {
      EXPECT_EQ(last_missing - first_missing + 1, missing) << "not in a row";
    }
    if (missing > 0 && found.upper_bound(last_missing) != found.end()) {
      EXPECT_FALSE(log_->damage().empty());
    }
    known_ = found;
    append("after " + std::to_string(attempted_.size()));
    EXPECT_EQ(read().rbegin()->second, known_.rbegin()->second);
  }

 private:
  void append(const std::string& text) {
    attempted_.insert(text);
    const uint64_t sequence = log_->append(text);
    if (!known_.empty()) {
      EXPECT_GT(sequence, known_.rbegin()->first);
    }
    known_[sequence] = text;
  }
  std::map<uint64_t, std::string> read() const {
    std::map<uint64_t, std::string> found;
    AppendLog::Reader reader(*log_, log_->begin());
    LoggedEntry entry;
    while (reader.next(entry)) {
      const std::string text(entry.bytes);
      EXPECT_TRUE(attempted_.contains(text)) << "nobody wrote " << text;
      EXPECT_TRUE(found.empty() || found.rbegin()->first < entry.sequence) << "out of order";
      EXPECT_TRUE(found.emplace(entry.sequence, text).second);
    }
    return found;
  }

  Disk* disk_ = nullptr;
  std::unique_ptr<AppendLog> log_;
  std::set<std::string> attempted_;
  std::map<uint64_t, std::string> known_;  // acknowledged, or read
};

CrashSuite suite(uint32_t seed) {
  logging::set_level(logging::Level::error);
  return {[] { return std::make_unique<LogTrial>(); }, kSteps, seed};
}

TEST(AppendLogCrash, LosesNothingWhereverThePowerGoes) {
  EXPECT_GE(suite(std::random_device{}()).lose_power_everywhere(), 300u);
}
TEST(AppendLogCrash, PaysForDamageWithItsBatchOnly) { suite(std::random_device{}()).damage_anywhere(300); }
TEST(AppendLogCrash, AcknowledgesNothingThatTheDiskRefused) { suite(std::random_device{}()).refuse_every(200); }

}  // namespace
}  // namespace standpipe
