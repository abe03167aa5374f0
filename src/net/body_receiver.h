// Collects the body of a request: in memory while it is small, then in an unlinked file that the finished Body maps, so
// that large uploads do not fill the memory. Writing to the file is separate from appending, because the threads that
// read sockets must not wait for the disk. Used by one thread at a time, except that `store` may run beside `append`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "net/descriptor.h"
#include "net/http.h"

namespace standpipe::net {

class BodyReceiver {
 public:
  static constexpr size_t kMemoryMax = 1 << 20;
  static constexpr size_t kPieceBytes = 256 << 10;  // written to the file at once

  // `expected` is the announced size, 0 if unknown.
  BodyReceiver(std::filesystem::path folder, uint64_t limit, uint64_t expected);

  // False if the body is longer than the limit.
  bool append(std::string_view bytes);
  bool wants_store() const { return pending_.size() >= (stored_ > 0 ? kPieceBytes : kMemoryMax + 1); }
  std::string take();                  // what is to be stored next
  void store(std::string_view bytes);  // waits for the disk; throws std::system_error
  uint64_t received() const { return received_; }
  // Everything received. Stores what is pending of a body that is already in the file.
  Body finish();

 private:
  const std::filesystem::path folder_;
  const uint64_t limit_, expected_;
  uint64_t received_ = 0;
  uint64_t stored_ = 0;  // given away by take()
  std::string pending_;
  Descriptor file_;
};

}  // namespace standpipe::net
