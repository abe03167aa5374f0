#include "services/cloudformation/engine/template_source.h"

#include <fmt/core.h>

#include "base/bytes.h"
#include "generated/s3.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

constexpr std::string_view kAmazon = ".amazonaws.com";

// "s3", "s3.<region>", "s3-<region>", "s3.dualstack.<region>": an endpoint of S3 without ".amazonaws.com".
bool is_s3_endpoint(std::string_view name) {
  if (name == "s3") return true;
  if (!name.starts_with("s3.") && !name.starts_with("s3-")) return false;
  return name.find('.', 3) == std::string_view::npos || name.starts_with("s3.dualstack.");
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]";
}

// The bucket that the host names; empty if the path does; nullopt if this is no host of S3.
std::optional<std::string> bucket_of_host(const std::string& host) {
  if (is_this_machine(host)) return std::string();
  if (!host.ends_with(kAmazon)) return std::nullopt;
  const std::string name = host.substr(0, host.size() - kAmazon.size());
  if (is_s3_endpoint(name)) return std::string();
  // A bucket's name may have dots itself: the endpoint is the shortest end of the name that is one.
  for (size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0; dot = name.rfind('.', dot - 1)) {
    if (is_s3_endpoint(std::string_view(name).substr(dot + 1))) return name.substr(0, dot);
  }
  return std::nullopt;
}

std::string read_body(const aws::Stream& stream) {
  if (stream.source == nullptr) return std::string(stream.body.view());
  std::string body;
  char buffer[16 * 1024];
  while (const size_t count = stream.source->read(buffer, sizeof buffer)) {
    body.append(buffer, count);
    if (body.size() > kTemplateObjectMax) break;
  }
  return body;
}

}  // namespace

ObjectAddress parse_template_url(const std::string& url) {
  const size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0) throw TemplateError("TemplateURL must be a supported URL.");
  const std::string rest = url.substr(scheme, url.find('#') == std::string::npos ? url.npos : url.find('#') - scheme);
  const std::string query = rest.find('?') == std::string::npos ? "" : rest.substr(rest.find('?') + 1);
  const std::string place = rest.substr(0, rest.find('?'));
  const size_t slash = place.find('/');
  const std::string authority = to_lower(place.substr(0, slash));
  const size_t port = authority.rfind(':');
  const bool has_port = port != std::string::npos && authority.find(']', port) == std::string::npos;
  const std::string host = has_port ? authority.substr(0, port) : authority;
  const auto path = slash == std::string::npos ? std::string() : uri_decode(place.substr(slash + 1));
  const auto bucket = bucket_of_host(host);
  if (!bucket) throw TemplateError(fmt::format("S3 error: Domain name specified in {} is not a valid S3 domain", host));
  if (!path) throw TemplateError("TemplateURL must be a supported URL.");
  ObjectAddress address{*bucket, *path, ""};
  if (bucket->empty()) {
    address.bucket = path->substr(0, path->find('/'));
    address.key = path->find('/') == std::string::npos ? "" : path->substr(path->find('/') + 1);
  }
  if (address.bucket.empty() || address.key.empty()) {
    throw TemplateError("TemplateURL must reference a valid S3 object to which you have access.");
  }
  for (const std::string& pair : split(query, '&')) {
    if (pair.starts_with("versionId=")) address.version = pair.substr(10);
  }
  return address;
}

std::string fetch_template(const aws::Calls& calls, const std::string& url) {
  const ObjectAddress address = parse_template_url(url);
  s3::GetObjectInput input{.bucket = address.bucket, .key = address.key};
  if (!address.version.empty()) input.version_id = address.version;
  std::string text;
  try {
    const s3::GetObjectOutput output = calls.call(input);
    if (output.body) text = read_body(*output.body);
  } catch (const aws::Error& error) {
    const std::string message = error.code == "AccessDenied" ? "Access Denied" : error.what();
    throw TemplateError(
        fmt::format("S3 error: {}\nFor more information check "
                    "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
                    message));
  }
  if (text.size() > kTemplateObjectMax) {
    throw TemplateError(fmt::format("Template may not exceed {} bytes in size.", kTemplateObjectMax));
  }
  return text;
}

}  // namespace standpipe::cloudformation
