// Code and layers as zip files. They are untrusted: nothing in them may be written outside the folder they are unpacked
// to, and their size is what they unpack to, not what they say.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace standpipe::lambda {

inline constexpr uint64_t kUnzippedBytesMax = 262'144'000;
inline constexpr uint64_t kZippedBytesMax = 52'428'800;

struct BadArchive : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct ArchiveTooLarge : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Reads all of the archive; answers the size of its files. Throws BadArchive for what is no intact archive or holds
// names that lead elsewhere, ArchiveTooLarge beyond kUnzippedBytesMax.
uint64_t check_archive(std::string_view bytes);

// Unpacks into an existing folder, over what is there: a file replaces one of the same name. Throws as above, and
// std::system_error for the disk.
void unpack_archive(std::string_view bytes, const std::filesystem::path& folder);

}  // namespace standpipe::lambda
