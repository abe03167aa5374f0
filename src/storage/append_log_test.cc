#include "storage/append_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <system_error>

#include "base/digest.h"
#include "base/workers.h"
#include "storage/checksum.h"
#include "storage/faulty_disk.h"
#include "storage/temporary_directory.h"

namespace standpipe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Entries = std::vector<std::string>;

class Journal {
 public:
  AppendLog::Replay replay() {
    return [this](const LoggedEntry& entry) {
      entries.emplace_back(entry.bytes);
      sequences.push_back(entry.sequence);
    };
  }
  Entries entries;
  std::vector<uint64_t> sequences;
};

Entries read_all(const AppendLog& log) {
  Entries found;
  AppendLog::Reader reader(log, log.begin());
  LoggedEntry entry;
  while (reader.next(entry)) found.emplace_back(entry.bytes);
  return found;
}

TEST(Checksum, EqualsThePortableOne) {
  const std::string text = "123456789 and some more bytes";
  EXPECT_EQ(fast_crc32c("123456789"), 0xE3069283u);
  for (size_t size = 0; size <= text.size(); ++size) {
    EXPECT_EQ(fast_crc32c(text.substr(0, size)), crc32c(text.substr(0, size)));
  }
}

TEST(AppendLog, ReplaysWhatWasAppended) {
  const TemporaryDirectory directory;
  {
    AppendLog log(directory.path() / "log");
    EXPECT_EQ(log.append("zero"), 0u);
    EXPECT_EQ(log.append(""), 1u);
    EXPECT_EQ(log.append(std::string(300'000, 'x')), 2u);
    EXPECT_THAT(read_all(log), ElementsAre("zero", "", std::string(300'000, 'x')));
  }
  Journal journal;
  AppendLog log(directory.path() / "log", {}, journal.replay());
  EXPECT_THAT(journal.entries, ElementsAre("zero", "", std::string(300'000, 'x')));
  EXPECT_THAT(journal.sequences, ElementsAre(0, 1, 2));
  EXPECT_THAT(log.damage(), IsEmpty());
  EXPECT_EQ(log.append("three"), 3u);
  EXPECT_EQ(read_all(log).back(), "three");
}

TEST(AppendLog, ReadersFollowTheEnd) {
  FaultyDisk disk(1);
  AppendLog log("/log", {.segment_bytes_max = 2000, .disk = &disk});
  AppendLog::Reader reader(log, log.begin());
  LoggedEntry entry;
  EXPECT_FALSE(reader.next(entry));
  for (uint64_t i = 0; i < 50; ++i) {
    log.append(std::string(i * 10, 'x'));
    ASSERT_TRUE(reader.next(entry));
    EXPECT_EQ(entry.sequence, i);
    EXPECT_EQ(entry.bytes.size(), i * 10);
    AppendLog::Reader here(log, entry.batch);
    LoggedEntry again;
    ASSERT_TRUE(here.next(again));
    EXPECT_EQ(again.sequence, i);
    EXPECT_FALSE(reader.next(entry));
  }
  EXPECT_GT(log.segments().size(), 3u);
}

TEST(AppendLog, DropsWholeSegments) {
  FaultyDisk disk(1);
  AppendLog log("/log", {.segment_bytes_max = 1000, .disk = &disk});
  for (int i = 0; i < 20; ++i) log.append(std::string(300, static_cast<char>('a' + i)));
  const auto segments = log.segments();
  ASSERT_GT(segments.size(), 4u);
  AppendLog::Reader early(log, log.begin());
  log.drop_before(segments[2].sequence_from + 1);
  EXPECT_EQ(log.sequence_begin(), segments[2].sequence_from);
  EXPECT_EQ(disk.list("/log").size(), segments.size() - 2);
  LoggedEntry entry;
  ASSERT_TRUE(early.next(entry));
  EXPECT_EQ(entry.sequence, segments[2].sequence_from);
  log.drop_before(1000);
  EXPECT_EQ(log.segments().size(), 1u);
  log.roll();
  log.roll();
  log.drop_before(1000);
  EXPECT_EQ(log.sequence_begin(), 20u);
  EXPECT_THAT(read_all(log), IsEmpty());
  EXPECT_EQ(log.append("next"), 20u);
}

TEST(AppendLog, KeepsItsSequenceWhenEverythingWasDropped) {
  FaultyDisk disk(1);
  {
    AppendLog log("/log", {.disk = &disk});
    log.append("a");
    log.roll();
    log.drop_before(1);
  }
  AppendLog log("/log", {.disk = &disk});
  EXPECT_EQ(log.append("b"), 1u);
}

TEST(AppendLog, SkipsSegmentsThatNeedNoReplay) {
  FaultyDisk disk(1);
  {
    AppendLog log("/log", {.segment_bytes_max = 1000, .disk = &disk});
    for (int i = 0; i < 20; ++i) log.append(std::to_string(i) + std::string(300, 'x'));
  }
  Journal journal;
  AppendLog log("/log", {.segment_bytes_max = 1000, .replay_from = 10, .disk = &disk}, journal.replay());
  EXPECT_EQ(journal.sequences.front(), 10u);
  EXPECT_EQ(journal.sequences.size(), 10u);
  EXPECT_EQ(read_all(log).size(), 20u);
}

TEST(AppendLog, ConcurrentAppendsShareSyncsAndKeepTheirOrder) {
  FaultyDisk disk(1);
  AppendLog log("/log", {.segment_bytes_max = 20'000, .disk = &disk});
  {
    std::vector<Background> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back("test", [&, thread](std::stop_token) {
        for (int i = 0; i < 200; ++i) log.append(std::to_string(thread) + ":" + std::to_string(i));
      });
    }
  }
  std::map<std::string, int> next;
  for (const std::string& entry : read_all(log)) {
    const auto colon = entry.find(':');
    EXPECT_EQ(next[entry.substr(0, colon)]++, std::stoi(entry.substr(colon + 1)));
  }
  EXPECT_EQ(log.sequence_end(), 1600u);
}

TEST(AppendLog, CutsATornTailOff) {
  FaultyDisk disk(1);
  {
    AppendLog log("/log", {.disk = &disk});
    log.append("good");
    log.append("torn");
  }
  disk.flip_bit("/log/0000000000000000.log", 64 + 48 + 42);
  Journal journal;
  {
    AppendLog log("/log", {.disk = &disk}, journal.replay());
    EXPECT_THAT(journal.entries, ElementsAre("good"));
    EXPECT_THAT(log.damage(), IsEmpty());
    EXPECT_EQ(log.append("again"), 1u);
  }
  AppendLog log("/log", {.disk = &disk});
  EXPECT_THAT(read_all(log), ElementsAre("good", "again"));
}

TEST(AppendLog, ReportsDamageInTheMiddleAndGoesOn) {
  for (const uint64_t offset : {64 + 48 + 42, 64 + 48 + 2, 64 + 48 + 20}) {  // body, mark, header of the second batch
    FaultyDisk disk(1);
    {
      AppendLog log("/log", {.disk = &disk});
      for (const char* text : {"zero", "one.", "two.", "thre"}) log.append(text);
    }
    disk.flip_bit("/log/0000000000000000.log", offset);
    Journal journal;
    AppendLog log("/log", {.disk = &disk}, journal.replay());
    EXPECT_THAT(journal.entries, ElementsAre("zero", "two.", "thre"));
    EXPECT_THAT(journal.sequences, ElementsAre(0, 2, 3));
    ASSERT_EQ(log.damage().size(), 1u);
    EXPECT_EQ(log.damage()[0].offset, 64u + 48u);
    EXPECT_EQ(log.damage()[0].bytes, 48u);
    EXPECT_EQ(log.damage()[0].sequence_from, 1u);
    EXPECT_EQ(log.damage()[0].sequence_to, 2u);
    EXPECT_THAT(read_all(log), ElementsAre("zero", "two.", "thre"));
    EXPECT_EQ(log.append("four"), 4u);
  }
}

TEST(AppendLog, ReportsALostSegment) {
  FaultyDisk disk(1);
  uint64_t lost_from = 0, lost_to = 0;
  {
    AppendLog log("/log", {.segment_bytes_max = 1000, .disk = &disk});
    for (int i = 0; i < 20; ++i) log.append(std::string(300, 'x'));
    lost_from = log.segments()[2].sequence_from;
    lost_to = log.segments()[2].sequence_to;
  }
  disk.remove("/log/" + disk.list("/log")[2]);
  Journal journal;
  AppendLog log("/log", {.segment_bytes_max = 1000, .disk = &disk}, journal.replay());
  ASSERT_EQ(log.damage().size(), 1u);
  EXPECT_EQ(log.damage()[0].sequence_from, lost_from);
  EXPECT_EQ(log.damage()[0].sequence_to, lost_to);
  EXPECT_EQ(journal.entries.size(), 20 - (lost_to - lost_from));
  EXPECT_EQ(read_all(log).size(), journal.entries.size());
}

TEST(AppendLog, PassesOverBytesThatWentBadWhileItWasOpen) {
  FaultyDisk disk(1);
  AppendLog log("/log", {.disk = &disk});
  for (const char* text : {"zero", "one.", "two."}) log.append(text);
  disk.flip_bit("/log/0000000000000000.log", 64 + 48 + 44);
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(read_all(log), ElementsAre("zero", "two."));
    ASSERT_EQ(log.damage().size(), 1u);
    EXPECT_EQ(log.damage()[0].sequence_from, 1u);
    EXPECT_EQ(log.damage()[0].sequence_to, 2u);
  }
  disk.flip_bit("/log/0000000000000000.log", 64 + 96 + 44);
  EXPECT_THAT(read_all(log), ElementsAre("zero"));
  EXPECT_EQ(log.damage().back().sequence_to, 3u);
  log.append("three");
  EXPECT_THAT(read_all(log), ElementsAre("zero", "three"));
}

TEST(AppendLog, AFailedWriteEndsItsBatchOnly) {
  FaultyDisk disk(3);
  AppendLog log("/log", {.disk = &disk});
  log.append("zero");
  disk.fail(1, 0);
  EXPECT_THROW(log.append("refused"), std::system_error);
  disk.fail(0, 0);
  EXPECT_EQ(log.append("one"), 1u);
  EXPECT_THAT(read_all(log), ElementsAre("zero", "one"));
}

TEST(AppendLog, AFailedSyncEndsTheLog) {
  FaultyDisk disk(3);
  AppendLog log("/log", {.disk = &disk});
  log.append("zero");
  disk.fail(0, 1);
  EXPECT_THROW(log.append("refused"), std::system_error);
  disk.fail(0, 0);
  EXPECT_THROW(log.append("refused too"), std::system_error);
  EXPECT_THAT(read_all(log), ElementsAre("zero"));
}

struct Refusing final : LogWriting {
  void encode(uint64_t, std::string& into) override {
    into += "half";
    throw std::logic_error("no");
  }
  void published(uint64_t, LogPlace) noexcept override { published_ = true; }
  void abandoned() noexcept override { abandoned_ = true; }
  bool published_ = false, abandoned_ = false;
};

TEST(AppendLog, AnEntryThatDoesNotEncodeLeavesNothing) {
  FaultyDisk disk(1);
  AppendLog log("/log", {.disk = &disk});
  Refusing refusing;
  EXPECT_THROW(log.append(refusing), std::logic_error);
  EXPECT_FALSE(refusing.published_);
  EXPECT_FALSE(refusing.abandoned_);
  EXPECT_EQ(log.append("zero"), 0u);
}

// Whatever the disk does: what was acknowledged is there after a crash, in order, and nothing else but entries that
// were being appended.
TEST(AppendLog, SurvivesCrashes) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    FaultyDisk disk(seed);
    Entries acknowledged;
    std::vector<uint64_t> sequences;
    for (int life = 0; life < 6; ++life) {
      Journal journal;
      {
        AppendLog log("/log", {.segment_bytes_max = 3000, .batch_bytes_max = 500, .disk = &disk}, journal.replay());
        EXPECT_THAT(log.damage(), IsEmpty()) << "seed " << seed;
        ASSERT_GE(journal.entries.size(), acknowledged.size()) << "seed " << seed;
        ASSERT_LE(journal.entries.size(), acknowledged.size() + 1) << "seed " << seed;
        ASSERT_TRUE(std::equal(acknowledged.begin(), acknowledged.end(), journal.entries.begin())) << "seed " << seed;
        ASSERT_EQ(read_all(log), journal.entries) << "seed " << seed;
        acknowledged = journal.entries;
        disk.fail(0.05, 0.03);
        for (uint32_t count = random() % 30; count > 0; --count) {
          const std::string entry = std::to_string(random()) + std::string(random() % 900, 'e');
          try {
            log.append(entry);
            acknowledged.push_back(entry);
          } catch (const std::system_error&) {
          }
        }
        disk.crash();
      }
    }
  }
}

}  // namespace
}  // namespace standpipe
