// Unpacked archives on disk: one folder per list of archives (a function's code; its layers, merged in their order).
// Made when first needed, from blobs, and shared by all sandboxes that use it. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "objects/objects.h"

namespace standpipe::lambda {

struct StoredArchive {
  std::string blob;    // id in Objects
  std::string sha256;  // base64, as AWS prints it
  uint64_t bytes = 0;  // zipped
  uint64_t unzipped_bytes = 0;
};

class CodeCache {
 public:
  // `folder` is ours alone; what an earlier process left there is removed.
  CodeCache(Objects& objects, std::filesystem::path folder, uint64_t bytes_max = 2ull << 30);

  // Checks, then stores. Throws as check_archive does.
  StoredArchive store(std::string_view archive);
  void remove(const StoredArchive& archive) { objects_.remove(archive.blob); }

  // The folder stays as long as the answer lives. Throws BlobMissing and what unpacking throws.
  std::shared_ptr<const std::filesystem::path> unpacked(const std::vector<StoredArchive>& archives);

 private:
  struct Folder {
    std::shared_ptr<const std::filesystem::path> path;
    uint64_t bytes = 0, last_use = 0;
  };
  void evict();  // mutex_ held

  Objects& objects_;
  const std::filesystem::path folder_;
  const uint64_t bytes_max_;
  std::mutex mutex_;
  std::condition_variable unpacked_;
  std::map<std::string, Folder> folders_;
  std::set<std::string> unpacking_;
  uint64_t uses_ = 0;
};

std::string read_blob(Objects& objects, const StoredArchive& archive);

}  // namespace standpipe::lambda
