// Which service a host name stands for. AWS's names, S3's virtual hosts, and the names that clients of a local server
// use.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace standpipe::aws {

struct HostName {
  std::string endpoint_prefix;  // "kinesis", "s3", "monitoring"; empty if the name says nothing (localhost, an address)
  std::string region;           // empty if not named
  std::string bucket;           // S3 virtual hosts
};

// `host` is lower case and without port.
HostName parse_host(std::string_view host);

// The bucket and key of an S3 URL in any of its forms, nullopt if it is none:
//   https://bucket.s3.region.amazonaws.com/key · https://s3.region.amazonaws.com/bucket/key · s3-region forms
struct S3Location {
  std::string bucket, key, region;
};
std::optional<S3Location> parse_s3_url(std::string_view url);

}  // namespace standpipe::aws
