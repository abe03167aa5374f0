#include "storage/append_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <system_error>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/workers.h"
#include "storage/checksum.h"
#include "storage/corrupt_data.h"
#include "storage/faulty_disk.h"
#include "storage/little_endian.h"
#include "storage/temporary_directory.h"

namespace standpipe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Entries = std::vector<std::string>;

// Of a log whose entries are heads of four or five bytes: batches, and in a batch the head.
constexpr uint64_t kFirst = 64, kSecond = 128, kHead = 48 + 8;

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
  disk.flip_bit("/log/0000000000000000.log", kSecond + kHead);
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
  for (const uint64_t offset : {kSecond + kHead, kSecond + 2, kSecond + 20}) {  // head, mark, header
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
    EXPECT_EQ(log.damage()[0].offset, kSecond);
    EXPECT_EQ(log.damage()[0].bytes, kSecond - kFirst);
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
  disk.flip_bit("/log/0000000000000000.log", kSecond + kHead + 2);
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(read_all(log), ElementsAre("zero", "two."));
    ASSERT_EQ(log.damage().size(), 1u);
    EXPECT_EQ(log.damage()[0].sequence_from, 1u);
    EXPECT_EQ(log.damage()[0].sequence_to, 2u);
  }
  disk.flip_bit("/log/0000000000000000.log", 2 * kSecond - kFirst + kHead + 2);
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

struct WithBody final : LogWriting {
  explicit WithBody(std::vector<std::string> texts) {
    for (const std::string& text : texts) {
      bytes.append(text);
      chunks.push_back({static_cast<uint32_t>(text.size()), fast_crc32c(text)});
    }
  }
  void encode(uint64_t sequence, std::string& head) override { head.append("head " + std::to_string(sequence)); }
  LogBody body() const override { return {bytes, chunks}; }
  void published(uint64_t, LogPlace) noexcept override {}
  void abandoned() noexcept override {}
  std::string bytes;
  std::vector<LogChunk> chunks;
};

std::vector<std::optional<std::string>> read_chunks(AppendLog::Reader& reader, const LoggedEntry& entry) {
  std::vector<std::optional<std::string>> texts;
  uint64_t offset = entry.body_offset;
  for (size_t i = 0; i < entry.chunks(); offset += entry.chunk(i++).bytes) {
    texts.emplace_back(reader.chunk(entry, offset, entry.chunk(i)));
  }
  return texts;
}

TEST(AppendLog, ReadsChunksByThemselves) {
  using Texts = std::vector<std::optional<std::string>>;
  FaultyDisk disk(1);
  for (int round = 0; round < 2; ++round) {
    AppendLog log("/log", {.disk = &disk});
    if (round == 0) {
      WithBody small({"one", "", "three"}), large({std::string(9'000'000, 'l'), "end"});
      log.append(small);
      log.append(large);
    }
    AppendLog::Reader reader(log, log.begin());
    LoggedEntry entry;
    ASSERT_TRUE(reader.next(entry));
    EXPECT_EQ(entry.bytes, "head 0");
    EXPECT_EQ(read_chunks(reader, entry), (Texts{"one", "", "three"}));
    const uint64_t offset = entry.body_offset;
    ASSERT_TRUE(reader.next(entry));
    EXPECT_EQ(read_chunks(reader, entry), (Texts{std::string(9'000'000, 'l'), "end"}));
    EXPECT_FALSE(reader.next(entry));
    if (round == 0) continue;
    disk.flip_bit("/log/0000000000000000.log", offset);
    AppendLog::Reader again(log, log.begin());
    ASSERT_TRUE(again.next(entry));
    EXPECT_EQ(read_chunks(again, entry), (Texts{std::nullopt, "", "three"}));
    ASSERT_EQ(log.damage().size(), 1u);
    EXPECT_EQ(log.damage()[0].sequence_to, 1u);
  }
}

// A segment as version 2 of the format has it, made by hand from FORMAT.md: later versions must read it or refuse it.
constexpr std::string_view kGoldenSegment =
    "53504c4f47000002070000000000000078563412f0debc9afc70f4950000000000000000000000000000000000000000"
    "00000000000000000000000000000000535042321c0000000100000045cbb22f0700000000000000f0debc9a78563412"
    "0c0000000000000029b0b6cc00000000040000000200000009000000f9e4076403000000a3b3d852686561646368756e"
    "6b206f6e6574776f";

TEST(AppendLog, ReadsTheFormatAsItIsWritten) {
  FaultyDisk disk(1);
  disk.make_directory("/log");
  const std::string bytes = hex_decode(kGoldenSegment).value();
  disk.create("/log/0000000000000007.log")->write_at(0, bytes);
  {
    AppendLog log("/log", {.disk = &disk});
    EXPECT_THAT(log.damage(), IsEmpty());
    AppendLog::Reader reader(log, log.begin());
    LoggedEntry entry;
    ASSERT_TRUE(reader.next(entry));
    EXPECT_EQ(entry.sequence, 7u);
    EXPECT_EQ(entry.bytes, "head");
    EXPECT_EQ(read_chunks(reader, entry), (std::vector<std::optional<std::string>>{"chunk one", "two"}));
    EXPECT_EQ(log.append("next"), 8u);
  }
  EXPECT_TRUE(disk.bytes("/log/0000000000000007.log").starts_with(bytes));
}

TEST(AppendLog, WritesOverSpareSegments) {
  FaultyDisk disk(1);
  SpareSegments spares(disk, "/spares", 1000, 2);
  const AppendLogOptions options{.segment_bytes_max = 1000, .spares = &spares, .disk = &disk};
  AppendLog log("/log", options);
  for (int i = 0; i < 20; ++i) log.append(std::string(300, static_cast<char>('a' + i)));
  spares.refill();
  EXPECT_EQ(disk.list("/spares").size(), 1u);
  AppendLog::Reader early(log, log.begin());
  LoggedEntry entry;
  ASSERT_TRUE(early.next(entry));
  log.drop_before(20);  // the one that is being read is not used again
  EXPECT_EQ(disk.list("/spares").size(), 2u);
  for (int i = 20; i < 40; ++i) log.append(std::string(300, static_cast<char>('a' + i)));
  const auto expected = read_all(log);
  EXPECT_EQ(expected.back(), std::string(300, 'a' + 39));
  disk.crash();
  AppendLog again("/log", options);
  EXPECT_EQ(read_all(again), expected);
  EXPECT_THAT(again.damage(), IsEmpty());
  EXPECT_EQ(again.append("next"), 40u);
}

TEST(AppendLog, RefusesWhenTheDiskIsFullAndGoesOnWhenThereIsRoom) {
  FaultyDisk disk(1);
  AppendLog log("/log", {.segment_bytes_max = 100'000, .free_bytes_min = 50'000, .disk = &disk});
  disk.set_capacity(1'000'000);
  uint64_t kept = 0;
  const std::string entry(5000, 'e');
  try {
    while (true) kept = log.append(entry) + 1;
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_space_on_device);
    EXPECT_THAT(error.what(), testing::HasSubstr("/log"));
  }
  EXPECT_THROW(log.append(entry), std::system_error);
  EXPECT_GT(kept * entry.size(), 800'000u);
  EXPECT_EQ(read_all(log).size(), kept);
  log.drop_before(kept / 2);
  EXPECT_EQ(log.append(entry), kept);
  disk.set_capacity(1);  // without a word of warning, as when somebody else takes the room
  EXPECT_THROW(
      while (true) log.append(entry), std::system_error);
  disk.set_capacity(2'000'000);
  EXPECT_GT(log.append(entry), kept);
}

TEST(AppendLog, RefusesTheFormatOfAnotherVersion) {
  FaultyDisk disk(1);
  disk.make_directory("/log");
  // The header of a segment as the first version wrote it.
  const std::string_view first("SPLOG\0\0\1\0\0\0\0\0\0\0\0\x78\x56\x34\x12\0\0\0\0", 24);
  std::string bytes(first);
  append_word(bytes, fast_crc32c(first));
  bytes.resize(64);
  disk.create("/log/0000000000000000.log")->write_at(0, bytes);
  try {
    AppendLog log("/log", {.disk = &disk});
    FAIL();
  } catch (const CorruptData& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("log format 1"));
  }
  EXPECT_EQ(disk.bytes("/log/0000000000000000.log"), bytes);
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
