#include "services/s3/body.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/digest.h"

namespace standpipe::s3 {
namespace {

constexpr size_t kKeyBytesMax = 1024;
constexpr size_t kMetadataBytesMax = 2048;
constexpr std::string_view kChecksumHeader = "x-amz-checksum-";

std::string header_of(const std::string& algorithm) { return std::string(kChecksumHeader) + to_lower(algorithm); }

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

}  // namespace

aws::Error not_implemented(const std::string& header) {
  return NotImplemented("A header you provided implies functionality that is not implemented").with("Header", header);
}

void check_checksum_headers(const GivenChecksums& given) {
  if (given.size() > 1) {
    throw InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  }
  for (const auto& [algorithm, value] : given) {
    if (!checksum_supported(algorithm)) throw not_implemented(header_of(algorithm));
    const std::optional<std::string> raw = base64_decode(value);
    if (!raw || raw->size() != checksum_size(algorithm)) {
      throw InvalidRequest("Value for " + header_of(algorithm) + " header is invalid.");
    }
  }
}

WantedDigests wanted_digests(const aws::Request& request, const GivenChecksums& given_in_headers,
                             const std::optional<std::string>& content_md5,
                             const std::optional<std::string>& sdk_algorithm) {
  GivenChecksums given = given_in_headers;
  if (request.http != nullptr) {
    for (const auto& [name, value] : request.http->trailers.entries()) {
      const std::string lower = to_lower(name);
      if (!lower.starts_with(kChecksumHeader)) continue;
      given[upper(lower.substr(kChecksumHeader.size()))] = std::string(trim(value));
    }
  }
  check_checksum_headers(given);
  WantedDigests wanted;
  if (!given.empty()) {
    wanted.algorithm = given.begin()->first;
    wanted.expected = given.begin()->second;
  } else if (sdk_algorithm) {
    // A caller in this process may leave the computing to us.
    if (request.http != nullptr) {
      throw InvalidRequest(
          "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were "
          "found.");
    }
    wanted.algorithm = *sdk_algorithm;
  }
  if (!wanted.algorithm.empty() && !checksum_supported(wanted.algorithm))
    throw not_implemented(header_of(wanted.algorithm));
  if (content_md5) {
    const std::optional<std::string> raw = base64_decode(*content_md5);
    if (!raw || raw->size() != 16) {
      throw InvalidDigest("The Content-MD5 you specified was invalid.").with("Content-MD5", *content_md5);
    }
    wanted.content_md5 = *raw;
  }
  return wanted;
}

BodyDigests::BodyDigests(std::string_view algorithm)
    : md5_("MD5"), digest_(algorithm.empty() ? kDefaultChecksum : algorithm) {
  checksum_.algorithm = algorithm.empty() ? kDefaultChecksum : algorithm;
}

void BodyDigests::add(std::string_view bytes) {
  md5_.add(bytes);
  digest_.add(bytes);
}

void BodyDigests::finish(const WantedDigests& wanted) {
  md5_value_ = md5_.finish();
  checksum_.value = base64_encode(digest_.finish());
  if (!wanted.content_md5.empty() && wanted.content_md5 != md5_value_) {
    throw BadDigest("The Content-MD5 you specified did not match what we received.")
        .with("ExpectedDigest", hex_encode(wanted.content_md5))
        .with("CalculatedDigest", base64_encode(md5_value_));
  }
  if (wanted.expected && *wanted.expected != checksum_.value) {
    throw BadDigest("The " + checksum_.algorithm + " you specified did not match the calculated checksum.");
  }
}

void check_metadata(const Description& description) {
  size_t size = 0;
  for (const auto& [name, value] : description.metadata) size += name.size() + value.size();
  if (size <= kMetadataBytesMax) return;
  throw MetadataTooLarge("Your metadata headers exceed the maximum allowed metadata size")
      .with("Size", std::to_string(size))
      .with("MaxSizeAllowed", std::to_string(kMetadataBytesMax));
}

std::string without_aws_chunked(const std::string& content_encoding) {
  std::vector<std::string> codings;
  for (const std::string& coding : split(content_encoding, ',')) {
    const std::string_view name = trim(coding);
    if (!name.empty() && !equal_ignoring_case(name, "aws-chunked")) codings.emplace_back(name);
  }
  return join(codings, ",");
}

void check_key(const std::string& key) {
  if (key.size() > kKeyBytesMax) {
    throw KeyTooLongError("Your key is too long")
        .with("Size", std::to_string(key.size()))
        .with("MaxSizeAllowed", std::to_string(kKeyBytesMax));
  }
  if (key.empty() || !valid_utf8(key) || key.find('\0') != std::string::npos) {
    throw InvalidURI("Couldn't parse the specified URI.");
  }
}

void check_version(const std::optional<std::string>& version_id) {
  if (!version_id || *version_id == "null") return;
  throw InvalidArgument("Invalid version id specified")
      .with("ArgumentName", "versionId")
      .with("ArgumentValue", *version_id);
}

std::string unquoted(std::string_view etag) {
  etag = trim(etag);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

}  // namespace standpipe::s3
