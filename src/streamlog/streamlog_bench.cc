// Durable appends a second of the embedded stream log, by number of writers; and records a second read back.
//   streamlog_bench [directory on the disk to measure]
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "base/workers.h"
#include "storage/temporary_directory.h"
#include "streamlog/embedded/embedded_streamlog.h"

namespace standpipe {
namespace {

constexpr size_t kRecordBytes = 1024;
constexpr ShardNumber kShards = 4;
constexpr auto kTime = std::chrono::seconds(2);

double measure_appends(StreamLog& log, const StreamId& stream, int writers) {
  std::atomic<uint64_t> appended = 0;
  const Deadline end = Deadline::in(kTime);
  {
    std::vector<Background> threads;
    for (int writer = 0; writer < writers; ++writer) {
      threads.emplace_back("writer", [&, writer](std::stop_token) {
        const std::string data(kRecordBytes, 'x');
        const LogEntry entry{static_cast<ShardNumber>(writer) % kShards, "key", {}, data};
        for (; !end.passed(); ++appended) log.append(stream, {&entry, 1});
      });
    }
    for (Background& thread : threads) thread.join();
  }
  return static_cast<double>(appended) / std::chrono::duration<double>(kTime).count();
}

double measure_reads(StreamLog& log, const StreamId& stream) {
  uint64_t read = 0;
  const auto start = std::chrono::steady_clock::now();
  for (ShardNumber shard = 0; shard < kShards; ++shard) {
    for (Position from = 0;;) {
      const LogBatch batch = log.read(stream, shard, from, {});
      read += batch.records.size();
      from = batch.next;
      if (from >= batch.end) break;
    }
  }
  return static_cast<double>(read) / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void run(const std::filesystem::path& directory) {
  const SystemClock clock;
  const auto log = open_embedded_streamlog(directory, clock);
  for (const int writers : {1, 16, 64, 256}) {
    const StreamId stream = "writers-" + std::to_string(writers);
    log->create(stream, kShards, std::chrono::hours(24));
    const double appends = measure_appends(*log, stream, writers);
    std::printf("%4d writers: %9.0f appends/s of %zu bytes, read back at %9.0f records/s\n", writers, appends,
                kRecordBytes, measure_reads(*log, stream));
    log->remove(stream);
  }
}

}  // namespace
}  // namespace standpipe

int main(int argc, char** argv) {
  const standpipe::TemporaryDirectory fallback;
  standpipe::run(argc > 1 ? std::filesystem::path(argv[1]) : fallback.path());
}
