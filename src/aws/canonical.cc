// Canonical form of a request: what both sides hash. S3 encodes the path once and leaves it alone; every other service
// normalises it and encodes what was received once more.
#include <algorithm>

#include "aws/signature.h"
#include "base/bytes.h"
#include "base/digest.h"

namespace standpipe::aws {
namespace {

std::string normalized_path(std::string_view path) {
  std::vector<std::string> kept;
  for (std::string& part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else {
      kept.push_back(std::move(part));
    }
  }
  std::string out = "/" + join(kept, "/");
  if (!kept.empty() && path.ends_with('/')) out += '/';
  return out;
}

std::string canonical_path(std::string_view path, bool s3) {
  if (!s3) return uri_encode(normalized_path(path), true);
  const auto decoded = uri_decode(path);
  return uri_encode(decoded ? *decoded : std::string(path), true);
}

std::string canonical_query(std::string_view query, bool presigned) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (query.empty()) return {};
  for (const std::string& part : split(query, '&')) {
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    const std::string name = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    const std::string plain = uri_decode(name).value_or(name);
    if (presigned && plain == "X-Amz-Signature") continue;
    pairs.emplace_back(uri_encode(plain), uri_encode(uri_decode(value).value_or(value)));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += name + "=" + value;
  }
  return out;
}

std::string folded(std::string_view value) {
  std::string out;
  for (const char c : trim(value)) {
    if ((c == ' ' || c == '\t') && !out.empty() && out.back() == ' ') continue;
    out += c == '\t' ? ' ' : c;
  }
  return out;
}

}  // namespace

std::string canonical_request(const net::Request& http, const SignatureParts& parts, bool s3, std::string_view host,
                              std::string_view payload_hash) {
  std::string out = http.method + "\n" + canonical_path(http.path(), s3) + "\n" +
                    canonical_query(http.query(), parts.presigned) + "\n";
  for (const std::string& name : parts.signed_headers) {
    out += name + ":";
    if (name == "host" || name == ":authority") {
      out += host;
    } else {
      bool first = true;
      for (const auto& [sent, value] : http.headers.entries()) {
        if (!equal_ignoring_case(sent, name)) continue;
        if (!first) out += ',';
        first = false;
        out += folded(value);
      }
    }
    out += '\n';
  }
  out += "\n" + join(parts.signed_headers, ";") + "\n";
  out += payload_hash;
  return out;
}

std::string string_to_sign(const SignatureParts& parts, std::string_view canonical) {
  return "AWS4-HMAC-SHA256\n" + parts.timestamp + "\n" + parts.scope() + "\n" + hex_encode(sha256(canonical));
}

std::string signing_key(std::string_view secret, const SignatureParts& parts) {
  std::string key = hmac_sha256("AWS4" + std::string(secret), parts.date);
  key = hmac_sha256(key, parts.region);
  key = hmac_sha256(key, parts.service);
  return hmac_sha256(key, parts.terminator);
}

}  // namespace standpipe::aws
