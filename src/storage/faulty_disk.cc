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
    void apply(std::string& image) const {
      if (resize) image.resize(offset);
      else overwrite(image, offset, bytes);
    }
  };
  std::string now, durable;
  std::vector<Change> unsynced;
};

class FaultyDisk::OpenFile final : public File {
  class Copy final : public FileView {
   public:
    explicit Copy(std::string bytes) : bytes_(std::move(bytes)) {}
    std::string_view bytes() const override { return bytes_; }

   private:
    const std::string bytes_;
  };

 public:
  OpenFile(FaultyDisk& disk, Path path, std::shared_ptr<Inode> inode)
      : disk_(disk), path_(std::move(path)), inode_(std::move(inode)), life_(disk.life_) {}

  size_t read_at(uint64_t offset, char* into, size_t size) const override {
    const std::lock_guard lock(disk_.mutex_);
    alive();
    if (offset >= inode_->now.size()) return 0;
    const size_t copied = inode_->now.copy(into, size, offset);
    disk_.bytes_read_ += copied;
    return copied;
  }
  std::shared_ptr<const FileView> view(uint64_t offset, uint64_t size) const override {
    const std::lock_guard lock(disk_.mutex_);
    alive();
    if (offset + size > inode_->now.size()) refuse(EINVAL, "read behind the end of", path_);
    disk_.bytes_read_ += size;
    return std::make_shared<Copy>(inode_->now.substr(offset, size));
  }
  using File::write_at;
  void write_at(uint64_t offset, std::span<const std::string_view> pieces) override {
    const std::lock_guard lock(disk_.mutex_);
    writable();
    std::string bytes;
    for (const std::string_view piece : pieces) bytes.append(piece);
    const bool full = !fits(offset + bytes.size());
    const bool fails = disk_.fails(Kind::write, path_) || full;
    if (fails) bytes.resize(full ? 0 : disk_.random_() % (bytes.size() + 1));
    change({false, offset, std::move(bytes)});
    if (fails) refuse(ENOSPC, "write", path_);
  }
  void sync() override {
    const std::lock_guard lock(disk_.mutex_);
    writable();
    ++disk_.syncs_;
    const bool fails = disk_.fails(Kind::sync, path_);
    for (const Inode::Change& change : inode_->unsynced) {
      if (!fails || disk_.chance(0.5)) change.apply(inode_->durable);
    }
    inode_->unsynced.clear();
    if (!fails) return;
    poisoned_ = true;
    refuse(EIO, "sync", path_);
  }
  void allocate(uint64_t size) override {
    const std::lock_guard lock(disk_.mutex_);
    writable();
    if (disk_.fails(Kind::write, path_) || !fits(size)) refuse(ENOSPC, "allocate", path_);
    if (size > inode_->now.size()) change({true, size, {}});
  }
  void truncate(uint64_t size) override {
    const std::lock_guard lock(disk_.mutex_);
    writable();
    if (disk_.fails(Kind::write, path_)) refuse(EIO, "truncate", path_);
    change({true, size, {}});
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
    if (poisoned_) refuse(EIO, "an earlier sync failed of", path_);
  }
  bool fits(uint64_t size) const {
    const uint64_t now = inode_->now.size();
    return size <= now || disk_.used() + (size - now) <= disk_.capacity_;
  }
  void change(Inode::Change change) {
    change.apply(inode_->now);
    inode_->unsynced.push_back(std::move(change));
  }
  FaultyDisk& disk_;
  const Path path_;
  const std::shared_ptr<Inode> inode_;
  const uint64_t life_;
  bool poisoned_ = false;
};

FaultyDisk::FaultyDisk(uint32_t seed) : random_(seed) {}
FaultyDisk::~FaultyDisk() = default;

bool FaultyDisk::chance(double probability) {
  return probability > 0 && std::uniform_real_distribution<>(0, 1)(random_) < probability;
}

bool FaultyDisk::fails(Kind kind, const Path& path) {
  if (++operations_ > power_until_) refuse(EIO, "there is no power for", path);
  if (operations_ == power_until_) return true;
  Every& failing = failing_[kind];
  if (failing.every > 0 && ++failing.count % failing.every == 0) return true;
  return chance(kind == Kind::write ? write_chance_ : kind == Kind::sync ? sync_chance_ : 0);
}

std::shared_ptr<FaultyDisk::Inode> FaultyDisk::find(const Path& path) {
  const auto found = names_.find(path);
  if (found == names_.end()) refuse(ENOENT, "open", path);
  return found->second;
}

std::unique_ptr<File> FaultyDisk::create(const Path& path) {
  const std::lock_guard lock(mutex_);
  if (fails(Kind::name, path)) refuse(EIO, "create", path);
  if (names_.contains(path)) refuse(EEXIST, "open", path);
  if (!directories_.contains(path.parent_path())) refuse(ENOENT, "open", path);
  const auto inode = std::make_shared<Inode>();
  names_[path] = inode;
  return std::make_unique<OpenFile>(*this, path, inode);
}

std::unique_ptr<File> FaultyDisk::open(const Path& path) {
  const std::lock_guard lock(mutex_);
  if (fails(Kind::name, path)) refuse(EIO, "open", path);
  return std::make_unique<OpenFile>(*this, path, find(path));
}

bool FaultyDisk::exists(const Path& path) {
  const std::lock_guard lock(mutex_);
  return names_.contains(path) || directories_.contains(path);
}

void FaultyDisk::rename(const Path& from, const Path& to) {
  const std::lock_guard lock(mutex_);
  if (fails(Kind::name, from)) refuse(EIO, "rename", from);
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
  if (fails(Kind::name, path)) refuse(EIO, "remove", path);
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

DiskSpace FaultyDisk::space(const Path&) {
  const std::lock_guard lock(mutex_);
  const uint64_t used_now = used();
  return {capacity_ - std::min(used_now, capacity_), capacity_};
}

uint64_t FaultyDisk::used() const {
  uint64_t bytes = 0;
  for (const auto& [path, inode] : names_) bytes += inode->now.size();
  return bytes;
}

void FaultyDisk::set_capacity(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

void FaultyDisk::sync_directory(const Path& directory) {
  const std::lock_guard lock(mutex_);
  if (fails(Kind::sync, directory)) refuse(EIO, "sync", directory);
  std::erase_if(durable_names_, [&](const auto& entry) { return entry.first.parent_path() == directory; });
  std::set<const Inode*> arrived;
  for (const auto& [path, inode] : names_) {
    if (path.parent_path() != directory) continue;
    durable_names_[path] = inode;
    arrived.insert(inode.get());
  }
  // A rename is one change: what has its new name for good has lost the old one in another directory.
  std::erase_if(durable_names_, [&](const auto& entry) {
    return entry.first.parent_path() != directory && arrived.contains(entry.second.get());
  });
}

void FaultyDisk::crash(Unsynced unsynced) {
  const std::lock_guard lock(mutex_);
  ++life_;
  write_chance_ = sync_chance_ = 0;
  failing_.clear();
  power_until_ = UINT64_MAX;
  const double kept_chance = unsynced == Unsynced::torn ? 0.5 : 0;
  std::map<Path, bool> kept;  // whether a directory's latest names reached the disk
  Names after;
  for (const Names* names : {&names_, &durable_names_}) {
    for (const auto& [path, inode] : *names) {
      const auto [directory, fresh] = kept.try_emplace(path.parent_path(), false);
      if (fresh) directory->second = chance(kept_chance);
      if (directory->second == (names == &names_)) after[path] = inode;
    }
  }
  std::map<const Inode*, Path> found;
  for (auto entry = after.begin(); entry != after.end();) {  // renamed files have one name, old or new
    const auto [first, fresh] = found.try_emplace(entry->second.get(), entry->first);
    entry = fresh ? std::next(entry) : after.erase(entry);
  }
  for (const auto& [path, inode] : after) {
    std::string bytes = inode->durable;
    for (const Inode::Change& change : inode->unsynced) {
      if (chance(kept_chance)) {
        change.apply(bytes);
      } else if (!change.resize) {  // some of its sectors
        for (size_t at = 0; at < change.bytes.size(); at += kSector) {
          if (!chance(kept_chance)) continue;
          overwrite(bytes, change.offset + at, std::string_view(change.bytes).substr(at, kSector));
        }
      }
    }
    inode->now = inode->durable = std::move(bytes);
    inode->unsynced.clear();
  }
  names_ = durable_names_ = std::move(after);
}

void FaultyDisk::fail(double write_chance, double sync_chance) {
  const std::lock_guard lock(mutex_);
  write_chance_ = write_chance;
  sync_chance_ = sync_chance;
}

void FaultyDisk::fail_every(Kind kind, uint64_t every) {
  const std::lock_guard lock(mutex_);
  failing_[kind] = {every, 0};
}

void FaultyDisk::lose_power_at(uint64_t operation) {
  const std::lock_guard lock(mutex_);
  power_until_ = operation;
}

bool FaultyDisk::powerless() const {
  const std::lock_guard lock(mutex_);
  return operations_ >= power_until_;
}

uint64_t FaultyDisk::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

void FaultyDisk::flip_bit(const Path& path, uint64_t offset, int bit) {
  const std::lock_guard lock(mutex_);
  const auto inode = find(path);
  for (std::string* image : {&inode->now, &inode->durable}) {
    image->at(offset) = static_cast<char>(image->at(offset) ^ (1 << bit));
  }
}

void FaultyDisk::cut(const Path& path, uint64_t size) {
  const std::lock_guard lock(mutex_);
  const auto inode = find(path);
  for (std::string* image : {&inode->now, &inode->durable}) image->resize(std::min<size_t>(size, image->size()));
}

std::string FaultyDisk::bytes(const Path& path) {
  const std::lock_guard lock(mutex_);
  return find(path)->now;
}

std::vector<FaultyDisk::Path> FaultyDisk::files() const {
  const std::lock_guard lock(mutex_);
  std::vector<Path> found;
  for (const auto& [path, inode] : names_) found.push_back(path);
  return found;
}

uint64_t FaultyDisk::bytes_read() const {
  const std::lock_guard lock(mutex_);
  return bytes_read_;
}

uint64_t FaultyDisk::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

}  // namespace standpipe
