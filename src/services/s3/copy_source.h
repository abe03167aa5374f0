// x-amz-copy-source: "/bucket/key", URL-encoded, with an optional version.
#pragma once

#include <string>

namespace standpipe::s3 {

struct CopySource {
  std::string bucket, key;
};

// Throws InvalidArgument, NotImplemented (access points).
CopySource parse_copy_source(const std::string& text);

}  // namespace standpipe::s3
