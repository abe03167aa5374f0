#include "storage/log_format.h"

#include "base/check.h"
#include "storage/checksum.h"
#include "storage/little_endian.h"

namespace standpipe::log_format {
namespace {

constexpr int kVersion = 2;
constexpr std::string_view kSegmentMark{"SPLOG\0\0", 7};  // one byte of version follows
constexpr std::string_view kBatchMark = "SPB2";

// Offsets of the fields.
constexpr size_t kSegmentSequence = 8, kSegmentLogId = 16, kSegmentPrevious = 20, kSegmentChecksum = 24;
constexpr size_t kHeadsBytes = 4, kEntries = 8, kHeadsChecksum = 12, kSequence = 16, kPrevious = 24, kLogId = 28,
                 kBodyBytes = 32, kChecksum = 40;

}  // namespace

LogChunk EntryHead::chunk(size_t number) const {
  const char* row = &chunk_rows[number * kChunkRowBytes];
  return {load<uint32_t>(row), load<uint32_t>(row + 4)};
}

uint64_t EntryHead::body_bytes() const {
  uint64_t sum = 0;
  for (size_t i = 0; i < chunks(); ++i) sum += chunk(i).bytes;
  return sum;
}

std::string encode(const SegmentHeader& header) {
  std::string bytes(kSegmentHeaderBytes, '\0');
  bytes.replace(0, kSegmentMark.size(), kSegmentMark);
  bytes[kSegmentMark.size()] = kVersion;
  store(&bytes[kSegmentSequence], header.sequence);
  store(&bytes[kSegmentLogId], header.log_id);
  store(&bytes[kSegmentPrevious], header.previous);
  store(&bytes[kSegmentChecksum], fast_crc32c({bytes.data(), kSegmentChecksum}));
  return bytes;
}

namespace {

bool is_segment_header(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes || !bytes.starts_with(kSegmentMark)) return false;
  return load<uint32_t>(&bytes[kSegmentChecksum]) == fast_crc32c(bytes.substr(0, kSegmentChecksum));
}

}  // namespace

std::optional<SegmentHeader> decode_segment_header(std::string_view bytes) {
  if (!is_segment_header(bytes) || bytes[kSegmentMark.size()] != kVersion) return std::nullopt;
  return SegmentHeader{load<uint64_t>(&bytes[kSegmentSequence]), load<uint32_t>(&bytes[kSegmentLogId]),
                       load<uint32_t>(&bytes[kSegmentPrevious])};
}

std::optional<int> other_version(std::string_view bytes) {
  if (!is_segment_header(bytes) || bytes[kSegmentMark.size()] == kVersion) return std::nullopt;
  return bytes[kSegmentMark.size()];
}

void begin_entry(std::string& front, std::span<const LogChunk> chunks) {
  append_word(front, uint32_t{0});
  append_word(front, static_cast<uint32_t>(chunks.size()));
  for (const LogChunk& chunk : chunks) {
    append_word(front, chunk.bytes);
    append_word(front, chunk.checksum);
  }
}

void finish_entry(std::string& front, size_t offset, size_t chunks) {
  const size_t bytes = front.size() - offset - kEntryHeaderBytes - chunks * kChunkRowBytes;
  check(bytes <= kHeadBytesMax, "log entry too large");
  store(&front[offset], static_cast<uint32_t>(bytes));
}

BatchHeader finish_front(std::string& front, BatchHeader header) {
  check(front.size() > kBatchHeaderBytes && front.size() - kBatchHeaderBytes <= UINT32_MAX, "batch size");
  const std::string_view heads = std::string_view(front).substr(kBatchHeaderBytes);
  header.heads_bytes = static_cast<uint32_t>(heads.size());
  header.heads_checksum = fast_crc32c(heads);
  front.replace(0, kBatchMark.size(), kBatchMark);
  store(&front[kHeadsBytes], header.heads_bytes);
  store(&front[kEntries], header.entries);
  store(&front[kHeadsChecksum], header.heads_checksum);
  store(&front[kSequence], header.sequence);
  store(&front[kPrevious], header.previous);
  store(&front[kLogId], header.log_id);
  store(&front[kBodyBytes], header.body_bytes);
  header.checksum = fast_crc32c({front.data(), kChecksum});
  store(&front[kChecksum], header.checksum);
  store(&front[kChecksum + 4], uint32_t{0});
  return header;
}

std::optional<BatchHeader> decode_batch_header(std::string_view bytes) {
  if (bytes.size() < kBatchHeaderBytes || !bytes.starts_with(kBatchMark)) return std::nullopt;
  BatchHeader header;
  header.checksum = load<uint32_t>(&bytes[kChecksum]);
  if (header.checksum != fast_crc32c(bytes.substr(0, kChecksum))) return std::nullopt;
  header.heads_bytes = load<uint32_t>(&bytes[kHeadsBytes]);
  header.entries = load<uint32_t>(&bytes[kEntries]);
  header.heads_checksum = load<uint32_t>(&bytes[kHeadsChecksum]);
  header.sequence = load<uint64_t>(&bytes[kSequence]);
  header.previous = load<uint32_t>(&bytes[kPrevious]);
  header.log_id = load<uint32_t>(&bytes[kLogId]);
  header.body_bytes = load<uint64_t>(&bytes[kBodyBytes]);
  if (header.entries == 0 || header.entries > header.heads_bytes / kEntryHeaderBytes) return std::nullopt;
  if (header.body_bytes > UINT64_MAX / 2) return std::nullopt;
  return header;
}

bool heads_are_good(const BatchHeader& header, std::string_view heads) {
  return heads.size() == header.heads_bytes && fast_crc32c(heads) == header.heads_checksum;
}

bool body_is_good(const BatchHeader& header, std::string_view heads, std::string_view body) {
  if (body.size() != header.body_bytes) return false;
  for (uint32_t left = header.entries; left > 0; --left) {
    const auto entry = take_entry(heads);
    if (!entry) return false;
    for (size_t i = 0; i < entry->chunks(); ++i) {
      const LogChunk chunk = entry->chunk(i);
      if (chunk.bytes > body.size() || fast_crc32c(body.substr(0, chunk.bytes)) != chunk.checksum) return false;
      body.remove_prefix(chunk.bytes);
    }
  }
  return heads.empty() && body.empty();
}

std::optional<EntryHead> take_entry(std::string_view& heads) {
  if (heads.size() < kEntryHeaderBytes) return std::nullopt;
  const uint64_t size = load<uint32_t>(heads.data());
  const uint64_t rows = load<uint32_t>(heads.data() + 4) * kChunkRowBytes;
  heads.remove_prefix(kEntryHeaderBytes);
  if (rows + size > heads.size()) return std::nullopt;
  const EntryHead entry{heads.substr(rows, size), heads.substr(0, rows)};
  heads.remove_prefix(rows + size);
  return entry;
}

size_t find_batch_mark(std::string_view bytes, size_t from) {
  size_t at = bytes.find(kBatchMark, from);
  while (at != std::string_view::npos && at % kAlignment != 0) at = bytes.find(kBatchMark, at + 1);
  return at;
}

}  // namespace standpipe::log_format
