#include <algorithm>
#include <iterator>
#include <system_error>

#include "storage/append_log.h"
#include "storage/corrupt_data.h"
#include "storage/log_format.h"
#include "storage/log_recovery.h"

namespace standpipe {
namespace {

using log_format::kBatchHeaderBytes;
using log_format::kSegmentHeaderBytes;

constexpr uint64_t kReadAhead = 128u << 10;

}  // namespace

AppendLog::Reader::Reader(const AppendLog& log, LogPlace from) : log_(log), at_(from) {}
AppendLog::Reader::~Reader() = default;

bool AppendLog::Reader::next(LoggedEntry& entry) {
  if (left_ == 0 && !load()) return false;
  const auto bytes = log_format::take_entry(rest_);
  if (!bytes) throw CorruptData("entries overrun their batch in " + log_.path_of(batch_.segment).string());
  entry = {sequence_++, batch_, *bytes};
  --left_;
  return true;
}

// Makes the next batch at or behind `at_` the current one.
bool AppendLog::Reader::load() {
  if (file_segment_ != at_.segment && !advance()) return false;
  while (true) {
    if (load_here()) return true;
    const LogPlace before = at_;
    const uint64_t end_before = end_;
    if (!advance()) return false;
    if (at_ != before || end_ != end_before) continue;
    if (at_.offset + kBatchHeaderBytes > end_) return false;
    pass_over();
  }
}

bool AppendLog::Reader::load_here() {
  if (at_.offset + kBatchHeaderBytes > end_) return false;
  const std::string_view start = view(at_.offset, kBatchHeaderBytes);
  const auto header = log_format::decode_batch_header(start);
  if (!header || header->log_id != log_.log_id_) {
    // Space that was reserved in a segment that nobody looked through when the log was opened.
    if (start.find_first_not_of('\0') == std::string_view::npos) at_.offset = end_;
    return false;
  }
  if (at_.offset + kBatchHeaderBytes + header->body_bytes > end_) return false;
  const std::string_view body = view(at_.offset + kBatchHeaderBytes, header->body_bytes);
  if (!log_format::body_is_good(*header, body)) return false;
  batch_ = at_;
  at_.offset += header->batch_bytes();
  sequence_ = header->sequence;
  left_ = header->entries;
  rest_ = body;
  return true;
}

// Looks at the log as it is now: passes over holes, ends of segments and dropped segments.
// False: nothing is kept there.
bool AppendLog::Reader::advance() {
  while (true) {
    {
      const std::lock_guard lock(log_.mutex_);
      const auto found = log_.segments_.lower_bound(at_.segment);
      if (found == log_.segments_.end()) return false;
      if (found->first != at_.segment) at_ = {found->first, kSegmentHeaderBytes};
      const Segment& segment = found->second;
      const auto hole = segment.holes.find(at_.offset);
      if (hole != segment.holes.end()) at_.offset = hole->second;
      const auto next = std::next(found);
      if (at_.offset + kBatchHeaderBytes > segment.end && next != log_.segments_.end()) {
        at_ = {next->first, kSegmentHeaderBytes};
        continue;
      }
      end_ = segment.end;
      if (file_segment_ == at_.segment) return true;
      // The current segment's file is at hand; others are opened for as long as somebody reads them.
      file_ = at_.segment == log_.segment_ ? log_.file_ : nullptr;
    }
    buffer_.clear();
    buffer_offset_ = 0;
    file_segment_ = at_.segment;
    if (file_) return true;
    try {
      file_ = log_.disk_.open(log_.path_of(at_.segment));
      return true;
    } catch (const std::system_error& error) {
      file_segment_ = UINT64_MAX;
      if (error.code() != std::errc::no_such_file_or_directory || log_.begin() <= at_) throw;
    }
  }
}

// Makes a hole of what is bad at `at_`, up to the next good batch or the end of the segment.
void AppendLog::Reader::pass_over() {
  const uint64_t from = std::max(sequence_, at_.segment);
  const auto good = find_good_batch(*file_, log_.log_id_, at_.offset, from);
  const std::lock_guard lock(log_.mutex_);
  const auto found = log_.segments_.find(at_.segment);
  if (found == log_.segments_.end()) return;
  Segment& segment = found->second;
  const bool within = good && good->offset < segment.end;
  const uint64_t end = within ? good->offset : segment.end;
  if (!segment.holes.emplace(at_.offset, end).second) return;  // another reader was here
  log_.add_damage({log_.path_of(at_.segment), at_.offset, end - at_.offset, from,
                   within ? good->sequence : segment.sequence_to});
}

std::string_view AppendLog::Reader::view(uint64_t offset, uint64_t size) {
  if (offset < buffer_offset_ || offset + size > buffer_offset_ + buffer_.size()) {
    buffer_.resize(std::min(std::max(size, kReadAhead), end_ - offset));
    const size_t got = file_->read_at(offset, buffer_.data(), buffer_.size());
    if (got < size) throw CorruptData(log_.path_of(at_.segment).string() + " has become shorter");
    buffer_.resize(got);
    buffer_offset_ = offset;
  }
  return std::string_view(buffer_).substr(offset - buffer_offset_, size);
}

}  // namespace standpipe
