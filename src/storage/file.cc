#include "storage/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <system_error>

namespace standpipe {
namespace {

[[noreturn]] void fail(int error, const char* what, const std::filesystem::path& path) {
  throw std::system_error(error, std::generic_category(), std::string(what) + " " + path.string());
}

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (number_ < 0) fail(errno, "open", path);
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

class Mapping final : public FileView {
 public:
  Mapping(const Descriptor& descriptor, const std::filesystem::path& path, uint64_t offset, uint64_t size) {
    static const auto page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
    lead_ = offset % page;
    mapped_ = size + lead_;
    start_ = ::mmap(nullptr, mapped_, PROT_READ, MAP_SHARED, descriptor.number(), static_cast<off_t>(offset - lead_));
    if (start_ == MAP_FAILED) fail(errno, "map", path);
  }
  ~Mapping() override { ::munmap(start_, mapped_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  std::string_view bytes() const override { return {static_cast<const char*>(start_) + lead_, mapped_ - lead_}; }

 private:
  void* start_;
  uint64_t lead_, mapped_;
};

class SystemFile final : public File {
 public:
  SystemFile(const std::filesystem::path& path, int flags) : path_(path), descriptor_(path, flags) {}

  size_t read_at(uint64_t offset, char* into, size_t size) const override {
    size_t done = 0;
    while (done < size) {
      const ssize_t got = ::pread(descriptor_.number(), into + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(errno, "read", path_);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }
  std::shared_ptr<const FileView> view(uint64_t offset, uint64_t view_size) const override {
    if (offset + view_size > size()) fail(EINVAL, "read behind the end of", path_);
    return std::make_shared<Mapping>(descriptor_, path_, offset, view_size);
  }
  using File::write_at;
  void write_at(uint64_t offset, std::span<const std::string_view> pieces) override {
    refuse_if_poisoned();
    std::vector<iovec> left;
    for (const std::string_view piece : pieces) {
      if (!piece.empty()) left.push_back({const_cast<char*>(piece.data()), piece.size()});
    }
    for (size_t at = 0; at < left.size();) {
      const int count = static_cast<int>(std::min<size_t>(left.size() - at, IOV_MAX));
      const ssize_t put = ::pwritev(descriptor_.number(), &left[at], count, static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) fail(put < 0 ? errno : EIO, "write", path_);
      offset += static_cast<uint64_t>(put);
      at = pass_over(left, at, static_cast<size_t>(put));
    }
  }
  void sync() override {
    refuse_if_poisoned();
    if (::fdatasync(descriptor_.number()) == 0) return;
    poisoned_ = true;
    fail(errno, "sync", path_);
  }
  void allocate(uint64_t size) override {
    refuse_if_poisoned();
    const uint64_t now = this->size();
    if (size <= now) return;
    const int error = ::posix_fallocate(descriptor_.number(), static_cast<off_t>(now), static_cast<off_t>(size - now));
    if (error != 0) fail(error, "allocate", path_);
  }
  void truncate(uint64_t size) override {
    refuse_if_poisoned();
    if (::ftruncate(descriptor_.number(), static_cast<off_t>(size)) != 0) fail(errno, "truncate", path_);
  }
  uint64_t size() const override {
    struct stat facts {};
    if (::fstat(descriptor_.number(), &facts) != 0) fail(errno, "stat", path_);
    return static_cast<uint64_t>(facts.st_size);
  }

 private:
  // Takes `count` bytes off the front; answers the first piece that has bytes left.
  static size_t pass_over(std::vector<iovec>& pieces, size_t at, size_t count) {
    for (; at < pieces.size() && count >= pieces[at].iov_len; ++at) count -= pieces[at].iov_len;
    if (count == 0) return at;
    pieces[at].iov_base = static_cast<char*>(pieces[at].iov_base) + count;
    pieces[at].iov_len -= count;
    return at;
  }
  void refuse_if_poisoned() const {
    if (poisoned_) fail(EIO, "an earlier sync failed of", path_);
  }
  const std::filesystem::path path_;
  const Descriptor descriptor_;
  std::atomic<bool> poisoned_ = false;
};

class SystemDisk final : public Disk {
 public:
  std::unique_ptr<File> create(const Path& path) override {
    return std::make_unique<SystemFile>(path, O_RDWR | O_CREAT | O_EXCL);
  }
  std::unique_ptr<File> open(const Path& path) override { return std::make_unique<SystemFile>(path, O_RDWR); }
  bool exists(const Path& path) override {
    std::error_code error;
    return std::filesystem::exists(path, error);
  }
  void rename(const Path& from, const Path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) fail(errno, "rename", from);
  }
  void remove(const Path& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail(errno, "remove", path);
  }
  void make_directory(const Path& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) fail(error.value(), "make directory", path);
  }
  void remove_directory(const Path& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) fail(error.value(), "remove", path);
  }
  std::vector<std::string> list(const Path& directory) override {
    std::error_code error;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entry(directory, error);
    while (!error && entry != std::filesystem::directory_iterator()) {
      names.push_back(entry->path().filename().string());
      entry.increment(error);
    }
    if (error && error != std::errc::no_such_file_or_directory) fail(error.value(), "list", directory);
    std::sort(names.begin(), names.end());
    return names;
  }
  DiskSpace space(const Path& directory) override {
    struct statvfs facts {};
    if (::statvfs(directory.c_str(), &facts) != 0) fail(errno, "stat", directory);
    return {uint64_t{facts.f_bavail} * facts.f_frsize, uint64_t{facts.f_blocks} * facts.f_frsize};
  }
  void sync_directory(const Path& directory) override {
    const Descriptor descriptor(directory, O_RDONLY | O_DIRECTORY);
    if (::fsync(descriptor.number()) != 0) fail(errno, "sync", directory);
  }
};

}  // namespace

Disk& system_disk() {
  static SystemDisk disk;
  return disk;
}

void replace_file(Disk& disk, const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::path fresh = path;
  fresh += ".new";
  disk.remove(fresh);
  {
    const auto file = disk.create(fresh);
    file->write_at(0, bytes);
    file->sync();
  }
  disk.rename(fresh, path);
  disk.sync_directory(path.parent_path());
}

std::optional<std::string> read_file(Disk& disk, const std::filesystem::path& path) {
  if (!disk.exists(path)) return std::nullopt;
  const auto file = disk.open(path);
  std::string bytes(file->size(), '\0');
  bytes.resize(file->read_at(0, bytes.data(), bytes.size()));
  return bytes;
}

}  // namespace standpipe
