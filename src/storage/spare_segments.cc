#include "storage/spare_segments.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace standpipe {
namespace {

constexpr const char* kUnfinished = "unfinished";
constexpr uint64_t kPieceBytes = 1u << 20;
// Spares are a matter of speed: they leave this many times their size free.
constexpr uint64_t kFreeFactor = 8;

}  // namespace

SpareSegments::SpareSegments(Disk& disk, const std::filesystem::path& directory, uint64_t file_bytes, size_t count_max)
    : disk_(disk), directory_(directory), file_bytes_(file_bytes), count_max_(count_max) {
  disk_.make_directory(directory_);
  for (const std::string& name : disk_.list(directory_)) {
    const auto path = directory_ / name;
    const bool numbered = name.find_first_not_of("0123456789") == std::string::npos && name.size() < 19;
    if (!numbered || spares_.size() >= count_max_ || disk_.open(path)->size() != file_bytes_) {
      disk_.remove(path);
      continue;
    }
    spares_.push_back(path);
    named_ = std::max<uint64_t>(named_, std::stoull(name) + 1);
  }
}

std::filesystem::path SpareSegments::fresh_path() { return directory_ / std::to_string(named_++); }

std::shared_ptr<File> SpareSegments::take(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  if (spares_.empty()) {
    missed_ = true;
    return nullptr;
  }
  if (spares_.size() == 1) missed_ = true;
  const auto spare = std::move(spares_.back());
  spares_.pop_back();
  disk_.rename(spare, path);
  return disk_.open(path);
}

bool SpareSegments::give(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  if (spares_.size() >= count_max_ || disk_.open(path)->size() != file_bytes_) return false;
  auto spare = fresh_path();
  disk_.rename(path, spare);
  spares_.push_back(std::move(spare));
  return true;
}

void SpareSegments::refill() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(missed_, false) || !spares_.empty()) return;
  }
  if (disk_.space(directory_).free < kFreeFactor * file_bytes_) return;
  const auto path = directory_ / kUnfinished;
  disk_.remove(path);
  const auto file = disk_.create(path);
  const std::string zeros(std::min(file_bytes_, kPieceBytes), '\0');
  for (uint64_t at = 0; at < file_bytes_; at += zeros.size()) {
    file->write_at(at, std::string_view(zeros).substr(0, file_bytes_ - at));
  }
  file->sync();
  const std::lock_guard lock(mutex_);
  auto spare = fresh_path();
  disk_.rename(path, spare);
  spares_.push_back(std::move(spare));
}

}  // namespace standpipe
