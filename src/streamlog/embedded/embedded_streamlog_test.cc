#include "streamlog/embedded/embedded_streamlog.h"

#include <random>
#include <system_error>

#include "storage/faulty_disk.h"
#include "storage/temporary_directory.h"
#include "streamlog/embedded/entry_format.h"
#include "streamlog/embedded/shard_index.h"
#include "streamlog/streamlog_suite.h"

namespace standpipe {
namespace {

class FilesEngine {
 public:
  StreamLog& log() { return *log_; }
  FakeClock& clock() { return clock_; }
  void expire() { log_->expire(); }
  void reopen() {
    log_.reset();
    log_ = open();
  }

 private:
  std::unique_ptr<EmbeddedStreamLog> open() {
    return open_embedded_streamlog(directory_.path() / "streams", clock_,
                                   {.segment_bytes_max = 3000, .expire_every = Duration{0}});
  }
  FakeClock clock_;
  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedStreamLog> log_ = open();
};

INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StreamLogSuite, FilesEngine);

TEST(ShardIndex, IsSparse) {
  ShardIndex index;
  for (uint64_t i = 0; i < 1000; ++i) index.add(i, from_epoch_ms(0), {0, 64 + i * 1024});
  EXPECT_EQ(index.find(0)->end, 64u);
  EXPECT_EQ(index.find(63)->place.offset, 64u);
  EXPECT_EQ(index.find(64)->place.offset, 64u + 65536);
  EXPECT_EQ(index.find(5000)->end, UINT64_MAX);
}

TEST(EmbeddedStreamLog, ReadsFarIntoALargeStream) {
  const FakeClock clock;
  FaultyDisk disk(1);
  const auto log = open_embedded_streamlog("/streams", clock, {.segment_bytes_max = 1u << 20, .disk = &disk});
  log->create("s", 3, std::chrono::hours(24));
  std::vector<LogEntry> entries;
  const std::string data(2000, 'x');
  for (uint32_t i = 0; i < 3000; ++i) {
    const LogEntry entry{i % 17 == 0 ? 1u : 0u, "k", {}, data};
    log->append("s", {&entry, 1});
  }
  for (const Position from : {0u, 1u, 99u, 100u, 176u}) {
    const LogBatch batch = log->read("s", 1, from, {.records_max = 3});
    ASSERT_FALSE(batch.records.empty());
    EXPECT_EQ(batch.records[0].position, from);
    EXPECT_EQ(batch.next, from + batch.records.size());
  }
  EXPECT_EQ(log->read("s", 0, 0, {.bytes_max = 1u << 30}).records.size(), 2823u);
}

TEST(EmbeddedStreamLog, RemovesUnfinishedCreationsAndRemovals) {
  const FakeClock clock;
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.path() / "half" / "log");
  std::filesystem::create_directories(directory.path() / ".removed-other" / "log");
  const auto log = open_embedded_streamlog(directory.path(), clock);
  EXPECT_TRUE(log->list().empty());
  EXPECT_EQ(system_disk().list(directory.path()), std::vector<std::string>{".spares"});
}

TEST(EmbeddedStreamLog, NeverRepeatsPositionsThatWereDamaged) {
  const FakeClock clock;
  FaultyDisk disk(1);
  const auto put = [&](StreamLog& log, ShardNumber shard) {
    const LogEntry entry{shard, "k", {}, "data"};
    return log.append("s", {&entry, 1}).front().position;
  };
  {
    const auto log = open_embedded_streamlog("/streams", clock, {.disk = &disk});
    log->create("s", 2, std::chrono::hours(24));
    put(*log, 0);
    put(*log, 1);
    put(*log, 0);
  }
  disk.flip_bit("/streams/s/log/0000000000000000.log", 64 + 112 + 100);
  const auto log = open_embedded_streamlog("/streams", clock, {.disk = &disk});
  EXPECT_EQ(put(*log, 0), 2u);
  EXPECT_GT(put(*log, 1), 1000u);
  EXPECT_EQ(log->read("s", 1, 0, {}).records.size(), 1u);
}

TEST(EmbeddedStreamLog, OpensWithAndWithoutItsSnapshot) {
  FakeClock clock;
  FaultyDisk disk(1);
  const auto open = [&] {
    return open_embedded_streamlog("/streams", clock,
                                   {.segment_bytes_max = 2000, .expire_every = Duration{0}, .disk = &disk});
  };
  const auto put = [&](StreamLog& log, const std::string& text) {
    const LogEntry entry{static_cast<ShardNumber>(text.size() % 2), "k", {}, text};
    log.append("s", {&entry, 1});
  };
  const auto read = [&](StreamLog& log) {
    std::string all;
    for (const ShardNumber shard : {0u, 1u, 2u}) {
      for (Position from = 0; from < log.bounds("s", shard).next;) {
        const LogBatch batch = log.read("s", shard, from, {.records_max = 1});
        for (const LogRecord& record : batch.records) all += std::string(record.data) + ",";
        from = batch.next;
      }
    }
    return all;
  };
  std::string expected;
  {
    const auto log = open();
    log->create("s", 2, std::chrono::hours(24));
    for (int i = 0; i < 100; ++i) put(*log, std::to_string(i * 37) + std::string(static_cast<size_t>(i), 'x'));
    log->open_shard("s");
    log->expire();  // saves
    log->close_shard("s", 1);
    for (int i = 0; i < 30; ++i) put(*log, std::string(static_cast<size_t>(i) * 2, 'y'));
    expected = read(*log);
    disk.crash();
  }
  for (int round = 0; round < 4; ++round) {
    const auto log = open();
    EXPECT_EQ(read(*log), expected) << round;
    EXPECT_TRUE(log->bounds("s", 1).closed);
    EXPECT_FALSE(log->bounds("s", 2).closed);
    if (round == 1) disk.flip_bit("/streams/s/snapshot", 100);
    if (round == 2) {
      disk.remove("/streams/s/snapshot");
      disk.crash();
    }
  }
}

TEST(ShardIndex, ThinsOutAndForgetsNothingByDropping) {
  ShardIndex index;
  const auto place = [](Position position) { return LogPlace{position / 1000, 64 + position % 1000 * 65536}; };
  for (uint64_t i = 0; i < 300'000; ++i) index.add(i, from_epoch_ms(0), place(i));
  EXPECT_LE(index.items().size(), 65536u);
  for (const uint64_t position : {0u, 999u, 1000u, 123'456u, 299'999u}) {
    const auto span = index.find(position);
    EXPECT_LE(span->place, place(position));
    EXPECT_GE(span->place, place(position - std::min<uint64_t>(position, 16)));
    EXPECT_GT(span->end, position);
  }
  index.drop_before(150);
  EXPECT_LE(*index.first(), 150'000u);
  EXPECT_EQ(index.find(150'000)->place, place(150'000));
}

TEST(ShardIndex, RemembersWhereReadingsEnded) {
  ShardIndex index;
  index.add(0, from_epoch_ms(0), {0, 64});
  index.remember(500, {0, 6400});
  EXPECT_EQ(index.find(500)->place.offset, 6400u);
  EXPECT_EQ(index.find(499)->place.offset, 64u);
  for (Position i = 0; i < 10; ++i) index.remember(i, {0, 640});
  EXPECT_EQ(index.find(500)->place.offset, 64u);
}

// A stream as large as the disk opens as quickly as a small one, and finds a time without a search.
TEST(EmbeddedStreamLog, OpensAndFindsTimesByReadingLittle) {
  constexpr uint64_t kSegment = 256u << 10;
  FakeClock clock;
  FaultyDisk disk(1);
  const auto open = [&] {
    return open_embedded_streamlog("/streams", clock,
                                   {.segment_bytes_max = kSegment, .expire_every = Duration{0}, .disk = &disk});
  };
  const std::string data(10'000, 'x');
  const LogEntry entry{0, "k", {}, data};
  const Timestamp start = clock.now();
  {
    const auto log = open();
    log->create("s", 1, std::chrono::hours(24));
    for (int i = 0; i < 3000; ++i) {
      log->append("s", {&entry, 1});
      clock.advance(std::chrono::seconds(5));
      log->expire();  // as by itself when a segment is full
    }
    disk.crash();
  }
  const uint64_t before = disk.bytes_read();
  const auto log = open();
  EXPECT_EQ(log->find_time("s", 0, start + std::chrono::seconds(5000)), 1000u);
  EXPECT_LT(disk.bytes_read() - before, 8 * kSegment);  // of 117 segments
  EXPECT_EQ(log->read("s", 0, 2999, {}).records.size(), 1u);
}

TEST(EntryFormat, RefusesWhatMakesNoSense) {
  const std::vector<LogEntry> entries{{2, "a", "", "one"}, {0, "b", "17", "two"}};
  const RecordsDraft draft(entries);
  std::string head;
  draft.append_head(head, {}, std::vector<Position>{7, 8});
  EXPECT_NO_THROW(decode_head(head));
  for (size_t size = 0; size < head.size(); ++size) {
    EXPECT_ANY_THROW(decode_head(std::string_view(head).substr(0, size))) << size;
  }
  EXPECT_ANY_THROW(decode_head("\x09"));
  std::string_view body = draft.body().bytes;
  EXPECT_EQ(take_record(body, 0, {}).data, "two");
  EXPECT_EQ(take_record(body, 0, {}).data, "one");
  EXPECT_ANY_THROW(take_record(body, 0, {}));
}

TEST(EntryFormat, HasNoByteThatIsInNoChunk) {
  for (size_t size = 0; size < 100; ++size) {
    const std::string data(size, 'd');
    const std::vector<LogEntry> entries{{0, "k", "", data}};
    const RecordsDraft draft(entries);
    const LogBody body = draft.body();
    ASSERT_EQ(body.chunks.size(), 1u);
    EXPECT_EQ(body.bytes.size(), body.chunks[0].bytes) << size;
  }
}

// Whatever the disk does, acknowledged records keep their positions and come back in order.
TEST(EmbeddedStreamLog, SurvivesCrashes) {
  using Shard = std::map<Position, std::string>;
  for (uint32_t seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    FakeClock clock;
    FaultyDisk disk(seed);
    disk.make_directory("/streams");
    std::vector<Shard> shards(3);
    bool created = false;
    for (int life = 0; life < 6; ++life) {
      const auto log = open_embedded_streamlog(
          "/streams", clock, {.segment_bytes_max = 4000, .expire_every = Duration{0}, .disk = &disk});
      if (!created) log->create("s", 3, std::chrono::hours(24));
      created = true;
      for (ShardNumber number = 0; number < shards.size(); ++number) {
        const Bounds bounds = log->bounds("s", number);
        Shard found;
        for (const LogRecord& record : log->read("s", number, 0, {}).records) {
          found.emplace(record.position, std::string(record.data));
        }
        for (const auto& [position, text] : shards[number]) {
          if (position < bounds.oldest) continue;
          ASSERT_TRUE(found.contains(position)) << "seed " << seed;
          ASSERT_EQ(found[position], text) << "seed " << seed;
        }
        if (!shards[number].empty()) {
          ASSERT_GT(bounds.next, shards[number].rbegin()->first) << "seed " << seed;
        }
        shards[number].merge(found);
      }
      disk.fail(0.03, 0.03);
      for (uint32_t count = random() % 40; count > 0; --count) {
        std::vector<std::string> texts;
        std::vector<LogEntry> entries;
        for (uint32_t i = 0; i < 1 + random() % 5; ++i) texts.push_back(std::string(random() % 300, 'a') + "!");
        for (const std::string& text : texts) {
          entries.push_back({static_cast<ShardNumber>(random() % shards.size()), "k", {}, text});
        }
        try {
          const auto appended = log->append("s", entries);
          for (size_t i = 0; i < entries.size(); ++i) {
            shards[entries[i].shard][appended[i].position] = texts[i];
          }
        } catch (const std::system_error&) {
        }
        clock.advance(std::chrono::minutes(random() % 60));
        if (random() % 20 == 0) log->expire();
      }
      disk.crash();
    }
  }
}

}  // namespace
}  // namespace standpipe
