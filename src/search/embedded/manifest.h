// The truth about an index's files (FORMAT.md).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "storage/file.h"

namespace standpipe::search {

struct Manifest {
  struct SegmentEntry {
    uint64_t number = 0;
    uint64_t deleted_generation = 0;  // 0: nothing is deleted
  };
  std::string name, uuid;
  Timestamp created{};
  json::Value mapping, settings;
  std::map<std::string, std::string> checkpoints;
  uint64_t next_segment = 1;
  int64_t next_seq_no = 0;
  uint64_t replay_from = 0;  // log entries before this one are in segments
  std::vector<SegmentEntry> segments;
};

std::optional<Manifest> read_manifest(Disk& disk, const std::filesystem::path& directory);
void write_manifest(Disk& disk, const std::filesystem::path& directory, const Manifest& manifest);

}  // namespace standpipe::search
