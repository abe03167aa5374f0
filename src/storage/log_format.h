// The bytes of the append log's segment files; FORMAT.md describes them. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace standpipe::log_format {

inline constexpr uint64_t kSegmentHeaderBytes = 64;
inline constexpr uint64_t kBatchHeaderBytes = 40;
inline constexpr uint64_t kEntryHeaderBytes = 4;
inline constexpr uint64_t kAlignment = 8;            // of batches
inline constexpr uint64_t kEntryBytesMax = 1u << 30;

struct SegmentHeader {
  uint64_t sequence = 0;   // of the first entry
  uint32_t log_id = 0;     // random, the same in all segments of a log
  uint32_t previous = 0;   // checksum of the header of the batch before the first one
};

struct BatchHeader {
  uint32_t body_bytes = 0;
  uint32_t entries = 0;
  uint32_t body_checksum = 0;
  uint64_t sequence = 0;  // of the first entry
  uint32_t previous = 0;  // checksum of the previous batch's header
  uint32_t log_id = 0;
  uint32_t checksum = 0;  // of all the above; filled in by encode and decode
  uint64_t batch_bytes() const { return (kBatchHeaderBytes + body_bytes + kAlignment - 1) / kAlignment * kAlignment; }
};

std::string encode(const SegmentHeader& header);
std::optional<SegmentHeader> decode_segment_header(std::string_view bytes);

// Overwrites the first kBatchHeaderBytes of `batch`, whose body stands behind them.
void finish_batch(std::string& batch, BatchHeader header, uint32_t& checksum);
// nullopt unless the header is whole and undamaged; the body is not looked at.
std::optional<BatchHeader> decode_batch_header(std::string_view bytes);
bool body_is_good(const BatchHeader& header, std::string_view body);

// Takes the first entry off `body`; nullopt if it does not fit.
std::optional<std::string_view> take_entry(std::string_view& body);

// Offset of the next place at or after `from` that could begin a batch; npos if none. `from` is aligned.
size_t find_batch_mark(std::string_view bytes, size_t from);

}  // namespace standpipe::log_format
