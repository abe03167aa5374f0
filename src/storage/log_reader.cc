#include <algorithm>
#include <iterator>
#include <system_error>

#include "storage/append_log.h"
#include "storage/checksum.h"
#include "storage/corrupt_data.h"
#include "storage/log_format.h"
#include "storage/log_recovery.h"

namespace standpipe {
namespace {

using log_format::kBatchHeaderBytes;
using log_format::kSegmentHeaderBytes;

// So much is mapped at a time: enough that mapping costs nothing, little enough that it is no memory to speak of.
constexpr uint64_t kWindowBytes = 4u << 20;

}  // namespace

// Bytes in view, and the segment kept from being used again.
struct AppendLog::Reader::Held {
  uint64_t offset;
  std::shared_ptr<const FileView> view;
  std::shared_ptr<const void> use;
  bool covers(uint64_t from, uint64_t size) const {
    return from >= offset && from + size <= offset + view->bytes().size();
  }
};

AppendLog::Reader::Reader(const AppendLog& log, LogPlace from) : log_(log), at_(from) {}
AppendLog::Reader::~Reader() = default;

bool AppendLog::Reader::next(LoggedEntry& entry) {
  if (left_ == 0 && !load()) return false;
  const auto head = log_format::take_entry(rest_);
  if (!head) throw CorruptData("entries overrun their batch in " + log_.path_of(batch_.segment).string());
  entry = {*head, sequence_++, batch_, body_offset_};
  body_offset_ += head->body_bytes();
  --left_;
  return true;
}

std::optional<std::string_view> AppendLog::Reader::chunk(const LoggedEntry& entry, uint64_t offset, LogChunk chunk) {
  if (chunk.bytes == 0) return std::string_view();
  if (front_->covers(offset, chunk.bytes)) body_ = front_;
  const std::string_view bytes = view(body_, offset, chunk.bytes);
  if (bytes.size() == chunk.bytes && fast_crc32c(bytes) == chunk.checksum) return bytes;
  const std::lock_guard lock(log_.mutex_);
  if (log_.bad_chunks_.insert({entry.batch.segment, offset}).second) {
    log_.add_damage({log_.path_of(entry.batch.segment), offset, chunk.bytes, entry.sequence, entry.sequence + 1});
  }
  return std::nullopt;
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
  const auto header = log_format::decode_batch_header(view(front_, at_.offset, kBatchHeaderBytes));
  // A file that is used again may hold batches of its former life.
  if (!header || header->log_id != log_.log_id_ || header->sequence < std::max(sequence_, at_.segment)) return false;
  // One that was never finished may stand behind the end of a segment that nobody looked through at opening.
  if (header->sequence + header->entries > sequence_to_) return false;
  if (header->front_bytes() + header->body_bytes > end_ - at_.offset) return false;
  const std::string_view front = view(front_, at_.offset, header->front_bytes());
  const std::string_view heads = front.substr(std::min<size_t>(front.size(), kBatchHeaderBytes));
  if (!log_format::heads_are_good(*header, heads)) return false;
  batch_ = at_;
  body_offset_ = at_.offset + header->front_bytes();
  at_.offset += header->batch_bytes();
  sequence_ = header->sequence;
  left_ = header->entries;
  rest_ = heads;
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
      sequence_to_ = segment.sequence_to;
      if (file_segment_ == at_.segment) return true;
      // The current segment's file is at hand; others are opened for as long as somebody reads them.
      file_ = at_.segment == log_.segment_ ? log_.file_ : nullptr;
      use_ = segment.use;
    }
    front_ = body_ = nullptr;
    file_segment_ = at_.segment;
    if (file_) return true;
    try {
      file_ = log_.disk_.open(log_.path_of(at_.segment));
      if (end_ == kUnknownEnd) find_end();
      return true;
    } catch (const std::system_error& error) {
      file_segment_ = UINT64_MAX;
      if (error.code() != std::errc::no_such_file_or_directory || log_.begin() <= at_) throw;
    }
  }
}

// Of a segment that was not replayed.
void AppendLog::Reader::find_end() {
  end_ = file_->size();
  const std::lock_guard lock(log_.mutex_);
  const auto found = log_.segments_.find(at_.segment);
  if (found != log_.segments_.end()) found->second.end = end_;
}

// Makes a hole of what is bad at `at_`, up to the next good batch or the end of the segment.
void AppendLog::Reader::pass_over() {
  const uint64_t from = std::max(sequence_, at_.segment);
  const auto good = find_good_batch(*file_, log_.log_id_, at_.offset + log_format::kAlignment, from);
  const std::lock_guard lock(log_.mutex_);
  const auto found = log_.segments_.find(at_.segment);
  if (found == log_.segments_.end()) return;
  Segment& segment = found->second;
  const bool within = good && good->offset < segment.end && good->header.sequence < segment.sequence_to;
  const uint64_t end = within ? good->offset : segment.end;
  if (!segment.holes.emplace(at_.offset, end).second) return;  // another reader was here
  // Nothing is missing where the next segment goes on: this is what was reserved in a segment that nobody looked
  // through when the log was opened.
  if (!within && from == segment.sequence_to) return;
  log_.add_damage({log_.path_of(at_.segment), at_.offset, end - at_.offset, from,
                   within ? good->header.sequence : segment.sequence_to});
}

// Fewer bytes than asked for: the file has become shorter.
std::string_view AppendLog::Reader::view(std::shared_ptr<const Held>& in, uint64_t offset, uint64_t size) {
  if (!in || !in->covers(offset, size)) {
    const uint64_t wanted = std::min(std::max(size, kWindowBytes), end_ - offset);
    const uint64_t there = file_->size();
    const uint64_t mapped = offset >= there ? 0 : std::min(wanted, there - offset);
    if (mapped == 0) return {};
    in = std::make_shared<const Held>(Held{offset, file_->view(offset, mapped), use_});
  }
  const std::string_view bytes = in->view->bytes();
  return bytes.substr(std::min<uint64_t>(offset - in->offset, bytes.size()), size);
}

}  // namespace standpipe
