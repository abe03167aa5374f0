// The bytes of the append log's segment files; FORMAT.md describes them. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace standpipe {

// A piece of an entry's body: its bytes, and their CRC-32C.
struct LogChunk {
  uint32_t bytes = 0, checksum = 0;
};

namespace log_format {

inline constexpr uint64_t kSegmentHeaderBytes = 64;
inline constexpr uint64_t kBatchHeaderBytes = 48;
inline constexpr uint64_t kEntryHeaderBytes = 8;
inline constexpr uint64_t kChunkRowBytes = 8;
inline constexpr uint64_t kAlignment = 8;  // of batches
inline constexpr uint64_t kHeadBytesMax = 1u << 30;

struct SegmentHeader {
  uint64_t sequence = 0;  // of the first entry
  uint32_t log_id = 0;    // random, the same in all segments of a log
  uint32_t previous = 0;  // checksum of the header of the batch before the first one
};

struct BatchHeader {
  uint32_t heads_bytes = 0;
  uint32_t entries = 0;
  uint32_t heads_checksum = 0;
  uint64_t sequence = 0;  // of the first entry
  uint32_t previous = 0;  // checksum of the previous batch's header
  uint32_t log_id = 0;
  uint64_t body_bytes = 0;
  uint32_t checksum = 0;  // of all the above; filled in by finish_batch and decode_batch_header
  uint64_t front_bytes() const { return kBatchHeaderBytes + heads_bytes; }
  uint64_t batch_bytes() const { return (front_bytes() + body_bytes + kAlignment - 1) / kAlignment * kAlignment; }
};

// An entry as its batch's heads tell it.
struct EntryHead {
  std::string_view bytes;
  std::string_view chunk_rows;
  size_t chunks() const { return chunk_rows.size() / kChunkRowBytes; }
  LogChunk chunk(size_t number) const;
  uint64_t body_bytes() const;
};

std::string encode(const SegmentHeader& header);
std::optional<SegmentHeader> decode_segment_header(std::string_view bytes);
// The version of a segment header that is not ours; nullopt: ours, or no such header.
std::optional<int> other_version(std::string_view bytes);

// Appends what stands before an entry's head; `finish_entry` is called with the same offset when the head follows.
void begin_entry(std::string& front, std::span<const LogChunk> chunks);
void finish_entry(std::string& front, size_t offset, size_t chunks);
// Overwrites the first kBatchHeaderBytes of `front`, behind which the heads stand. The body follows on the disk, then
// zeros up to batch_bytes.
BatchHeader finish_front(std::string& front, BatchHeader header);
// nullopt unless the header is whole and undamaged; what follows is not looked at.
std::optional<BatchHeader> decode_batch_header(std::string_view bytes);
bool heads_are_good(const BatchHeader& header, std::string_view heads);
// Of a batch whose heads are good.
bool body_is_good(const BatchHeader& header, std::string_view heads, std::string_view body);

// Takes the first entry off `heads`; nullopt if it does not fit.
std::optional<EntryHead> take_entry(std::string_view& heads);

// Offset of the next place at or after `from` that could begin a batch; npos if none. `from` is aligned.
size_t find_batch_mark(std::string_view bytes, size_t from);

}  // namespace log_format
}  // namespace standpipe
