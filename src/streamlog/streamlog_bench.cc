// What the embedded stream log does on a disk: durable appends by writers, record size and shards; reading back; memory
// and start-up behind a backlog.
//   streamlog_bench [directory on the disk to measure [gigabytes of backlog]]
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/workers.h"
#include "storage/temporary_directory.h"
#include "streamlog/embedded/embedded_streamlog.h"

namespace standpipe {
namespace {

using Seconds = std::chrono::duration<double>;
using SteadyClock = std::chrono::steady_clock;

struct Load {
  int writers;
  size_t records, record_bytes;  // records an append
  ShardNumber shards;
};

constexpr Load kLoads[] = {{1, 1, 1024, 4},     {16, 1, 1024, 4},    {64, 1, 1024, 4},     {256, 1, 1024, 4},
                           {8, 500, 100, 4},    {8, 500, 1024, 4},   {8, 500, 10'240, 4},  {8, 500, 1024, 1},
                           {8, 500, 1024, 100}, {8, 500, 1024, 1000}};
constexpr auto kTime = std::chrono::seconds(2);

// Records a second, until the time or the number of bytes is reached.
double append(StreamLog& log, const StreamId& stream, const Load& load, Duration time, uint64_t bytes_max) {
  std::atomic<uint64_t> appended = 0;
  const auto start = SteadyClock::now();
  const Deadline end = Deadline::in(time);
  {
    std::vector<Background> threads;
    for (int writer = 0; writer < load.writers; ++writer) {
      threads.emplace_back("writer", [&, writer](std::stop_token) {
        const std::string data(load.record_bytes, 'x');
        std::vector<LogEntry> entries;
        for (size_t i = 0; i < load.records; ++i) {
          entries.push_back({static_cast<ShardNumber>(i + static_cast<size_t>(writer)) % load.shards, "key", {}, data});
        }
        while (!end.passed() && appended * load.record_bytes < bytes_max) {
          log.append(stream, entries);
          appended += load.records;
        }
      });
    }
    for (Background& thread : threads) thread.join();
  }
  return static_cast<double>(appended) / Seconds(SteadyClock::now() - start).count();
}

// As much as one reader a shard gets in the time, one after the other.
double read_back(StreamLog& log, const StreamId& stream, const Load& load) {
  uint64_t records = 0;
  const auto start = SteadyClock::now();
  const Deadline end = Deadline::in(kTime);
  for (ShardNumber shard = 0; shard < load.shards && !end.passed(); ++shard) {
    for (Position from = 0; !end.passed();) {
      const LogBatch batch = log.read(stream, shard, from, {});
      records += batch.records.size();
      from = batch.next;
      if (from >= batch.end) break;
    }
  }
  return static_cast<double>(records) / Seconds(SteadyClock::now() - start).count();
}

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  uint64_t all = 0, resident = 0;
  file >> all >> resident;
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

void measure(const std::filesystem::path& directory, const Load& load) {
  const SystemClock clock;
  const auto log = open_embedded_streamlog(directory, clock);
  log->create("s", load.shards, std::chrono::hours(24));
  const double appends = append(*log, "s", load, kTime, UINT64_MAX);
  const double reads = read_back(*log, "s", load);
  const auto megabytes = [&](double records) { return records * static_cast<double>(load.record_bytes) / 1e6; };
  std::printf("%4d writers x %3zu records of %5zu bytes, %4u shards: %9.0f records/s %6.0f MB/s, ", load.writers,
              load.records, load.record_bytes, load.shards, appends, megabytes(appends));
  std::printf("read %9.0f/s %6.0f MB/s\n", reads, megabytes(reads));
  log->remove("s");
}

void measure_backlog(const std::filesystem::path& directory, uint64_t gigabytes) {
  const SystemClock clock;
  {
    const auto log = open_embedded_streamlog(directory, clock);
    log->create("s", 4, std::chrono::hours(24));
    append(*log, "s", {8, 500, 1024, 4}, std::chrono::hours(1), gigabytes * 1'000'000'000);
    std::printf("%lu GB written: %.0f MiB resident\n", gigabytes, resident_mib());
  }
  const auto start = SteadyClock::now();
  const auto log = open_embedded_streamlog(directory, clock);
  std::printf("opened again in %.3f s\n", Seconds(SteadyClock::now() - start).count());
  log->remove("s");
}

}  // namespace
}  // namespace standpipe

int main(int argc, char** argv) {
  const standpipe::TemporaryDirectory fallback;
  const std::filesystem::path directory = argc > 1 ? std::filesystem::path(argv[1]) : fallback.path();
  if (argc > 2) {
    standpipe::measure_backlog(directory, std::strtoull(argv[2], nullptr, 10));
    return 0;
  }
  for (const standpipe::Load& load : standpipe::kLoads) standpipe::measure(directory, load);
}
