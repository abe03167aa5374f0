// Bytes came back from the disk, but not the ones that were written: a checksum or a frame is wrong.
#pragma once

#include <stdexcept>

namespace standpipe {

struct CorruptData : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace standpipe
