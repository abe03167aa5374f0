// Reads one segment of an append log from front to back when the log is opened: finds where its good batches end and
// which of its bytes are damaged.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/file.h"
#include "storage/log_format.h"

namespace standpipe {

// What is expected of the next batch, handed from segment to segment.
struct LogExpectation {
  uint64_t sequence = 0;
  std::optional<uint32_t> previous;  // checksum of the batch before; unknown at the start and behind damage
};

struct SegmentFindings {
  struct Hole {
    uint64_t offset, end;                 // of the damaged bytes
    uint64_t sequence_from, sequence_to;  // lost entries
  };
  uint64_t last = log_format::kSegmentHeaderBytes;  // where the last good batch begins
  uint64_t end = log_format::kSegmentHeaderBytes;   // and ends
  std::vector<Hole> holes;                         // before `end`
};

// Called for each good batch: header, offset, heads.
using BatchVisit = std::function<void(const log_format::BatchHeader&, uint64_t, std::string_view)>;

// Advances `expected` over the good batches of entries before `sequence_to`: those from there on are held by the next
// segment and were never finished here. Memory: the largest batch or 1 MiB.
SegmentFindings examine_segment(const File& file, uint32_t log_id, uint64_t sequence_to, LogExpectation& expected,
                                const BatchVisit& visit);

// The next good batch at or behind `offset`, of entries not before `sequence`; without a log id, of any log.
struct GoodBatch {
  uint64_t offset;
  log_format::BatchHeader header;
};
std::optional<GoodBatch> find_good_batch(const File& file, std::optional<uint32_t> log_id, uint64_t offset,
                                         uint64_t sequence);

}  // namespace standpipe
