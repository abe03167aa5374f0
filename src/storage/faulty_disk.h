// A disk for tests, in memory: it forgets, tears and refuses as real ones do, repeatably by seed.
//
// What was not synced when `crash` is called is lost, kept or torn, write by write; names not synced with their
// directory are lost or kept. Files that were open at the crash answer EIO for ever after. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>

#include "storage/file.h"

namespace standpipe {

class FaultyDisk final : public Disk {
 public:
  explicit FaultyDisk(uint32_t seed);
  ~FaultyDisk() override;

  std::unique_ptr<File> create(const Path& path) override;
  std::unique_ptr<File> open(const Path& path) override;
  bool exists(const Path& path) override;
  void rename(const Path& from, const Path& to) override;
  void remove(const Path& path) override;
  void make_directory(const Path& path) override;
  void remove_directory(const Path& path) override;
  std::vector<std::string> list(const Path& directory) override;
  void sync_directory(const Path& directory) override;

  void crash();
  // From now on operations fail with these chances: a write after writing a part (ENOSPC), a sync after losing what it
  // should have kept (EIO).
  void fail(double write_chance, double sync_chance);
  void flip_bit(const Path& path, uint64_t offset);
  std::string bytes(const Path& path);
  uint64_t syncs() const;  // of files, since the beginning

 private:
  struct Inode;
  class OpenFile;
  using Names = std::map<Path, std::shared_ptr<Inode>>;
  std::shared_ptr<Inode> find(const Path& path);
  bool chance(double probability);

  mutable std::mutex mutex_;
  std::mt19937 random_;
  Names names_, durable_names_;
  std::set<Path> directories_;
  uint64_t life_ = 0;  // crashes so far
  uint64_t syncs_ = 0;
  double write_chance_ = 0, sync_chance_ = 0;
};

}  // namespace standpipe
