#include "storage/faulty_disk.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace standpipe {
namespace {

constexpr size_t kSector = 512;

[[noreturn]] void refuse(int error, const char* what, const std::filesystem::path& path) {
  throw std::system_error(error, std::generic_category(), std::string(what) + " " + path.string());
}

void overwrite(std::string& bytes, uint64_t offset, std::string_view fresh) {
  if (bytes.size() < offset + fresh.size()) bytes.resize(offset + fresh.size());
  bytes.replace(offset, fresh.size(), fresh);
}

}  // namespace

struct FaultyDisk::Inode {
  struct Change {
    bool resize;
    uint64_t offset;  // or the new size
    std::string bytes;
  };
  std::string now, durable;
  std::vector<Change> unsynced;
  bool poisoned = false;
};

class FaultyDisk::OpenFile final : public File {
 public:
  OpenFile(FaultyDisk& disk, Path path, std::shared_ptr<Inode> inode)
      : disk_(disk), path_(std::move(path)), inode_(std::move(inode)), life_(disk.life_) {}

  size_t read_at(uint64_t offset, char* into, size_t size) const override {
    const std::lock_guard lock(disk_.mutex_);
    alive();
    if (offset >= inode_->now.size()) return 0;
    return inode_->now.copy(into, size, offset);
  }
  void write_at(uint64_t offset, std::string_view bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    writable();
    const bool fails = disk_.chance(disk_.write_chance_);
    if (fails) bytes = bytes.substr(0, disk_.random_() % (bytes.size() + 1));
    overwrite(inode_->now, offset, bytes);
    inode_->unsynced.push_back({false, offset, std::string(bytes)});
    if (fails) refuse(ENOSPC, "write", path_);
  }
  void sync() override {
    const std::lock_guard lock(disk_.mutex_);
    writable();
    ++disk_.syncs_;
    if (disk_.chance(disk_.sync_chance_)) {
      inode_->poisoned = true;
      refuse(EIO, "sync", path_);
    }
    inode_->durable = inode_->now;
    inode_->unsynced.clear();
  }
  void allocate(uint64_t size) override {
    const std::lock_guard lock(disk_.mutex_);
    writable();
    if (size > inode_->now.size()) resize(size);
  }
  void truncate(uint64_t size) override {
    const std::lock_guard lock(disk_.mutex_);
    writable();
    resize(size);
  }
  uint64_t size() const override {
    const std::lock_guard lock(disk_.mutex_);
    alive();
    return inode_->now.size();
  }

 private:
  void alive() const {
    if (life_ != disk_.life_) refuse(EIO, "the machine has crashed since", path_);
  }
  void writable() const {
    alive();
    if (inode_->poisoned) refuse(EIO, "an earlier sync failed of", path_);
  }
  void resize(uint64_t size) {
    inode_->now.resize(size);
    inode_->unsynced.push_back({true, size, {}});
  }
  FaultyDisk& disk_;
  const Path path_;
  const std::shared_ptr<Inode> inode_;
  const uint64_t life_;
};

FaultyDisk::FaultyDisk(uint32_t seed) : random_(seed) {}
FaultyDisk::~FaultyDisk() = default;

bool FaultyDisk::chance(double probability) {
  return probability > 0 && std::uniform_real_distribution<>(0, 1)(random_) < probability;
}

std::shared_ptr<FaultyDisk::Inode> FaultyDisk::find(const Path& path) {
  const auto found = names_.find(path);
  if (found == names_.end()) refuse(ENOENT, "open", path);
  return found->second;
}

std::unique_ptr<File> FaultyDisk::create(const Path& path) {
  const std::lock_guard lock(mutex_);
  if (names_.contains(path)) refuse(EEXIST, "open", path);
  if (!directories_.contains(path.parent_path())) refuse(ENOENT, "open", path);
  const auto inode = std::make_shared<Inode>();
  names_[path] = inode;
  return std::make_unique<OpenFile>(*this, path, inode);
}

std::unique_ptr<File> FaultyDisk::open(const Path& path) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<OpenFile>(*this, path, find(path));
}

bool FaultyDisk::exists(const Path& path) {
  const std::lock_guard lock(mutex_);
  return names_.contains(path) || directories_.contains(path);
}

void FaultyDisk::rename(const Path& from, const Path& to) {
  const std::lock_guard lock(mutex_);
  if (!directories_.contains(from)) {
    const auto inode = find(from);
    names_.erase(from);
    names_[to] = inode;
    return;
  }
  const auto moved = [&](const Path& path) { return to / path.lexically_relative(from); };
  const auto below = [&](const Path& path) { return path == from || path.string().starts_with(from.string() + "/"); };
  std::set<Path> directories;
  for (const Path& path : directories_) directories.insert(below(path) ? (path == from ? to : moved(path)) : path);
  directories_ = std::move(directories);
  for (Names* names : {&names_, &durable_names_}) {  // renaming a directory is taken as durable at once
    Names kept;
    for (const auto& [path, inode] : *names) kept[below(path) ? moved(path) : path] = inode;
    *names = std::move(kept);
  }
}

void FaultyDisk::remove(const Path& path) {
  const std::lock_guard lock(mutex_);
  names_.erase(path);
}

void FaultyDisk::make_directory(const Path& path) {
  const std::lock_guard lock(mutex_);
  for (Path at = path; !at.empty() && at != at.parent_path(); at = at.parent_path()) directories_.insert(at);
}

void FaultyDisk::remove_directory(const Path& path) {
  const std::lock_guard lock(mutex_);
  const std::string below = path.string() + "/";
  std::erase_if(names_, [&](const auto& entry) { return entry.first.string().starts_with(below); });
  std::erase_if(directories_, [&](const Path& entry) { return entry == path || entry.string().starts_with(below); });
}

std::vector<std::string> FaultyDisk::list(const Path& directory) {
  const std::lock_guard lock(mutex_);
  std::set<std::string> found;
  for (const auto& [path, inode] : names_) {
    if (path.parent_path() == directory) found.insert(path.filename().string());
  }
  for (const Path& path : directories_) {
    if (path.parent_path() == directory) found.insert(path.filename().string());
  }
  return {found.begin(), found.end()};
}

void FaultyDisk::sync_directory(const Path& directory) {
  const std::lock_guard lock(mutex_);
  std::erase_if(durable_names_, [&](const auto& entry) { return entry.first.parent_path() == directory; });
  for (const auto& [path, inode] : names_) {
    if (path.parent_path() == directory) durable_names_[path] = inode;
  }
}

void FaultyDisk::crash() {
  const std::lock_guard lock(mutex_);
  ++life_;
  write_chance_ = sync_chance_ = 0;
  std::map<Path, bool> kept;  // whether a directory's latest names reached the disk
  Names after;
  for (const Names* names : {&names_, &durable_names_}) {
    for (const auto& [path, inode] : *names) {
      const auto [directory, fresh] = kept.try_emplace(path.parent_path(), false);
      if (fresh) directory->second = chance(0.5);
      if (directory->second == (names == &names_)) after[path] = inode;
    }
  }
  for (const auto& [path, inode] : after) {
    std::string bytes = inode->durable;
    for (const Inode::Change& change : inode->unsynced) {
      const bool whole = chance(0.4);
      if (change.resize) {
        if (whole) bytes.resize(change.offset);
      } else if (whole) {
        overwrite(bytes, change.offset, change.bytes);
      } else {  // some of its sectors
        for (size_t at = 0; at < change.bytes.size(); at += kSector) {
          if (chance(0.5)) overwrite(bytes, change.offset + at, std::string_view(change.bytes).substr(at, kSector));
        }
      }
    }
    inode->now = inode->durable = std::move(bytes);
    inode->unsynced.clear();
    inode->poisoned = false;
  }
  names_ = durable_names_ = std::move(after);
}

void FaultyDisk::fail(double write_chance, double sync_chance) {
  const std::lock_guard lock(mutex_);
  write_chance_ = write_chance;
  sync_chance_ = sync_chance;
}

void FaultyDisk::flip_bit(const Path& path, uint64_t offset) {
  const std::lock_guard lock(mutex_);
  const auto inode = find(path);
  for (std::string* image : {&inode->now, &inode->durable}) {
    image->at(offset) = static_cast<char>(image->at(offset) ^ 1);
  }
}

std::string FaultyDisk::bytes(const Path& path) {
  const std::lock_guard lock(mutex_);
  return find(path)->now;
}

uint64_t FaultyDisk::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

}  // namespace standpipe
