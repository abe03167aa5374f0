#include "net/body_receiver.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace standpipe::net {
namespace {

// An announced size is trusted so far at once, and further when so much has come.
constexpr uint64_t kTrustedBytes = 64 << 10;

[[noreturn]] void raise(const std::filesystem::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

Descriptor open_unnamed(const std::filesystem::path& folder) {
  Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file) return file;
  std::string name = (folder / "body-XXXXXX").string();  // file systems without O_TMPFILE
  file = Descriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (!file) raise(folder);
  ::unlink(name.c_str());
  return file;
}

Body map(const Descriptor& file, size_t size, const std::filesystem::path& folder) {
  void* const begin = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (begin == MAP_FAILED) raise(folder);
  ::madvise(begin, size, MADV_SEQUENTIAL);
  std::shared_ptr<const void> keeper(begin,
                                     [size](const void* address) { ::munmap(const_cast<void*>(address), size); });
  return Body({static_cast<const char*>(begin), size}, std::move(keeper));
}

}  // namespace

BodyReceiver::BodyReceiver(std::filesystem::path folder, uint64_t limit, uint64_t expected)
    : folder_(std::move(folder)), limit_(limit), expected_(expected) {
  pending_.reserve(std::min(expected_, kTrustedBytes));
}

bool BodyReceiver::append(std::string_view bytes) {
  if (bytes.size() > limit_ - received_) return false;
  received_ += bytes.size();
  // Growing in steps would copy it all again and again.
  if (pending_.size() + bytes.size() > pending_.capacity()) {
    pending_.reserve(std::min<uint64_t>(expected_, kPieceBytes + (stored_ > 0 ? kPieceBytes : kMemoryMax)));
  }
  pending_.append(bytes);
  return true;
}

std::string BodyReceiver::take() {
  stored_ += pending_.size();
  return std::exchange(pending_, {});
}

void BodyReceiver::store(std::string_view bytes) {
  if (!file_) file_ = open_unnamed(folder_);
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) raise(folder_);
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
}

Body BodyReceiver::finish() {
  if (stored_ == 0) return received_ == 0 ? Body() : Body(std::move(pending_));
  if (!pending_.empty()) store(take());
  return map(file_, stored_, folder_);
}

}  // namespace standpipe::net
