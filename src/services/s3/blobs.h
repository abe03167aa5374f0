// The bytes of objects: writing bodies as blobs, reading them back as one stream, and letting go of them no earlier
// than their last reader. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "aws/types.h"
#include "base/byte_source.h"
#include "objects/objects.h"
#include "services/s3/stored_object.h"

namespace standpipe::s3 {

class Blobs : public std::enable_shared_from_this<Blobs> {
 public:
  explicit Blobs(Objects& objects) : objects_(objects) {}

  // While it lives, the blobs that it was made for are not removed from the engine.
  class Hold {
   public:
    Hold(std::shared_ptr<Blobs> blobs, BlobList list);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    std::shared_ptr<Blobs> blobs_;
    BlobList list_;
  };
  std::shared_ptr<Hold> hold(const BlobList& list) { return std::make_shared<Hold>(shared_from_this(), list); }

  // Durable when it returns. Bodies that are not in memory or mapped are cut into pieces. `see` is shown every byte
  // once, in order.
  BlobList write(const aws::Stream& body, const std::function<void(std::string_view)>& see);
  BlobList write(ByteSource& source, const std::function<void(std::string_view)>& see);

  // [offset, offset + length) of the bytes that `list` holds; keeps `held` until it is read or dropped.
  std::unique_ptr<ByteSource> read(const BlobList& list, uint64_t offset, uint64_t length,
                                   std::shared_ptr<Hold> held = nullptr);

  // Removes blobs that metadata names no more; never throws (what stays is swept at the next start).
  void discard(const BlobList& list) noexcept;

  Objects& engine() { return objects_; }

 private:
  void remove(const std::string& id) noexcept;

  Objects& objects_;
  std::mutex mutex_;  // guards the two below
  std::map<std::string, int> held_;
  std::set<std::string> discarded_;  // while held
};

uint64_t total_size(const BlobList& list);

}  // namespace standpipe::s3
