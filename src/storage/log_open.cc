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

std::optional<uint64_t> sequence_of(const std::string& name) {
  if (name.size() != 20 || !name.ends_with(".log")) return std::nullopt;
  if (name.find_first_not_of("0123456789abcdef") != 16) return std::nullopt;
  return std::stoull(name.substr(0, 16), nullptr, 16);
}

std::vector<uint64_t> find_segments(Disk& disk, const std::filesystem::path& directory) {
  std::vector<uint64_t> found;
  for (const std::string& name : disk.list(directory)) {
    if (const auto sequence = sequence_of(name)) found.push_back(*sequence);
  }
  return found;
}

// nullopt also if it is another segment's: a file that is used again still has the header of its former life.
std::optional<SegmentHeader> header_of(const File& file, uint64_t sequence, const std::filesystem::path& path) {
  std::string bytes(kSegmentHeaderBytes, '\0');
  bytes.resize(file.read_at(0, bytes.data(), bytes.size()));
  if (const auto version = log_format::other_version(bytes)) {
    throw CorruptData(path.string() + " has log format " + std::to_string(*version) +
                      ", written by another version of Standpipe; this one reads format 2 only. Start with another "
                      "data directory, or read this one with that version");
  }
  const auto header = log_format::decode_segment_header(bytes);
  return header && header->sequence == sequence ? header : std::nullopt;
}

}  // namespace

// From the oldest header that can be read: only the newest can be of a file's former life. If there is none, from what
// the first good batch says.
uint32_t AppendLog::find_log_id(const std::vector<uint64_t>& found) const {
  for (const uint64_t sequence : found) {
    const auto path = path_of(sequence);
    if (const auto header = header_of(*disk_.open(path), sequence, path)) return header->log_id;
  }
  for (const uint64_t sequence : found) {
    const auto good = find_good_batch(*disk_.open(path_of(sequence)), std::nullopt, kSegmentHeaderBytes, sequence);
    if (good) return good->header.log_id;
  }
  return load<uint32_t>(random_bytes(sizeof(uint32_t)).data());
}

// A crash while the last segment was made leaves a file without our header; nothing was written to it yet. If there are
// batches of ours in it, the header was damaged later.
bool AppendLog::is_unfinished(uint64_t segment) const {
  const auto path = path_of(segment);
  const auto file = disk_.open(path);
  const auto header = header_of(*file, segment, path);
  if (header && header->log_id == log_id_) return false;
  return !find_good_batch(*file, log_id_, kSegmentHeaderBytes, segment);
}

void AppendLog::recover(const Replay& replay) {
  std::vector<uint64_t> found = find_segments(disk_, directory_);
  log_id_ = find_log_id(found);
  LogExpectation expected;
  if (!found.empty() && is_unfinished(found.back())) {
    expected.sequence = found.back();  // the name still tells how far the log has come
    disk_.remove(path_of(found.back()));
    found.pop_back();
  }
  if (found.empty()) {
    sequence_ = expected.sequence;
    start_segment();
    return;
  }
  // An empty last segment may be left by an attempt that failed, after which writing went on in the one before.
  const uint64_t last = found.back();
  const bool empty = !find_good_batch(*disk_.open(path_of(last)), log_id_, kSegmentHeaderBytes, last);
  const size_t looked_at = empty ? 2 : 1;
  size_t first = 0;  // to be replayed
  for (; first + looked_at < found.size() && found[first + 1] <= options_.replay_from; ++first) {
    segments_.emplace(found[first], Segment{found[first], found[first + 1], kUnknownEnd});
  }
  expected.sequence = found[first];
  for (size_t i = first; i < found.size(); ++i) {
    if (empty && found[i] == last && last < expected.sequence) {
      disk_.remove(path_of(last));
      continue;
    }
    if (found[i] > expected.sequence) {  // the segment before has lost its end, or a file is missing
      add_damage({path_of(i > first ? found[i - 1] : found[i]), 0, 0, expected.sequence, found[i]});
      expected = {found[i], std::nullopt};
    }
    const bool last_holds = i + looked_at >= found.size();
    replay_segment(found[i], last_holds ? UINT64_MAX : found[i + 1], i == first, expected, replay);
  }
  sequence_ = expected.sequence;
  previous_ = expected.previous.value_or(0);
  settle();
}

// Leaves the log as if this were the last segment.
void AppendLog::replay_segment(uint64_t segment, uint64_t sequence_to, bool first, LogExpectation& expected,
                               const Replay& replay) {
  const auto path = path_of(segment);
  file_ = disk_.open(path);
  auto header = header_of(*file_, segment, path);
  if (header && header->log_id != log_id_) header.reset();
  if (!header) add_damage({path, 0, kSegmentHeaderBytes, segment, segment});
  if (header && (first || !expected.previous)) expected.previous = header->previous;
  const auto visit = [&](const auto& batch, uint64_t offset, std::string_view heads) {
    LoggedEntry entry{{}, batch.sequence, {segment, offset}, offset + batch.front_bytes()};
    for (uint32_t left = batch.entries; left > 0; --left, ++entry.sequence) {
      const auto head = log_format::take_entry(heads);
      if (!head) throw CorruptData("entries overrun their batch in " + path.string());
      static_cast<log_format::EntryHead&>(entry) = *head;
      if (replay && entry.sequence >= options_.replay_from) replay(entry);
      entry.body_offset += head->body_bytes();
    }
  };
  const auto findings = examine_segment(*file_, log_id_, sequence_to, expected, visit);
  Segment read{segment, expected.sequence, findings.end};
  for (const auto& hole : findings.holes) {
    read.holes.emplace(hole.offset, hole.end);
    add_damage({path, hole.offset, hole.end - hole.offset, hole.sequence_from, hole.sequence_to});
  }
  segments_.emplace(segment, std::move(read));
  segment_ = segment;
  end_ = findings.end;
  last_batch_ = findings.last;
}

// What was read may be in memory only: a process that ended between write and sync leaves it so, and a sync that failed
// lets the kernel forget what it has not written. Only the last batch and the beginning of a segment can be meant.
void AppendLog::settle() {
  allocated_ = file_->size();
  if (allocated_ > end_ && allocated_ < options_.segment_bytes_max) {
    file_->truncate(end_);
    allocated_ = end_;
  }
  for (const auto& [from, to] : {std::pair{uint64_t{0}, kSegmentHeaderBytes}, std::pair{last_batch_, end_}}) {
    std::string bytes(to - from, '\0');  // the padding of the last batch may be missing
    if (file_->read_at(from, bytes.data(), bytes.size()) + log_format::kAlignment <= bytes.size()) {
      throw CorruptData(path_of(segment_).string() + " has become shorter");
    }
    if (!bytes.empty()) file_->write_at(from, bytes);
  }
  if (!options_.durable) return;
  file_->sync();
  disk_.sync_directory(directory_);
}

}  // namespace standpipe
