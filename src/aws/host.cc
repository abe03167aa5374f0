#include "aws/host.h"

#include <vector>

#include "base/bytes.h"

namespace standpipe::aws {
namespace {

constexpr std::string_view kSuffixes[] = {".amazonaws.com", ".api.aws"};

bool is_region(std::string_view label) {
  // "ap-northeast-1": letters, dashes, and a digit at the end.
  return label.size() >= 9 && label.find('-') != std::string_view::npos && label.back() >= '0' && label.back() <= '9';
}

// `labels[0, s3)` are the bucket, which may have dots of its own.
HostName s3_host(const std::vector<std::string>& labels, size_t s3) {
  HostName name{"s3", "", ""};
  std::vector<std::string> bucket(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(s3));
  name.bucket = join(bucket, ".");
  if (labels[s3].starts_with("s3-")) {
    name.region = labels[s3].substr(3);
  } else {
    for (size_t i = s3 + 1; i < labels.size(); ++i) {
      if (is_region(labels[i])) name.region = labels[i];
    }
  }
  return name;
}

}  // namespace

HostName parse_host(std::string_view host) {
  std::string_view rest;
  for (const std::string_view suffix : kSuffixes) {
    if (host.ends_with(suffix)) rest = host.substr(0, host.size() - suffix.size());
  }
  if (rest.empty()) {
    // A local server's virtual hosts: bucket.s3.localhost, s3.localhost.
    constexpr std::string_view kLocal = ".localhost";
    if (!host.ends_with(kLocal)) return {};
    rest = host.substr(0, host.size() - kLocal.size());
    if (rest != "s3" && !rest.ends_with(".s3")) return {};
  }
  const std::vector<std::string> labels = split(rest, '.');
  for (size_t i = labels.size(); i-- > 0;) {
    const bool old_form = labels[i].starts_with("s3-") && is_region(labels[i].substr(3));
    if (labels[i] == "s3" || old_form) return s3_host(labels, i);
  }
  // kinesis.region, 123456789012.data-kinesis.region, prefix.suffix.control-kinesis.region, iam
  HostName name;
  for (const std::string& label : labels) {
    if (is_region(label)) {
      name.region = label;
    } else {
      name.endpoint_prefix = label;
    }
  }
  if (name.endpoint_prefix == "data-kinesis" || name.endpoint_prefix == "control-kinesis")
    name.endpoint_prefix = "kinesis";
  return name;
}

std::optional<S3Location> parse_s3_url(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  url.remove_prefix(scheme + 3);
  const size_t slash = url.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view authority = url.substr(0, slash);
  const std::string host = to_lower(authority.substr(0, authority.rfind(':')));
  std::string_view path = url.substr(slash + 1);
  path = path.substr(0, path.find_first_of("?#"));
  const auto decoded = uri_decode(path);
  const HostName name = parse_host(host);
  if (name.endpoint_prefix != "s3" || !decoded) return std::nullopt;
  S3Location location{name.bucket, *decoded, name.region};
  if (location.bucket.empty()) {
    const size_t end = location.key.find('/');
    if (end == std::string::npos) return std::nullopt;
    location.bucket = location.key.substr(0, end);
    location.key.erase(0, end + 1);
  }
  if (location.bucket.empty() || location.key.empty()) return std::nullopt;
  return location;
}

}  // namespace standpipe::aws
