// A disk for tests, in memory: it forgets, tears and refuses as real ones do, repeatably by seed.
//
// What was not synced when `crash` is called is lost, kept or torn, write by write; names not synced with their
// directory are lost or kept. Files that were open at the crash answer EIO for ever after. As with a kernel, what a
// failed sync did not write is taken for written: it can still be read, and no later sync brings it to the disk.
// Thread-safe.
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
  enum class Kind { write, sync, name };  // name: open, create, rename, remove
  enum class Unsynced { torn, lost };

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
  DiskSpace space(const Path& directory) override;
  void sync_directory(const Path& directory) override;

  void crash(Unsynced unsynced = Unsynced::torn);  // ends all faults
  // From now on operations fail with these chances: a write after writing a part (ENOSPC), a sync after losing what it
  // should have kept (EIO).
  void fail(double write_chance, double sync_chance);
  // From now on every `every`-th operation of the kind fails like that; 0: none.
  void fail_every(Kind kind, uint64_t every);
  // The operation with this number (the first is 1) fails halfway, and all later ones until `crash`.
  void lose_power_at(uint64_t operation);
  bool powerless() const;
  uint64_t operations() const;  // that change the disk, since the beginning
  void set_capacity(uint64_t bytes);  // of all files; what does not fit is refused with ENOSPC
  void flip_bit(const Path& path, uint64_t offset, int bit = 0);
  void cut(const Path& path, uint64_t size);  // as if the rest had never been
  std::string bytes(const Path& path);
  std::vector<Path> files() const;
  uint64_t syncs() const;       // of files, since the beginning
  uint64_t bytes_read() const;  // or viewed, since the beginning

 private:
  struct Inode;
  class OpenFile;
  using Names = std::map<Path, std::shared_ptr<Inode>>;
  std::shared_ptr<Inode> find(const Path& path);
  bool chance(double probability);
  // Begins an operation: whether it is to fail halfway.
  bool fails(Kind kind, const Path& path);
  uint64_t used() const;

  mutable std::mutex mutex_;
  std::mt19937 random_;
  Names names_, durable_names_;
  std::set<Path> directories_;
  uint64_t life_ = 0;  // crashes so far
  uint64_t syncs_ = 0, operations_ = 0, bytes_read_ = 0;
  double write_chance_ = 0, sync_chance_ = 0;
  struct Every {
    uint64_t every = 0, count = 0;
  };
  std::map<Kind, Every> failing_;
  uint64_t power_until_ = UINT64_MAX, capacity_ = UINT64_MAX;
};

}  // namespace standpipe
