// Files for logs to write over: their blocks have been written before, so that syncing them writes data and nothing
// else. They come from segments that logs dropped, and from `refill`. What they held stays in them; logs recognise
// their own batches. A crash leaves a renamed file with its old name or its new one, never both. Thread-safe.
// Errors: std::system_error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/file.h"

namespace standpipe {

class SpareSegments {
 public:
  // Files of `file_bytes` each in `directory`; those that are there are used again.
  SpareSegments(Disk& disk, const std::filesystem::path& directory, uint64_t file_bytes, size_t count_max);

  // Makes a spare the file at `path`, whose directory is to be synced by the caller; null if there is none.
  std::shared_ptr<File> take(const std::filesystem::path& path);
  // Takes a file that nobody uses any more; false if it is not wanted.
  bool give(const std::filesystem::path& path);
  // Makes a spare if one has been asked for and was not there. May take as long as writing a whole file.
  void refill();

 private:
  std::filesystem::path fresh_path();
  Disk& disk_;
  const std::filesystem::path directory_;
  const uint64_t file_bytes_;
  const size_t count_max_;
  std::mutex mutex_;
  std::vector<std::filesystem::path> spares_;
  uint64_t named_ = 0;  // so many names were given
  bool missed_ = false;
};

}  // namespace standpipe
