#include "services/lambda/archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "base/bytes.h"
#include "net/descriptor.h"

namespace standpipe::lambda {
namespace {

constexpr zip_int64_t kEntriesMax = 200'000;
constexpr size_t kNameBytesMax = 1024;
constexpr size_t kDepthMax = 64;
constexpr zip_uint64_t kLinkBytesMax = 4096;

using net::Descriptor;

[[noreturn]] void bad() {
  throw BadArchive("Could not unzip uploaded file. Please check your file, then try to upload again.");
}

[[noreturn]] void disk_failed(const std::string& what) {
  throw std::system_error(errno, std::system_category(), "unpack " + what);
}

struct Entry {
  zip_uint64_t index;
  std::vector<std::string> path;
  mode_t mode = 0644;
  bool folder = false, link = false;
};

class Archive {
 public:
  explicit Archive(std::string_view bytes) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (!source) bad();
    archive_.reset(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
    zip_error_fini(&error);
    if (!archive_) {
      zip_source_free(source);
      bad();
    }
    const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
    if (count <= 0 || count > kEntriesMax) bad();
    for (zip_int64_t i = 0; i < count; ++i) entries_.push_back(entry(static_cast<zip_uint64_t>(i)));
  }

  const std::vector<Entry>& entries() const { return entries_; }

  // Calls `take` with the pieces of the entry; counts towards the limit of the whole archive.
  template <class Take>
  void read(const Entry& entry, Take take) {
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(archive_.get(), entry.index, 0),
                                                                 zip_fclose);
    if (!file) bad();
    char buffer[65536];
    for (;;) {
      const zip_int64_t n = zip_fread(file.get(), buffer, sizeof buffer);
      if (n < 0) bad();  // the checksum is compared at the end
      if (n == 0) return;
      bytes_ += static_cast<uint64_t>(n);
      if (bytes_ > kUnzippedBytesMax) {
        throw ArchiveTooLarge("Unzipped size must be smaller than " + std::to_string(kUnzippedBytesMax) + " bytes");
      }
      take(std::string_view(buffer, static_cast<size_t>(n)));
    }
  }
  uint64_t bytes() const { return bytes_; }

 private:
  Entry entry(zip_uint64_t index) {
    const char* name = zip_get_name(archive_.get(), index, ZIP_FL_ENC_GUESS);
    zip_stat_t status;
    if (!name || zip_stat_index(archive_.get(), index, 0, &status) != 0) bad();
    if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) && status.encryption_method != ZIP_EM_NONE) bad();
    const std::string_view text = name;
    if (text.empty() || text.size() > kNameBytesMax || text.front() == '/') bad();
    Entry entry{index, {}};
    entry.folder = text.back() == '/';
    for (std::string& part : split(text, '/')) {
      if (part.empty() || part == ".") continue;
      if (part == ".." || part.size() > 255) bad();
      entry.path.push_back(std::move(part));
    }
    if (entry.path.size() > kDepthMax || (entry.path.empty() && !entry.folder)) bad();
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    zip_file_get_external_attributes(archive_.get(), index, 0, &system, &attributes);
    const mode_t mode = static_cast<mode_t>(attributes >> 16);
    if (system == ZIP_OPSYS_UNIX && mode != 0) {
      entry.link = S_ISLNK(mode);
      // Readable by whoever the function runs as; never with the bits that change who one is.
      entry.mode = (mode & 0777) | 0444;
    }
    return entry;
  }

  struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
  };
  std::unique_ptr<zip_t, Discard> archive_;
  std::vector<Entry> entries_;
  uint64_t bytes_ = 0;
};

// The folder of the first `count` parts below `root`, made where it is absent; links are not followed.
Descriptor open_folder(int root, const std::vector<std::string>& path, size_t count) {
  Descriptor folder(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (size_t i = 0; i < count; ++i) {
    const char* name = path[i].c_str();
    if (::mkdirat(folder.get(), name, 0755) != 0 && errno != EEXIST) disk_failed(path[i]);
    Descriptor next(::openat(folder.get(), name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) bad();  // a file or a link is in the way
    folder = std::move(next);
  }
  if (!folder) disk_failed("the folder");
  return folder;
}

void write_file(Archive& archive, const Entry& entry, int root) {
  const Descriptor folder = open_folder(root, entry.path, entry.path.size() - 1);
  const char* name = entry.path.back().c_str();
  ::unlinkat(folder.get(), name, 0);
  const Descriptor file(::openat(folder.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) {
    if (errno == EEXIST || errno == EISDIR) bad();
    disk_failed(entry.path.back());
  }
  archive.read(entry, [&](std::string_view piece) {
    while (!piece.empty()) {
      const ssize_t n = ::write(file.get(), piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) disk_failed(entry.path.back());
      piece.remove_prefix(static_cast<size_t>(n));
    }
  });
  if (::fchmod(file.get(), entry.mode) != 0) disk_failed(entry.path.back());
}

void make_link(Archive& archive, const Entry& entry, int root) {
  std::string target;
  archive.read(entry, [&](std::string_view piece) {
    target += piece;
    if (target.size() > kLinkBytesMax) bad();
  });
  if (target.empty() || target.find('\0') != std::string::npos) bad();
  const Descriptor folder = open_folder(root, entry.path, entry.path.size() - 1);
  ::unlinkat(folder.get(), entry.path.back().c_str(), 0);
  if (::symlinkat(target.c_str(), folder.get(), entry.path.back().c_str()) != 0) disk_failed(entry.path.back());
}

}  // namespace

uint64_t check_archive(std::string_view bytes) {
  Archive archive(bytes);
  for (const Entry& entry : archive.entries()) {
    if (!entry.folder) archive.read(entry, [](std::string_view) {});
  }
  return archive.bytes();
}

void unpack_archive(std::string_view bytes, const std::filesystem::path& folder) {
  Archive archive(bytes);
  const Descriptor root(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) disk_failed(folder.string());
  for (const Entry& entry : archive.entries()) {
    if (entry.folder)
      open_folder(root.get(), entry.path, entry.path.size());
    else if (!entry.link)
      write_file(archive, entry, root.get());
  }
  // Links last, so that no file is written through one; where they lead matters only inside the sandbox.
  for (const Entry& entry : archive.entries()) {
    if (entry.link) make_link(archive, entry, root.get());
  }
}

}  // namespace standpipe::lambda
