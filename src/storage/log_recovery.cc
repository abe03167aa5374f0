#include "storage/log_recovery.h"

#include <algorithm>

namespace standpipe {
namespace {

using log_format::BatchHeader;
using log_format::kAlignment;
using log_format::kBatchHeaderBytes;

constexpr uint64_t kWindowBytes = 1u << 20;

// A movable view on a file that is read front to back.
class Window {
 public:
  explicit Window(const File& file) : file_(file), size_(file.size()) {}
  uint64_t size() const { return size_; }
  // Bytes [offset, offset + count), fewer at the end of the file; valid until the next call.
  std::string_view view(uint64_t offset, uint64_t count) {
    count = offset >= size_ ? 0 : std::min(count, size_ - offset);
    if (count == 0) return {};
    if (offset < start_ || offset + count > start_ + bytes_.size()) fill(offset, std::max(count, kWindowBytes));
    return std::string_view(bytes_).substr(offset - start_, count);
  }

 private:
  void fill(uint64_t offset, uint64_t count) {
    const uint64_t wanted = std::min(count, size_ - offset);
    bytes_.resize(wanted);
    bytes_.resize(file_.read_at(offset, bytes_.data(), wanted));
    if (bytes_.size() < wanted) size_ = offset + bytes_.size();
    start_ = offset;
  }
  const File& file_;
  uint64_t size_;
  uint64_t start_ = 0;
  std::string bytes_;
};

struct Good {
  BatchHeader header;
  std::string_view heads;
};

class Examination {
 public:
  // Without a log id, any log's batches are good.
  Examination(const File& file, std::optional<uint32_t> log_id, uint64_t sequence_to)
      : window_(file), log_id_(log_id), sequence_to_(sequence_to) {}

  SegmentFindings run(LogExpectation& expected, const BatchVisit& visit) {
    SegmentFindings findings;
    uint64_t offset = log_format::kSegmentHeaderBytes;
    while (offset + kBatchHeaderBytes <= window_.size()) {
      std::optional<Good> good = batch(offset, expected);
      if (!good) {
        const auto resumed = first_good(after_bad(offset), expected.sequence);
        if (!resumed) break;  // the tail
        good = batch(resumed->offset, {expected.sequence, std::nullopt});
        if (!good) break;
        findings.holes.push_back({offset, resumed->offset, expected.sequence, resumed->header.sequence});
        offset = resumed->offset;
      }
      visit(good->header, offset, good->heads);
      findings.last = offset;
      offset += good->header.batch_bytes();
      findings.end = offset;
      expected = {good->header.sequence + good->header.entries, good->header.checksum};
    }
    return findings;
  }

  // The first good batch at or behind `offset`.
  std::optional<GoodBatch> first_good(uint64_t offset, uint64_t sequence) {
    while (offset + kBatchHeaderBytes <= window_.size()) {
      const std::string_view piece = window_.view(offset, kWindowBytes);
      // Windows start on the alignment, so offsets within them are aligned as in the file.
      const size_t mark = log_format::find_batch_mark(piece, 0);
      if (mark == std::string_view::npos) {
        if (piece.size() < kAlignment) break;
        offset += piece.size() / kAlignment * kAlignment;
        continue;
      }
      offset += mark;
      if (const auto good = batch(offset, {sequence, std::nullopt})) return GoodBatch{offset, good->header};
      offset += kAlignment;
    }
    return std::nullopt;
  }

 private:
  std::optional<Good> batch(uint64_t offset, const LogExpectation& expected) {
    const auto header = log_format::decode_batch_header(window_.view(offset, kBatchHeaderBytes));
    if (!header || !ours(*header) || header->sequence < expected.sequence) return std::nullopt;
    if (header->entries > sequence_to_ - std::min(header->sequence, sequence_to_)) return std::nullopt;
    if (expected.previous && (header->previous != *expected.previous || header->sequence != expected.sequence)) {
      return std::nullopt;
    }
    if (header->heads_bytes + header->body_bytes > window_.size() - offset - kBatchHeaderBytes) return std::nullopt;
    const std::string_view rest = window_.view(offset + kBatchHeaderBytes, header->heads_bytes + header->body_bytes);
    const std::string_view heads = rest.substr(0, header->heads_bytes);
    if (!log_format::heads_are_good(*header, heads)) return std::nullopt;
    if (!log_format::body_is_good(*header, heads, rest.substr(header->heads_bytes))) return std::nullopt;
    return Good{*header, heads};
  }

  // Where to look on: behind the bad batch if its header can be believed.
  uint64_t after_bad(uint64_t offset) {
    const auto header = log_format::decode_batch_header(window_.view(offset, kBatchHeaderBytes));
    return offset + (header && ours(*header) ? header->batch_bytes() : kAlignment);
  }

  bool ours(const BatchHeader& header) const { return !log_id_ || header.log_id == *log_id_; }

  Window window_;
  const std::optional<uint32_t> log_id_;
  const uint64_t sequence_to_;
};

}  // namespace

SegmentFindings examine_segment(const File& file, uint32_t log_id, uint64_t sequence_to, LogExpectation& expected,
                                const BatchVisit& visit) {
  return Examination(file, log_id, sequence_to).run(expected, visit);
}

std::optional<GoodBatch> find_good_batch(const File& file, std::optional<uint32_t> log_id, uint64_t offset,
                                         uint64_t sequence) {
  return Examination(file, log_id, UINT64_MAX).first_good(offset, sequence);
}

}  // namespace standpipe
