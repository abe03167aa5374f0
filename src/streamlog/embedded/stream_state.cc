#include "streamlog/embedded/stream_state.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/logging.h"
#include "storage/checksum.h"
#include "storage/corrupt_data.h"

namespace standpipe {
namespace {

constexpr const char* kStateFile = "state";
constexpr const char* kCopyFile = "state.copy";
constexpr int64_t kVersion = 2;
constexpr size_t kChecksumBytes = 10;  // a line of its own

std::string print(const StreamState& state) {
  json::Array shards;
  for (const StreamState::Shard& shard : state.shards) {
    shards.push_back(json::Object{{"kept", static_cast<int64_t>(shard.kept)},
                                  {"next", static_cast<int64_t>(shard.next)},
                                  {"closed", shard.closed},
                                  {"lastArrival", epoch_ms(shard.last_arrival)}});
  }
  const std::string text = json::print(json::Object{{"version", kVersion},
                                                    {"retentionHours", static_cast<int64_t>(state.retention.count())},
                                                    {"arrival", epoch_ms(state.arrival)},
                                                    {"shards", std::move(shards)}});
  return text + fmt::format("\n{:08x}\n", fast_crc32c(text));
}

// The first version had no checksum.
void refuse_other_version(const std::string& bytes, const std::filesystem::path& path) {
  if (bytes.find('\n') != std::string::npos) return;
  json::Value state;
  try {
    state = json::parse(bytes);
  } catch (const std::runtime_error&) {
    return;
  }
  const json::Value* version = state.find("version");
  if (version == nullptr || !version->is_int() || version->integer() >= kVersion) return;
  throw CorruptData(fmt::format("{} has format {}, written by an older Standpipe; this one reads format {} only. Start "
                                "with another data directory, or read the streams with the older version",
                                path.string(), version->integer(), kVersion));
}

StreamState parse(const std::string& bytes) {
  if (bytes.size() < kChecksumBytes) throw CorruptData("it ends early");
  const std::string text = bytes.substr(0, bytes.size() - kChecksumBytes);
  if (bytes.substr(text.size()) != fmt::format("\n{:08x}\n", fast_crc32c(text))) {
    throw CorruptData("its checksum is wrong");
  }
  const json::Value stored = json::parse(text);
  const json::Object& object = stored.object();
  if (object.find("version")->integer() != kVersion) throw CorruptData("its version is unknown");
  StreamState state;
  state.retention = std::chrono::hours(object.find("retentionHours")->integer());
  state.arrival = from_epoch_ms(object.find("arrival")->integer());
  for (const json::Value& shard : object.find("shards")->array()) {
    const json::Object& facts = shard.object();
    state.shards.push_back({static_cast<Position>(facts.find("kept")->integer()),
                            static_cast<Position>(facts.find("next")->integer()), facts.find("closed")->boolean(),
                            from_epoch_ms(facts.find("lastArrival")->integer())});
  }
  return state;
}

}  // namespace

bool has_stream_state(Disk& disk, const std::filesystem::path& directory) {
  return disk.exists(directory / kStateFile);
}

void save_stream_state(Disk& disk, const std::filesystem::path& directory, const StreamState& state) {
  const std::string bytes = print(state);
  replace_file(disk, directory / kCopyFile, bytes);  // first: the other one says that the stream is finished
  replace_file(disk, directory / kStateFile, bytes);
}

StreamState load_stream_state(Disk& disk, const std::filesystem::path& directory) {
  const auto path = directory / kStateFile;
  const std::string bytes = read_file(disk, path).value_or("");
  refuse_other_version(bytes, path);
  try {
    return parse(bytes);
  } catch (const std::runtime_error& error) {
    logging::error("{}: {}; its copy is read instead", path.string(), error.what());
  }
  const auto copy = directory / kCopyFile;
  try {
    return parse(read_file(disk, copy).value_or(""));
  } catch (const std::runtime_error& error) {
    throw CorruptData(path.string() + " and its copy are damaged: " + error.what());
  }
}

}  // namespace standpipe
