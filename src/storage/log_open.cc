// Opening an append log: which segments there are, what is good in them, where writing goes on.
#include <algorithm>

#include "base/random.h"
#include "storage/append_log.h"
#include "storage/corrupt_data.h"
#include "storage/little_endian.h"
#include "storage/log_format.h"
#include "storage/log_recovery.h"

namespace standpipe {
namespace {

using log_format::kSegmentHeaderBytes;
using log_format::SegmentHeader;

struct Found {
  std::string name;
  uint64_t sequence = 0;  // from the name
  std::shared_ptr<File> file;
  std::optional<SegmentHeader> header;
};

std::optional<uint64_t> sequence_of(const std::string& name) {
  if (name.size() != 20 || !name.ends_with(".log")) return std::nullopt;
  if (name.find_first_not_of("0123456789abcdef") != 16) return std::nullopt;
  return std::stoull(name.substr(0, 16), nullptr, 16);
}

std::optional<SegmentHeader> header_of(const File& file) {
  std::string bytes(kSegmentHeaderBytes, '\0');
  bytes.resize(file.read_at(0, bytes.data(), bytes.size()));
  return log_format::decode_segment_header(bytes);
}

std::vector<Found> find_segments(Disk& disk, const std::filesystem::path& directory) {
  std::vector<Found> found;
  for (const std::string& name : disk.list(directory)) {
    const auto sequence = sequence_of(name);
    if (!sequence) continue;
    Found segment{name, *sequence, disk.open(directory / name), std::nullopt};
    segment.header = header_of(*segment.file);
    found.push_back(std::move(segment));
  }
  return found;
}

// A crash while the last segment was made leaves a file without a header; nothing was written to it yet.
// Its name still tells how far the log has come.
uint64_t remove_unfinished(Disk& disk, const std::filesystem::path& directory, std::vector<Found>& segments) {
  if (segments.empty() || segments.back().header || segments.back().file->size() > kSegmentHeaderBytes) return 0;
  const uint64_t sequence = segments.back().sequence;
  disk.remove(directory / segments.back().name);
  segments.pop_back();
  return sequence;
}

uint32_t log_id_of(const std::vector<Found>& segments, const std::filesystem::path& directory) {
  for (const Found& segment : segments) {
    if (segment.header) return segment.header->log_id;
  }
  if (!segments.empty()) throw CorruptData("no segment of " + directory.string() + " has a readable header");
  return load<uint32_t>(random_bytes(sizeof(uint32_t)).data());
}

}  // namespace

void AppendLog::recover(const Replay& replay) {
  std::vector<Found> found = find_segments(disk_, directory_);
  LogExpectation expected;
  expected.sequence = remove_unfinished(disk_, directory_, found);
  log_id_ = log_id_of(found, directory_);
  if (!found.empty()) expected.sequence = found.front().sequence;
  for (size_t i = 0; i < found.size(); ++i) {
    const bool last = i + 1 == found.size();
    Found& now = found[i];
    const auto path = path_of(now.sequence);
    if (i == 0 && now.header) expected.previous = now.header->previous;
    if (now.sequence > expected.sequence) {  // the segment before has lost its end, or a file is missing
      add_damage({i > 0 ? path_of(found[i - 1].sequence) : path, 0, 0, expected.sequence, now.sequence});
      expected = {now.sequence, now.header ? std::optional(now.header->previous) : std::nullopt};
    }
    if (!last && found[i + 1].sequence <= options_.replay_from) {
      segments_.emplace(now.sequence, Segment{now.sequence, found[i + 1].sequence, now.file->size(), {}});
      expected = {found[i + 1].sequence, std::nullopt};
      if (found[i + 1].header) expected.previous = found[i + 1].header->previous;
      continue;
    }
    const auto findings = examine_segment(*now.file, log_id_, expected, [&](const auto& header, uint64_t offset,
                                                                           std::string_view body) {
      LoggedEntry entry{header.sequence, {now.sequence, offset}, {}};
      for (uint32_t left = header.entries; left > 0; --left, ++entry.sequence) {
        const auto bytes = log_format::take_entry(body);
        if (!bytes) throw CorruptData("entries overrun their batch in " + path.string());
        entry.bytes = *bytes;
        if (replay && entry.sequence >= options_.replay_from) replay(entry);
      }
    });
    Segment segment{now.sequence, expected.sequence, findings.end, {}};
    for (const auto& hole : findings.holes) {
      segment.holes.emplace(hole.offset, hole.end);
      add_damage({path, hole.offset, hole.end - hole.offset, hole.sequence_from, hole.sequence_to});
    }
    segments_.emplace(now.sequence, std::move(segment));
  }
  sequence_ = expected.sequence;
  previous_ = expected.previous.value_or(0);
  if (found.empty()) {
    start_segment();
    return;
  }
  file_ = found.back().file;
  segment_ = found.back().sequence;
  end_ = allocated_ = segments_.at(segment_).end;
  if (file_->size() > end_) {
    file_->truncate(end_);
    if (options_.durable) file_->sync();
  }
}

}  // namespace standpipe
