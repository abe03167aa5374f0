// Immutable blobs of any size under ids that the engine chooses (keys never reach the file system). Buckets, keys,
// multipart uploads and listings are the S3 service's, in metadata: an object is a list of blobs.
//
// Thread-safe. A blob is durable when `put` returns. A crash between `put` and the metadata that names the blob leaves
// an orphan; the service removes those it does not know at start (`list`).
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.h"

namespace standpipe {

struct BlobMissing : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Objects {
 public:
  virtual ~Objects() = default;
  virtual std::string put(std::string_view bytes) = 0;  // → id: [a-z0-9]{32}
  // [offset, offset + length) of the blob; must lie within it. Reading goes on after a concurrent remove.
  virtual std::unique_ptr<ByteSource> read(const std::string& id, uint64_t offset, uint64_t length) = 0;
  virtual void remove(const std::string& id) = 0;  // absent ids are fine
  virtual std::vector<std::string> list() = 0;
};

}  // namespace standpipe
