#include "storage/log_format.h"

#include "base/check.h"
#include "storage/checksum.h"
#include "storage/little_endian.h"

namespace standpipe::log_format {
namespace {

constexpr std::string_view kSegmentMark{"SPLOG\0\0\1", 8};  // the last byte is the format's version
constexpr std::string_view kBatchMark = "SPB1";

// Offsets of the fields.
constexpr size_t kSegmentSequence = 8, kSegmentLogId = 16, kSegmentPrevious = 20, kSegmentChecksum = 24;
constexpr size_t kBodyBytes = 4, kEntries = 8, kBodyChecksum = 12, kSequence = 16, kPrevious = 24, kLogId = 28,
                 kChecksum = 32;

}  // namespace

std::string encode(const SegmentHeader& header) {
  std::string bytes(kSegmentHeaderBytes, '\0');
  bytes.replace(0, kSegmentMark.size(), kSegmentMark);
  store(&bytes[kSegmentSequence], header.sequence);
  store(&bytes[kSegmentLogId], header.log_id);
  store(&bytes[kSegmentPrevious], header.previous);
  store(&bytes[kSegmentChecksum], fast_crc32c({bytes.data(), kSegmentChecksum}));
  return bytes;
}

std::optional<SegmentHeader> decode_segment_header(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes || !bytes.starts_with(kSegmentMark)) return std::nullopt;
  if (load<uint32_t>(&bytes[kSegmentChecksum]) != fast_crc32c(bytes.substr(0, kSegmentChecksum))) return std::nullopt;
  return SegmentHeader{load<uint64_t>(&bytes[kSegmentSequence]), load<uint32_t>(&bytes[kSegmentLogId]),
                       load<uint32_t>(&bytes[kSegmentPrevious])};
}

void finish_batch(std::string& batch, BatchHeader header, uint32_t& checksum) {
  check(batch.size() > kBatchHeaderBytes && batch.size() - kBatchHeaderBytes <= UINT32_MAX, "batch size");
  const std::string_view body = std::string_view(batch).substr(kBatchHeaderBytes);
  header.body_bytes = static_cast<uint32_t>(body.size());
  header.body_checksum = fast_crc32c(body);
  batch.resize(header.batch_bytes());
  batch.replace(0, kBatchMark.size(), kBatchMark);
  store(&batch[kBodyBytes], header.body_bytes);
  store(&batch[kEntries], header.entries);
  store(&batch[kBodyChecksum], header.body_checksum);
  store(&batch[kSequence], header.sequence);
  store(&batch[kPrevious], header.previous);
  store(&batch[kLogId], header.log_id);
  checksum = fast_crc32c({batch.data(), kChecksum});
  store(&batch[kChecksum], checksum);
  store(&batch[kChecksum + 4], uint32_t{0});
}

std::optional<BatchHeader> decode_batch_header(std::string_view bytes) {
  if (bytes.size() < kBatchHeaderBytes || !bytes.starts_with(kBatchMark)) return std::nullopt;
  BatchHeader header;
  header.checksum = load<uint32_t>(&bytes[kChecksum]);
  if (header.checksum != fast_crc32c(bytes.substr(0, kChecksum))) return std::nullopt;
  header.body_bytes = load<uint32_t>(&bytes[kBodyBytes]);
  header.entries = load<uint32_t>(&bytes[kEntries]);
  header.body_checksum = load<uint32_t>(&bytes[kBodyChecksum]);
  header.sequence = load<uint64_t>(&bytes[kSequence]);
  header.previous = load<uint32_t>(&bytes[kPrevious]);
  header.log_id = load<uint32_t>(&bytes[kLogId]);
  if (header.entries == 0 || header.entries > header.body_bytes / kEntryHeaderBytes) return std::nullopt;
  return header;
}

bool body_is_good(const BatchHeader& header, std::string_view body) {
  return body.size() == header.body_bytes && fast_crc32c(body) == header.body_checksum;
}

std::optional<std::string_view> take_entry(std::string_view& body) {
  if (body.size() < kEntryHeaderBytes) return std::nullopt;
  const uint32_t size = load<uint32_t>(body.data());
  body.remove_prefix(kEntryHeaderBytes);
  if (size > body.size()) return std::nullopt;
  const std::string_view entry = body.substr(0, size);
  body.remove_prefix(size);
  return entry;
}

size_t find_batch_mark(std::string_view bytes, size_t from) {
  size_t at = bytes.find(kBatchMark, from);
  while (at != std::string_view::npos && at % kAlignment != 0) at = bytes.find(kBatchMark, at + 1);
  return at;
}

}  // namespace standpipe::log_format
