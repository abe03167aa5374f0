// The contract of every StreamLog engine. An engine's test instantiates it with a type `Engine` that has
// `StreamLog& log()`, `FakeClock& clock()`, `void expire()` (retention is applied now) and `void reopen()` (close and
// open the same store again).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/workers.h"
#include "streamlog/streamlog.h"

namespace standpipe {

template <class Engine>
class StreamLogSuite : public testing::Test {
 protected:
  static constexpr std::chrono::hours kDay{24};
  StreamLog& log() { return engine_.log(); }
  Appended put(ShardNumber shard, std::string_view data, const StreamId& stream = "s") {
    const LogEntry entry{shard, "key", {}, data};
    return log().append(stream, {&entry, 1}).front();
  }
  std::vector<std::string> texts(ShardNumber shard, Position from = 0, ReadLimits limits = {}) {
    std::vector<std::string> found;
    const LogBatch batch = log().read("s", shard, from, limits);
    for (const LogRecord& record : batch.records) found.emplace_back(record.data);
    return found;
  }
  // Reads the shard to its end by small steps.
  std::vector<std::string> all(ShardNumber shard) {
    std::vector<std::string> found;
    Position from = 0;
    while (true) {
      const LogBatch batch = log().read("s", shard, from, {.records_max = 7});
      for (const LogRecord& record : batch.records) {
        EXPECT_GE(record.position, from);
        from = record.position + 1;
        found.emplace_back(record.data);
      }
      EXPECT_TRUE(batch.next >= from);
      from = batch.next;
      if (batch.next >= batch.end) return found;
    }
  }
  Engine engine_;
};

using Texts = std::vector<std::string>;

TYPED_TEST_SUITE_P(StreamLogSuite);

TYPED_TEST_P(StreamLogSuite, CreatesListsAndRemoves) {
  EXPECT_FALSE(this->log().exists("s"));
  EXPECT_THROW(this->put(0, "x"), UnknownStream);
  this->log().create("s", 2, this->kDay);
  this->log().create("t", 1, this->kDay);
  this->put(1, "x");
  this->log().create("s", 2, this->kDay);
  EXPECT_THAT(this->log().list(), testing::ElementsAre("s", "t"));
  EXPECT_EQ(this->texts(1), Texts{"x"});
  this->log().remove("s");
  this->log().remove("s");
  EXPECT_THAT(this->log().list(), testing::ElementsAre("t"));
  EXPECT_THROW(this->texts(0), UnknownStream);
  this->engine_.reopen();
  EXPECT_THAT(this->log().list(), testing::ElementsAre("t"));
}

TYPED_TEST_P(StreamLogSuite, NumbersTheRecordsOfEachShard) {
  this->log().create("s", 3, this->kDay);
  const std::vector<LogEntry> entries{{2, "a", "", "one"}, {0, "b", "17", "two"}, {2, "c", "", "three"}};
  const auto appended = this->log().append("s", entries);
  ASSERT_EQ(appended.size(), 3u);
  EXPECT_EQ(appended[0].position, 0u);
  EXPECT_EQ(appended[1].position, 0u);
  EXPECT_EQ(appended[2].position, 1u);
  EXPECT_EQ(this->put(2, "four").position, 2u);
  EXPECT_EQ(this->texts(0), Texts{"two"});
  EXPECT_EQ(this->texts(1), Texts{});
  EXPECT_EQ(this->texts(2), (Texts{"one", "three", "four"}));
  const LogBatch batch = this->log().read("s", 0, 0, {});
  EXPECT_EQ(batch.records[0].partition_key, "b");
  EXPECT_EQ(batch.records[0].explicit_hash_key, "17");
  EXPECT_EQ(batch.records[0].position, 0u);
  EXPECT_EQ(batch.next, 1u);
  EXPECT_EQ(batch.end, 1u);
  EXPECT_EQ(batch.end_time, appended[1].arrival);
  EXPECT_THROW(this->put(3, "x"), UnknownShard);
  EXPECT_THROW(this->texts(3), UnknownShard);
  EXPECT_EQ(this->log().bounds("s", 2).next, 3u);
}

TYPED_TEST_P(StreamLogSuite, AppendsAllOrNothing) {
  this->log().create("s", 1, this->kDay);
  const std::vector<LogEntry> entries{{0, "a", "", "one"}, {5, "b", "", "two"}};
  EXPECT_THROW(this->log().append("s", entries), UnknownShard);
  EXPECT_EQ(this->texts(0), Texts{});
  EXPECT_EQ(this->put(0, "x").position, 0u);
}

TYPED_TEST_P(StreamLogSuite, KeepsEmptyAndOddRecords) {
  this->log().create("s", 1, this->kDay);
  const std::string odd("\0\xff\n", 3), large(1'500'000, 'x');
  this->put(0, "");
  this->put(0, odd);
  this->put(0, large);
  EXPECT_EQ(this->all(0), (Texts{"", odd, large}));
}

TYPED_TEST_P(StreamLogSuite, LimitsReads) {
  this->log().create("s", 2, this->kDay);
  for (int i = 0; i < 10; ++i) {
    this->put(0, std::string(100, static_cast<char>('a' + i)));
    this->put(1, "between");
  }
  EXPECT_EQ(this->texts(0, 4, {.records_max = 2}), (Texts{std::string(100, 'e'), std::string(100, 'f')}));
  EXPECT_EQ(this->texts(0, 0, {.bytes_max = 250}).size(), 2u);
  EXPECT_EQ(this->texts(0, 0, {.bytes_max = 1}).size(), 1u);
  EXPECT_EQ(this->texts(0, 10).size(), 0u);
  EXPECT_EQ(this->texts(0, 1000).size(), 0u);
  const LogBatch batch = this->log().read("s", 0, 4, {.records_max = 2});
  EXPECT_EQ(batch.next, 6u);
  EXPECT_EQ(batch.end, 10u);
}

TYPED_TEST_P(StreamLogSuite, FindsTimes) {
  this->log().create("s", 2, this->kDay);
  const Timestamp start = this->engine_.clock().now();
  EXPECT_EQ(this->log().find_time("s", 0, start), 0u);
  for (int i = 0; i < 300; ++i) {
    this->put(0, "x");
    if (i % 3 == 0) this->put(1, "y");
    this->engine_.clock().advance(std::chrono::seconds(10));
  }
  EXPECT_EQ(this->log().find_time("s", 0, start - Duration{1}), 0u);
  EXPECT_EQ(this->log().find_time("s", 0, start), 0u);
  for (const int i : {1, 2, 17, 100, 299}) {
    EXPECT_EQ(this->log().find_time("s", 0, start + i * std::chrono::seconds(10)), static_cast<Position>(i));
    EXPECT_EQ(this->log().find_time("s", 0, start + i * std::chrono::seconds(10) - Duration{1}),
              static_cast<Position>(i));
  }
  EXPECT_EQ(this->log().find_time("s", 1, start + std::chrono::seconds(25)), 1u);
  EXPECT_EQ(this->log().find_time("s", 0, start + std::chrono::hours(1)), 300u);
}

TYPED_TEST_P(StreamLogSuite, ArrivalNeverFalls) {
  this->log().create("s", 1, this->kDay);
  const Timestamp first = this->put(0, "a").arrival;
  EXPECT_EQ(first, this->engine_.clock().now());
  this->engine_.clock().advance(-std::chrono::hours(1));
  EXPECT_EQ(this->put(0, "b").arrival, first);
  this->engine_.reopen();
  EXPECT_EQ(this->put(0, "c").arrival, first);
}

TYPED_TEST_P(StreamLogSuite, OpensAndClosesShards) {
  this->log().create("s", 1, this->kDay);
  this->put(0, "old");
  EXPECT_EQ(this->log().open_shard("s"), 1u);
  EXPECT_EQ(this->log().open_shard("s"), 2u);
  this->log().close_shard("s", 0);
  this->log().close_shard("s", 0);
  EXPECT_THROW(this->put(0, "x"), ShardClosed);
  EXPECT_THROW(this->log().close_shard("s", 9), UnknownShard);
  this->put(2, "new");
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(this->log().bounds("s", 0).closed);
    EXPECT_FALSE(this->log().bounds("s", 1).closed);
    EXPECT_EQ(this->texts(0), Texts{"old"});
    EXPECT_EQ(this->texts(2), Texts{"new"});
    EXPECT_THROW(this->put(0, "x"), ShardClosed);
    this->engine_.reopen();
  }
  EXPECT_EQ(this->log().open_shard("s"), 3u);
}

TYPED_TEST_P(StreamLogSuite, SurvivesReopening) {
  this->log().create("s", 2, this->kDay);
  for (int i = 0; i < 50; ++i) this->put(static_cast<ShardNumber>(i % 2), std::to_string(i));
  this->engine_.reopen();
  EXPECT_EQ(this->all(0).size(), 25u);
  EXPECT_EQ(this->all(1).back(), "49");
  EXPECT_EQ(this->put(1, "next").position, 25u);
}

TYPED_TEST_P(StreamLogSuite, ForgetsAfterTheRetention) {
  this->log().create("s", 2, std::chrono::hours(24));
  for (int hour = 0; hour < 30; ++hour) {
    this->put(0, std::to_string(hour) + std::string(500, 'x'));
    if (hour == 0) this->put(1, "early");
    this->engine_.clock().advance(std::chrono::hours(1));
    this->engine_.expire();
  }
  for (int round = 0; round < 2; ++round) {
    const Bounds bounds = this->log().bounds("s", 0);
    EXPECT_EQ(bounds.next, 30u);
    EXPECT_GE(bounds.oldest, 5u);
    EXPECT_LE(bounds.oldest, 6u);
    EXPECT_EQ(this->texts(0).size(), 30 - bounds.oldest);
    EXPECT_EQ(this->log().bounds("s", 1).oldest, 1u);
    EXPECT_EQ(this->texts(1), Texts{});
    this->engine_.reopen();
  }
  this->engine_.clock().advance(std::chrono::hours(100));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(this->texts(0), Texts{});
    this->engine_.expire();
    this->engine_.reopen();
  }
  EXPECT_EQ(this->log().bounds("s", 0).oldest, 30u);
  EXPECT_EQ(this->put(0, "again").position, 30u);
  EXPECT_EQ(this->put(1, "again").position, 1u);
  EXPECT_EQ(this->texts(0), Texts{"again"});
}

TYPED_TEST_P(StreamLogSuite, ChangesTheRetention) {
  this->log().create("s", 1, std::chrono::hours(24));
  this->log().set_retention("s", std::chrono::hours(48));
  this->put(0, "x");
  this->engine_.clock().advance(std::chrono::hours(30));
  this->engine_.reopen();
  this->engine_.expire();
  EXPECT_EQ(this->texts(0), Texts{"x"});
  this->log().set_retention("s", std::chrono::hours(24));
  EXPECT_EQ(this->texts(0), Texts{});
}

TYPED_TEST_P(StreamLogSuite, WakesThoseWhoWait) {
  this->log().create("s", 2, this->kDay);
  const auto wait = [&](ShardNumber shard, Position position, std::stop_token stop = {}) {
    return this->log().wait_for("s", shard, position, Deadline::in(std::chrono::seconds(60)), stop);
  };
  this->put(0, "x");
  EXPECT_TRUE(wait(0, 0));
  EXPECT_FALSE(this->log().wait_for("s", 0, 1, Deadline::in(Duration{5}), {}));
  {
    Background waiting("test", [&](std::stop_token) { EXPECT_TRUE(wait(0, 1)); });
    this->put(0, "y");
  }
  {
    Background waiting("test", [&](std::stop_token stop) { EXPECT_FALSE(wait(1, 0, stop)); });
    waiting.stop();
  }
  {
    Background waiting("test", [&](std::stop_token) { EXPECT_TRUE(wait(1, 0)); });
    this->log().close_shard("s", 1);
  }
  {
    Background waiting("test", [&](std::stop_token) {
      try {
        EXPECT_TRUE(wait(0, 1000));
      } catch (const UnknownStream&) {  // removed before the wait began
      }
    });
    this->log().remove("s");
  }
}

TYPED_TEST_P(StreamLogSuite, ServesManyWritersAndReaders) {
  constexpr int kWriters = 6, kRecords = 200;
  this->log().create("s", 3, this->kDay);
  {
    std::vector<Background> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back("test", [&, writer](std::stop_token) {
        for (int i = 0; i < kRecords; ++i) {
          this->put(static_cast<ShardNumber>(i % 3), std::to_string(writer) + ":" + std::to_string(i));
        }
      });
    }
    for (ShardNumber shard = 0; shard < 3; ++shard) {
      threads.emplace_back("test", [&, shard](std::stop_token) {  // follows the shard while it is written
        std::map<std::string, int> last;
        Position from = 0;
        const Position end = kWriters * ((kRecords + 2 - shard) / 3);
        while (from < end) {
          ASSERT_TRUE(this->log().wait_for("s", shard, from, Deadline::in(std::chrono::seconds(60)), {}));
          const LogBatch batch = this->log().read("s", shard, from, {});
          ASSERT_FALSE(batch.records.empty());
          for (const LogRecord& record : batch.records) {
            ASSERT_EQ(record.position, from++);
            const std::string text(record.data);
            const auto colon = text.find(':');
            const int number = std::stoi(text.substr(colon + 1));
            const auto [entry, first] = last.try_emplace(text.substr(0, colon), -1);
            EXPECT_LT(entry->second, number);
            entry->second = number;
          }
        }
      });
    }
  }
}

REGISTER_TYPED_TEST_SUITE_P(StreamLogSuite, CreatesListsAndRemoves, NumbersTheRecordsOfEachShard, AppendsAllOrNothing,
                            KeepsEmptyAndOddRecords, LimitsReads, FindsTimes, ArrivalNeverFalls, OpensAndClosesShards,
                            SurvivesReopening, ForgetsAfterTheRetention, ChangesTheRetention, WakesThoseWhoWait,
                            ServesManyWritersAndReaders);

}  // namespace standpipe
