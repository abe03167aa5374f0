// What a request says about an object beside its bytes: checksums to verify, header fields to keep, and what this
// server does not do. Templates, because a dozen generated inputs and outputs have these members in common.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "aws/request.h"
#include "generated/s3.h"
#include "services/s3/stored_object.h"

namespace standpipe::s3 {

// "A header you provided implies functionality that is not implemented", naming it.
aws::Error not_implemented(const std::string& header);

// Which checksums the client sent (header or trailer) or asked for.
struct WantedDigests {
  std::string content_md5;              // raw, or empty
  std::string algorithm;                // of the checksum; empty: the client named none
  std::optional<std::string> expected;  // its base64
};
using GivenChecksums = std::map<std::string, std::string>;  // algorithm → base64
// Throws InvalidRequest, InvalidDigest or NotImplemented. `sdk_algorithm` is x-amz-sdk-checksum-algorithm.
WantedDigests wanted_digests(const aws::Request& request, const GivenChecksums& given,
                             const std::optional<std::string>& content_md5,
                             const std::optional<std::string>& sdk_algorithm);

// Runs along a body: its MD5 and one checksum.
class BodyDigests {
 public:
  explicit BodyDigests(std::string_view algorithm);
  void add(std::string_view bytes);
  // Throws BadDigest if something differs from what the client sent.
  void finish(const WantedDigests& wanted);
  const std::string& md5() const { return md5_value_; }  // raw
  const Checksum& checksum() const { return checksum_; }
  const std::string& algorithm() const { return checksum_.algorithm; }

 private:
  Digest md5_, digest_;
  std::string md5_value_;
  Checksum checksum_;
};

void check_checksum_headers(const GivenChecksums& given);

template <class Input>
GivenChecksums given_checksums(const Input& input) {
  GivenChecksums given;
  const auto take = [&](const char* algorithm, const std::optional<std::string>& value) {
    if (value) given[algorithm] = *value;
  };
  take("CRC32", input.checksum_crc32);
  take("CRC32C", input.checksum_crc32c);
  take("CRC64NVME", input.checksum_crc64nvme);
  take("SHA1", input.checksum_sha1);
  take("SHA256", input.checksum_sha256);
  take("SHA512", input.checksum_sha512);
  take("MD5", input.checksum_md5);
  take("XXHASH64", input.checksum_xxhash64);
  take("XXHASH3", input.checksum_xxhash3);
  take("XXHASH128", input.checksum_xxhash128);
  return given;
}

template <class Output>
void put_checksum(Output& output, const Checksum& checksum) {
  if constexpr (requires { output.checksum_type; }) output.checksum_type = checksum.type;
  if (checksum.algorithm == "CRC32") output.checksum_crc32 = checksum.value;
  if (checksum.algorithm == "CRC32C") output.checksum_crc32c = checksum.value;
  if (checksum.algorithm == "CRC64NVME") output.checksum_crc64nvme = checksum.value;
  if (checksum.algorithm == "SHA1") output.checksum_sha1 = checksum.value;
  if (checksum.algorithm == "SHA256") output.checksum_sha256 = checksum.value;
  if (checksum.algorithm == "SHA512") output.checksum_sha512 = checksum.value;
  if (checksum.algorithm == "MD5") output.checksum_md5 = checksum.value;
}

// Throws MetadataTooLarge.
void check_metadata(const Description& description);
std::string without_aws_chunked(const std::string& content_encoding);

template <class Input>
Description describe(const Input& input) {
  Description description;
  description.cache_control = input.cache_control.value_or("");
  description.content_disposition = input.content_disposition.value_or("");
  description.content_encoding = without_aws_chunked(input.content_encoding.value_or(""));
  description.content_language = input.content_language.value_or("");
  description.content_type = input.content_type.value_or("");
  description.expires = input.expires.value_or("");
  description.encryption = input.server_side_encryption.value_or("");
  if (input.metadata) description.metadata = *input.metadata;
  check_metadata(description);
  return description;
}

template <class Output>
void put_encryption(Output& output, const Description& description) {
  if (!description.encryption.empty()) output.server_side_encryption = description.encryption;
}

// Members that ask for what this server does not do, refused by the name of their header.
template <class Input>
void refuse_unsupported(const Input& input) {
  const auto refuse = [](const auto& member, const char* header) {
    if (member) throw not_implemented(header);
  };
  const auto allow = [](const std::optional<std::string>& member, std::initializer_list<std::string_view> values,
                        const char* header) {
    if (!member) return;
    for (const std::string_view value : values) {
      if (*member == value) return;
    }
    throw not_implemented(header);
  };
  if constexpr (requires { input.acl; }) allow(input.acl, {"private", "bucket-owner-full-control"}, "x-amz-acl");
  if constexpr (requires { input.grant_full_control; }) {
    refuse(input.grant_full_control, "x-amz-grant-full-control");
    refuse(input.grant_read, "x-amz-grant-read");
    refuse(input.grant_read_acp, "x-amz-grant-read-acp");
    refuse(input.grant_write_acp, "x-amz-grant-write-acp");
  }
  if constexpr (requires { input.grant_write; }) refuse(input.grant_write, "x-amz-grant-write");
  if constexpr (requires { input.server_side_encryption; }) {
    allow(input.server_side_encryption, {"AES256"}, "x-amz-server-side-encryption");
    refuse(input.sse_kms_key_id, "x-amz-server-side-encryption-aws-kms-key-id");
    refuse(input.sse_kms_encryption_context, "x-amz-server-side-encryption-context");
    if (input.bucket_key_enabled.value_or(false)) {
      throw not_implemented("x-amz-server-side-encryption-bucket-key-enabled");
    }
  }
  if constexpr (requires { input.sse_customer_algorithm; }) {
    refuse(input.sse_customer_algorithm, "x-amz-server-side-encryption-customer-algorithm");
    refuse(input.sse_customer_key, "x-amz-server-side-encryption-customer-key");
  }
  if constexpr (requires { input.copy_source_sse_customer_algorithm; }) {
    refuse(input.copy_source_sse_customer_algorithm, "x-amz-copy-source-server-side-encryption-customer-algorithm");
  }
  if constexpr (requires { input.storage_class; }) allow(input.storage_class, {"STANDARD"}, "x-amz-storage-class");
  if constexpr (requires { input.website_redirect_location; }) {
    refuse(input.website_redirect_location, "x-amz-website-redirect-location");
  }
  if constexpr (requires { input.tagging; }) refuse(input.tagging, "x-amz-tagging");
  if constexpr (requires { input.object_lock_mode; }) {
    refuse(input.object_lock_mode, "x-amz-object-lock-mode");
    refuse(input.object_lock_retain_until_date, "x-amz-object-lock-retain-until-date");
    refuse(input.object_lock_legal_hold_status, "x-amz-object-lock-legal-hold");
    refuse(input.object_lock_event_hold, "x-amz-object-lock-event-hold");
  }
  if constexpr (requires { input.write_offset_bytes; }) refuse(input.write_offset_bytes, "x-amz-write-offset-bytes");
  if constexpr (requires { input.mfa; }) refuse(input.mfa, "x-amz-mfa");
  if constexpr (requires { input.if_match_size; }) {
    refuse(input.if_match_size, "x-amz-if-match-size");
    refuse(input.if_match_last_modified_time, "x-amz-if-match-last-modified-time");
  }
}

// Keys are at most 1,024 bytes of UTF-8. Throws KeyTooLongError, InvalidURI.
void check_key(const std::string& key);
// Buckets here have no versions: only the "null" one may be named. Throws InvalidArgument.
void check_version(const std::optional<std::string>& version_id);

inline std::string quoted(const std::string& etag) { return "\"" + etag + "\""; }
std::string unquoted(std::string_view etag);

}  // namespace standpipe::s3
