#include "services/lambda/code_cache.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/digest.h"
#include "services/lambda/archive.h"

namespace standpipe::lambda {

namespace fs = std::filesystem;

CodeCache::CodeCache(Objects& objects, fs::path folder, uint64_t bytes_max)
    : objects_(objects), folder_(std::move(folder)), bytes_max_(bytes_max) {
  fs::remove_all(folder_);
  fs::create_directories(folder_);
}

StoredArchive CodeCache::store(std::string_view archive) {
  StoredArchive stored;
  stored.unzipped_bytes = check_archive(archive);
  stored.bytes = archive.size();
  stored.sha256 = base64_encode(sha256(archive));
  stored.blob = objects_.put(archive);
  return stored;
}

std::string read_blob(Objects& objects, const StoredArchive& archive) {
  std::string bytes(archive.bytes, '\0');
  const auto source = objects.read(archive.blob, 0, archive.bytes);
  for (size_t at = 0; at < bytes.size();) {
    const size_t n = source->read(bytes.data() + at, bytes.size() - at);
    if (n == 0) throw BlobMissing("blob " + archive.blob + " is shorter than it was");
    at += n;
  }
  return bytes;
}

std::shared_ptr<const fs::path> CodeCache::unpacked(const std::vector<StoredArchive>& archives) {
  std::string key;
  uint64_t bytes = 0;
  for (const StoredArchive& archive : archives) {
    key += archive.sha256;
    bytes += archive.unzipped_bytes;
  }
  key = hex_encode(sha256(key));
  {
    std::unique_lock lock(mutex_);
    // bounded by the time that unpacking at most 250 MB takes
    unpacked_.wait(lock, [&] { return !unpacking_.contains(key); });
    if (const auto found = folders_.find(key); found != folders_.end()) {
      found->second.last_use = ++uses_;
      return found->second.path;
    }
    unpacking_.insert(key);
  }
  const fs::path folder = folder_ / key;
  const auto finish = [&] {
    unpacking_.erase(key);
    unpacked_.notify_all();
  };
  try {
    fs::create_directories(folder);
    for (const fs::path& path : {folder_, folder}) ::chmod(path.c_str(), 0755);
    for (const StoredArchive& archive : archives) unpack_archive(read_blob(objects_, archive), folder);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    const std::lock_guard lock(mutex_);
    finish();
    throw;
  }
  const std::lock_guard lock(mutex_);
  auto path = std::make_shared<const fs::path>(folder);
  folders_[key] = {path, bytes, ++uses_};
  finish();
  evict();
  return path;
}

void CodeCache::evict() {
  for (;;) {
    uint64_t bytes = 0;
    auto oldest = folders_.end();
    for (auto entry = folders_.begin(); entry != folders_.end(); ++entry) {
      bytes += entry->second.bytes;
      const bool unused = entry->second.path.use_count() == 1;
      if (unused && (oldest == folders_.end() || entry->second.last_use < oldest->second.last_use)) oldest = entry;
    }
    if (bytes <= bytes_max_ || oldest == folders_.end()) return;
    std::error_code ignored;
    fs::remove_all(*oldest->second.path, ignored);
    folders_.erase(oldest);
  }
}

}  // namespace standpipe::lambda
