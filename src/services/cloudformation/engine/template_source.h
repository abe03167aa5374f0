// Templates that are given by URL: an object in S3, read in process as whoever makes the stack.
#pragma once

#include <string>

#include "aws/caller.h"

namespace standpipe::cloudformation {

inline constexpr size_t kTemplateBodyMax = 51'200;
inline constexpr size_t kTemplateObjectMax = 1 << 20;

struct ObjectAddress {
  std::string bucket, key, version;
};

// Throws TemplateError for what is no URL of S3 or of this server.
ObjectAddress parse_template_url(const std::string& url);

// Throws TemplateError with S3's answer if there is none.
std::string fetch_template(const aws::Calls& calls, const std::string& url);

}  // namespace standpipe::cloudformation
