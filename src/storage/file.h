// The disk. `Disk` is what the engines need of a file system, so that tests can put a faulty one (faulty_disk.h) in its
// place; `system_disk()` is the real one and the only place with system calls on files for logs and blobs.
//
// Thread rule: a Disk may be used by any thread; a File by several readers and one writer at a time.
// Errors: std::system_error whose text names the path. A File whose `sync` failed refuses every later write and sync:
// the kernel may have dropped what it could not write, so nobody knows what is on the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace standpipe {

// Bytes of a file where they are, readable for as long as this lives.
class FileView {
 public:
  virtual ~FileView() = default;
  virtual std::string_view bytes() const = 0;
};

class File {
 public:
  virtual ~File() = default;
  // Bytes read; fewer than `size` only at the end of the file.
  virtual size_t read_at(uint64_t offset, char* into, size_t size) const = 0;
  // Bytes [offset, offset + size), which must be within the file, without a copy. What is written there later shows. A
  // disk that fails while they are looked at ends the process.
  virtual std::shared_ptr<const FileView> view(uint64_t offset, uint64_t size) const = 0;
  void write_at(uint64_t offset, std::string_view bytes) { write_at(offset, std::span(&bytes, 1)); }
  virtual void write_at(uint64_t offset, std::span<const std::string_view> pieces) = 0;  // one behind the other
  // On return, everything written before the call survives a crash.
  virtual void sync() = 0;
  // Makes the file at least `size` bytes long with its space reserved; new bytes read as zero.
  virtual void allocate(uint64_t size) = 0;
  virtual void truncate(uint64_t size) = 0;
  virtual uint64_t size() const = 0;
};

struct DiskSpace {
  uint64_t free = 0, total = 0;
};

class Disk {
 public:
  using Path = std::filesystem::path;
  virtual ~Disk() = default;
  virtual std::unique_ptr<File> create(const Path& path) = 0;  // must not exist
  virtual std::unique_ptr<File> open(const Path& path) = 0;    // read and write; must exist
  virtual bool exists(const Path& path) = 0;
  virtual void rename(const Path& from, const Path& to) = 0;  // replaces `to`
  virtual void remove(const Path& path) = 0;                  // a file; absent is fine
  virtual void make_directory(const Path& path) = 0;          // with parents; existing is fine
  virtual void remove_directory(const Path& path) = 0;        // with everything in it; absent is fine
  virtual std::vector<std::string> list(const Path& directory) = 0;  // names, sorted; empty if absent
  virtual DiskSpace space(const Path& directory) = 0;
  // On return, names created, renamed and removed in `directory` before the call stay so after a crash.
  virtual void sync_directory(const Path& directory) = 0;
};

Disk& system_disk();

// Atomic and durable: after a crash `path` holds the old bytes or all of `bytes`.
void replace_file(Disk& disk, const std::filesystem::path& path, std::string_view bytes);
// nullopt if there is no such file.
std::optional<std::string> read_file(Disk& disk, const std::filesystem::path& path);

}  // namespace standpipe
