// Writes segments: of one in memory (a flush), or of several into one (a merge). The format is in FORMAT.md.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "search/embedded/segment.h"
#include "storage/file.h"

namespace standpipe::search {

struct SegmentInput {
  const Segment* segment;
  const DocSet* deleted;  // left out; nullptr: all are kept, and keep their numbers if this is the only input
};

inline constexpr uint32_t kNoDocument = UINT32_MAX;
inline constexpr uint32_t kTermsPerBlock = 16;
inline constexpr std::string_view kSegmentMagic = "SPSEG001";

// Per input, the new number of each of its documents; kNoDocument if it was left out. The file is synced.
using DocumentNumbers = std::vector<std::vector<uint32_t>>;
DocumentNumbers write_segment(Disk& disk, const std::filesystem::path& path, std::span<const SegmentInput> inputs);

}  // namespace standpipe::search
