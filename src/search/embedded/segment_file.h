// An immutable segment in a file (FORMAT.md), mapped into memory. Thread-safe. Opening reads the footer only; a
// section's checksum is verified when the section is first used. Whatever the bytes are, reading them ends in values or
// CorruptData.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "search/embedded/segment.h"
#include "storage/file.h"

namespace standpipe::search {

// Maps the file if `disk` is the system's; files of other disks (tests) are read into memory.
std::shared_ptr<const Segment> open_segment(Disk& disk, const std::filesystem::path& path);

// Of bytes that `keeper` holds: for tests, and for fuzzing with `verify` off so that damage gets past the checksums.
std::shared_ptr<const Segment> read_segment(std::string_view bytes, std::shared_ptr<const void> keeper,
                                            bool verify = true);

}  // namespace standpipe::search
