// A process that appends is killed at a random moment: what it had acknowledged must be there. The seed is printed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>

#include "base/workers.h"
#include "storage/temporary_directory.h"
#include "streamlog/embedded/embedded_streamlog.h"

namespace standpipe {
namespace {

constexpr int kRounds = 20;
constexpr ShardNumber kShards = 3;
constexpr int kWriters = 4;

struct Acknowledged {
  ShardNumber shard;
  uint32_t value;
  Position position;
};

std::string data_of(uint32_t value) { return std::to_string(value) + std::string(value % 3000, 'd'); }

// The child: never returns.
[[noreturn]] void append_until_killed(const std::filesystem::path& directory, int pipe, uint32_t seed) {
  const SystemClock clock;
  const auto log = open_embedded_streamlog(directory, clock, {.segment_bytes_max = 200'000});
  log->create("s", kShards, std::chrono::hours(24));
  std::vector<Background> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back("writer", [&, writer](std::stop_token) {
      std::mt19937 random(seed + static_cast<uint32_t>(writer));
      while (true) {
        const Acknowledged wanted{static_cast<ShardNumber>(random() % kShards), static_cast<uint32_t>(random()), 0};
        const std::string data = data_of(wanted.value);
        const LogEntry entry{wanted.shard, "key", {}, data};
        Acknowledged done = wanted;
        done.position = log->append("s", {&entry, 1}).front().position;
        if (::write(pipe, &done, sizeof done) != sizeof done) ::_exit(1);  // small writes to a pipe are atomic
      }
    });
  }
  for (Background& writer : writers) writer.join();
  ::_exit(1);
}

TEST(EmbeddedStreamLog, KeepsWhatItAcknowledgedWhenKilled) {
  const uint32_t seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const TemporaryDirectory directory;
  std::map<std::pair<ShardNumber, Position>, uint32_t> expected;
  for (int round = 0; round < kRounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const uint32_t child_seed = static_cast<uint32_t>(random());
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) append_until_killed(directory.path(), ends[1], child_seed);
    ::close(ends[1]);
    // Killed after a random number of acknowledgements rather than after a time: no sleeping.
    Acknowledged done{};
    for (uint32_t left = 1 + static_cast<uint32_t>(random()) % 150; left > 0; --left) {
      ASSERT_EQ(::read(ends[0], &done, sizeof done), static_cast<ssize_t>(sizeof done));
      expected[{done.shard, done.position}] = done.value;
    }
    ::kill(child, SIGKILL);
    while (::read(ends[0], &done, sizeof done) == static_cast<ssize_t>(sizeof done)) {
      expected[{done.shard, done.position}] = done.value;
    }
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    const SystemClock clock;
    const auto log = open_embedded_streamlog(directory.path(), clock, {.segment_bytes_max = 200'000});
    for (const auto& [where, value] : expected) {
      const LogBatch batch = log->read("s", where.first, where.second, {.records_max = 1});
      ASSERT_EQ(batch.records.size(), 1u);
      ASSERT_EQ(batch.records[0].position, where.second);
      ASSERT_EQ(batch.records[0].data, data_of(value));
    }
  }
  EXPECT_GE(expected.size(), static_cast<size_t>(kRounds));
}

}  // namespace
}  // namespace standpipe
