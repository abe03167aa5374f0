#include "services/s3/blobs.h"

#include <algorithm>

#include "base/logging.h"

namespace standpipe::s3 {
namespace {

constexpr size_t kPieceBytes = 16 << 20;  // of bodies that have to be copied
constexpr size_t kSeenBytes = 1 << 20;    // small enough that all digests find it in the cache

void show(std::string_view bytes, const std::function<void(std::string_view)>& see) {
  for (size_t at = 0; at < bytes.size(); at += kSeenBytes) see(bytes.substr(at, kSeenBytes));
}

// Blobs one after the other, each opened when it is its turn.
class ListSource final : public ByteSource {
 public:
  ListSource(Objects& objects, BlobList list, uint64_t offset, uint64_t length, std::shared_ptr<Blobs::Hold> held)
      : objects_(objects),
        held_(std::move(held)),
        list_(std::move(list)),
        offset_(offset),
        size_(length),
        left_(length) {}

  uint64_t size() const override { return size_; }

  size_t read(char* into, size_t capacity) override {
    while (left_ != 0) {
      if (!open_) open_next();
      const size_t count = open_->read(into, std::min<uint64_t>(capacity, left_));
      if (count != 0) {
        left_ -= count;
        return count;
      }
      open_.reset();
    }
    return 0;
  }

 private:
  void open_next() {
    while (offset_ >= list_.at(next_).size) offset_ -= list_[next_++].size;
    const BlobPiece& blob = list_[next_++];
    open_ = objects_.read(blob.id, offset_, std::min(blob.size - offset_, left_));
    offset_ = 0;
  }

  Objects& objects_;
  std::shared_ptr<Blobs::Hold> held_;
  BlobList list_;
  size_t next_ = 0;
  uint64_t offset_;  // into what begins with list_[next_]
  uint64_t size_, left_;
  std::unique_ptr<ByteSource> open_;
};

}  // namespace

Blobs::Hold::Hold(std::shared_ptr<Blobs> blobs, BlobList list) : blobs_(std::move(blobs)), list_(std::move(list)) {
  const std::lock_guard lock(blobs_->mutex_);
  for (const BlobPiece& blob : list_) ++blobs_->held_[blob.id];
}

Blobs::Hold::~Hold() {
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(blobs_->mutex_);
    for (const BlobPiece& blob : list_) {
      const auto held = blobs_->held_.find(blob.id);
      if (--held->second > 0) continue;
      blobs_->held_.erase(held);
      if (blobs_->discarded_.erase(blob.id) > 0) gone.push_back(blob.id);
    }
  }
  for (const std::string& id : gone) blobs_->remove(id);
}

BlobList Blobs::write(const aws::Stream& body, const std::function<void(std::string_view)>& see) {
  if (body.source) return write(*body.source, see);
  const std::string_view bytes = body.body.view();
  show(bytes, see);
  if (bytes.empty()) return {};
  return {{objects_.put(bytes), bytes.size()}};
}

BlobList Blobs::write(ByteSource& source, const std::function<void(std::string_view)>& see) {
  BlobList list;
  std::string piece;
  try {
    for (bool end = false; !end;) {
      piece.resize(std::min<uint64_t>(kPieceBytes, source.size()));
      size_t filled = 0;
      while (filled < piece.size()) {
        const size_t count = source.read(piece.data() + filled, piece.size() - filled);
        if (count == 0) break;
        filled += count;
      }
      end = filled < piece.size() || filled == 0;
      if (filled == 0) break;
      const std::string_view bytes = std::string_view(piece).substr(0, filled);
      show(bytes, see);
      list.push_back({objects_.put(bytes), filled});
    }
  } catch (...) {
    discard(list);
    throw;
  }
  return list;
}

std::unique_ptr<ByteSource> Blobs::read(const BlobList& list, uint64_t offset, uint64_t length,
                                        std::shared_ptr<Hold> held) {
  return std::make_unique<ListSource>(objects_, list, offset, length, std::move(held));
}

void Blobs::discard(const BlobList& list) noexcept {
  for (const BlobPiece& blob : list) {
    {
      const std::lock_guard lock(mutex_);
      if (held_.contains(blob.id)) {
        discarded_.insert(blob.id);
        continue;
      }
    }
    remove(blob.id);
  }
}

void Blobs::remove(const std::string& id) noexcept {
  try {
    objects_.remove(id);
  } catch (const std::exception& error) {
    logging::warning("s3: blob {} stays until the next start: {}", id, error.what());
  }
}

uint64_t total_size(const BlobList& list) {
  uint64_t size = 0;
  for (const BlobPiece& blob : list) size += blob.size;
  return size;
}

}  // namespace standpipe::s3
