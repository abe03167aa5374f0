// The embedded stream log under the crash suites (storage/crash_suite.h).
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "base/logging.h"
#include "storage/crash_suite.h"
#include "streamlog/embedded/embedded_streamlog.h"

namespace standpipe {
namespace {

constexpr uint32_t kSteps = 220;
constexpr const char* kStream = "s";
constexpr std::chrono::hours kRetention{24};  // or an hour more

class StreamTrial final : public CrashTrial {
 public:
  void open(Disk& disk) override {
    disk_ = &disk;
    log_.reset();
    auto log = open_embedded_streamlog("/streams", clock_,
                                       {.segment_bytes_max = 3000, .expire_every = Duration{0}, .disk = &disk});
    log->create(kStream, 2, kRetention);
    log_ = std::move(log);
  }
  void close() override { log_.reset(); }
  bool opened() const override { return log_ != nullptr; }

  void step(uint32_t number) override {
    std::mt19937 random(number);
    clock_.advance(std::chrono::minutes(random() % 30));
    if (number % 13 == 6) return open(*disk_);
    if (number % 11 == 4) return log_->expire();
    if (number % 23 == 11) return log_->set_retention(kStream, kRetention + std::chrono::hours(random() % 2));
    if (number % 31 == 9) {
      shards_.try_emplace(log_->open_shard(kStream));
      return;
    }
    if (number % 37 == 20) return close_shard(shards_.begin()->first + static_cast<ShardNumber>(random() % 2));
    append(number, random);
  }

  void verify(Lost lost) override {
    std::set<std::string> missing;
    for (auto& [number, shard] : shards_) verify(number, shard, missing);
    if (lost == Lost::nothing) {
      EXPECT_TRUE(missing.empty()) << *missing.begin();
    }
    if (lost == Lost::one_step) {
      EXPECT_LE(missing.size(), 1u);
    }
    std::mt19937 random(1);
    append(10'000 + static_cast<uint32_t>(attempted_.size()), random);
  }

 private:
  struct Known {
    std::string text;
    Timestamp arrival;
  };
  struct Shard {
    std::map<Position, Known> known;  // acknowledged, or read
    Position after = 0;               // all that were ever known
    bool closed = false;
    void add(Position position, Known record) {
      known[position] = std::move(record);
      after = std::max(after, position + 1);
    }
  };

  void close_shard(ShardNumber number) {
    if (!shards_.contains(number)) return;
    log_->close_shard(kStream, number);
    shards_[number].closed = true;
  }

  // Texts begin with the number of their step, in digits that sort like it.
  void append(uint32_t step, std::mt19937& random) {
    std::vector<ShardNumber> open;
    for (const auto& [number, shard] : shards_) {
      if (!shard.closed) open.push_back(number);
    }
    std::vector<std::string> texts;
    for (uint32_t i = 0; i < 1 + step % 4; ++i) {
      texts.push_back(std::to_string(100'000 + step) + "." + std::to_string(i) + std::string(random() % 300, 'd'));
    }
    std::vector<LogEntry> entries;
    for (const std::string& text : texts) entries.push_back({open[random() % open.size()], "key", {}, text});
    attempted_.insert(texts.begin(), texts.end());
    try {
      const auto appended = log_->append(kStream, entries);
      for (size_t i = 0; i < entries.size(); ++i) {
        Shard& shard = shards_[entries[i].shard];
        EXPECT_GE(appended[i].position, shard.after) << "a position was used twice";
        shard.add(appended[i].position, {texts[i], appended[i].arrival});
      }
    } catch (const ShardClosed&) {  // a closing that was refused has happened nevertheless
      for (const ShardNumber number : open) shards_[number].closed = log_->bounds(kStream, number).closed;
    } catch (const UnknownShard&) {  // its opening was what was damaged
      while (log_->open_shard(kStream) < shards_.rbegin()->first) continue;
    }
  }

  // Adds the steps of which acknowledged records are missing.
  void verify(ShardNumber number, Shard& shard, std::set<std::string>& missing) {
    std::map<Position, Known> found;
    Bounds bounds{};
    try {
      bounds = log_->bounds(kStream, number);
      for (Position from = 0; from < bounds.next;) {
        const LogBatch batch = log_->read(kStream, number, from, {.records_max = 5});
        for (const LogRecord& record : batch.records) {
          const std::string text(record.data);
          EXPECT_TRUE(attempted_.contains(text)) << "nobody wrote " << text;
          EXPECT_TRUE(found.empty() || found.rbegin()->second.text < text) << "out of order: " << text;
          EXPECT_TRUE(found.emplace(record.position, Known{text, record.arrival}).second);
        }
        ASSERT_GT(batch.next, from);
        from = batch.next;
      }
    } catch (const UnknownShard&) {
      missing.insert("shard " + std::to_string(number));
    }
    for (const auto& [position, record] : shard.known) {
      if (position < bounds.oldest) {
        EXPECT_LT(record.arrival, clock_.now() - kRetention) << "forgotten too early: " << record.text;
      } else if (!found.contains(position)) {
        missing.insert(record.text.substr(0, record.text.find('.')));
      } else {
        EXPECT_EQ(found[position].text, record.text);
      }
    }
    shard.known.clear();
    for (auto& [position, record] : found) shard.add(position, std::move(record));
  }

  FakeClock clock_;
  Disk* disk_ = nullptr;
  std::unique_ptr<EmbeddedStreamLog> log_;
  std::set<std::string> attempted_;
  std::map<ShardNumber, Shard> shards_{{0, {}}, {1, {}}};
};

CrashSuite suite() {
  logging::set_level(logging::Level::error);
  return {[] { return std::make_unique<StreamTrial>(); }, kSteps, std::random_device{}()};
}

TEST(StreamLogCrash, LosesNothingWhereverThePowerGoes) { EXPECT_GE(suite().lose_power_everywhere(), 500u); }
TEST(StreamLogCrash, PaysForDamageWithItsBatchOnly) { suite().damage_anywhere(300); }
TEST(StreamLogCrash, AcknowledgesNothingThatTheDiskRefused) { suite().refuse_every(200); }

}  // namespace
}  // namespace standpipe
