// C++ types of model shapes that have no standard one. Strings are std::string (enums too), timestamps Timestamp,
// integers int32_t, longs int64_t, lists std::vector, maps std::map, documents json::Value.
#pragma once

#include <string>

#include "base/byte_source.h"
#include "base/json.h"
#include "net/http.h"

namespace standpipe::aws {

struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};

// A streaming payload: in inputs the request's body (spooled to disk if large), in outputs a source that is sent as it
// is read. In-process callers see the same.
struct Stream {
  net::Body body;
  std::shared_ptr<ByteSource> source;
};

}  // namespace standpipe::aws
