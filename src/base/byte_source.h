// A body that is read once from front to back without being held in memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace standpipe {

// Used by one thread at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual uint64_t size() const = 0;  // bytes from the beginning to the end, known in advance
  // Up to `capacity` bytes; 0 only at the end. Throws std::system_error or CorruptData.
  virtual size_t read(char* into, size_t capacity) = 0;
};

}  // namespace standpipe
