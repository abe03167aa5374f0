#include "objects/files.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "base/check.h"
#include "base/random.h"
#include "storage/corrupt_data.h"
#include "storage/file.h"

namespace standpipe {
namespace {

constexpr size_t kIdLength = 32;
constexpr size_t kFolderLength = 2;
constexpr std::string_view kUnfinished = "unfinished";

bool is_id(std::string_view text) {
  return text.size() == kIdLength && text.find_first_not_of(kLowerAlphanumeric) == std::string_view::npos;
}

class FileSource final : public ByteSource {
 public:
  FileSource(std::unique_ptr<File> file, uint64_t offset, uint64_t length)
      : file_(std::move(file)), offset_(offset), length_(length), left_(length) {}
  uint64_t size() const override { return length_; }
  size_t read(char* into, size_t capacity) override {
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(capacity, left_));
    const size_t got = file_->read_at(offset_, into, wanted);
    if (got < wanted) throw CorruptData("a blob has become shorter");
    offset_ += got;
    left_ -= got;
    return got;
  }

 private:
  std::unique_ptr<File> file_;  // open, so a removed blob stays readable
  uint64_t offset_, length_, left_;
};

class FileObjects final : public Objects {
 public:
  explicit FileObjects(const std::filesystem::path& directory) : directory_(directory) {
    disk_.remove_directory(directory_ / kUnfinished);
    disk_.make_directory(directory_ / kUnfinished);
    for (std::string& folder : disk_.list(directory_)) folders_.insert(std::move(folder));
    disk_.sync_directory(directory_);
  }

  std::string put(std::string_view bytes) override {
    const std::string id = random_text(kIdLength, kLowerAlphanumeric);
    const auto fresh = directory_ / kUnfinished / id;
    try {
      const auto file = disk_.create(fresh);
      file->write_at(0, bytes);
      file->sync();
      make_folder(id);
      disk_.rename(fresh, place(id));
    } catch (const std::system_error&) {
      discard(fresh);
      throw;
    }
    disk_.sync_directory(place(id).parent_path());
    return id;
  }

  std::unique_ptr<ByteSource> read(const std::string& id, uint64_t offset, uint64_t length) override {
    if (!is_id(id) || !disk_.exists(place(id))) throw BlobMissing("no blob " + id);
    auto file = open(id);
    const uint64_t size = file->size();
    check(offset <= size && length <= size - offset, "range outside of the blob");
    return std::make_unique<FileSource>(std::move(file), offset, length);
  }

  void remove(const std::string& id) override {
    if (is_id(id)) disk_.remove(place(id));
  }

  std::vector<std::string> list() override {
    std::vector<std::string> ids;
    for (const std::string& folder : disk_.list(directory_)) {
      if (folder.size() != kFolderLength) continue;
      for (std::string& name : disk_.list(directory_ / folder)) {
        if (is_id(name)) ids.push_back(std::move(name));
      }
    }
    return ids;
  }

 private:
  std::filesystem::path place(const std::string& id) const { return directory_ / id.substr(0, kFolderLength) / id; }

  std::unique_ptr<File> open(const std::string& id) {
    try {
      return disk_.open(place(id));
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::no_such_file_or_directory) throw BlobMissing("no blob " + id);
      throw;
    }
  }
  void make_folder(const std::string& id) {
    const auto folder = place(id).parent_path();
    const std::lock_guard lock(mutex_);  // held while syncing: who finds the folder known must find it durable
    if (folders_.contains(folder.filename().string())) return;
    disk_.make_directory(folder);
    disk_.sync_directory(directory_);
    folders_.insert(folder.filename().string());
  }
  void discard(const std::filesystem::path& fresh) {
    try {
      disk_.remove(fresh);
    } catch (const std::system_error&) {  // removed at the next start
    }
  }

  Disk& disk_ = system_disk();
  const std::filesystem::path directory_;
  std::mutex mutex_;
  std::set<std::string> folders_;  // durable ones
};

}  // namespace

std::unique_ptr<Objects> open_file_objects(const std::filesystem::path& directory) {
  return std::make_unique<FileObjects>(directory);
}

}  // namespace standpipe
