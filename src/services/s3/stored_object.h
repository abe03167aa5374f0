// Buckets, objects, uploads and parts as they are kept in metadata, and their keys. Bucket names are global, so are
// keys:
//
//   -/-/s3/bucket/<bucket>                          owner, region
//   -/-/s3/object/<bucket>/<key>                    an object: what describes it and the blobs that hold its bytes
//   -/-/s3/upload/<bucket>/<hex of key>/<id>        a multipart upload in progress (hex keeps the order of keys)
//   -/-/s3/part/<upload id>/<five digits>           a part of it
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "services/s3/checksum.h"

namespace standpipe::s3 {

struct StoredBucket {
  std::string name, owner, region;  // owner: account id
  Timestamp created{};
};

struct BlobPiece {
  std::string id;
  uint64_t size = 0;
};
using BlobList = std::vector<BlobPiece>;

// Header fields that a client gives and gets back.
struct Description {
  std::string cache_control, content_disposition, content_encoding, content_language, content_type, expires;
  std::string encryption;  // "AES256" if the client asked for it
  std::map<std::string, std::string> metadata;
};

struct StoredObject {
  std::string key;
  std::string etag;  // without quotes
  uint64_t size = 0;
  Timestamp modified{};
  Description description;
  Checksum checksum;
  BlobList blobs;
  std::vector<uint64_t> part_sizes;  // of a multipart object
  std::string upload_id;             // likewise: completing twice answers the same
};

struct StoredUpload {
  std::string bucket, key, id;
  Timestamp initiated{};
  std::string initiator;  // ARN
  Description description;
  std::string checksum_algorithm, checksum_type;
  bool checksum_asked = false;  // by the client, not the default
};

struct StoredPart {
  int number = 0;
  std::string etag;
  uint64_t size = 0;
  Timestamp modified{};
  Checksum checksum;
  BlobList blobs;
};

std::string print_bucket(const StoredBucket& bucket);
StoredBucket parse_bucket(std::string_view document);
std::string print_object(const StoredObject& object);
StoredObject parse_object(std::string_view document);
std::string print_upload(const StoredUpload& upload);
StoredUpload parse_upload(std::string_view document);
std::string print_part(const StoredPart& part);
StoredPart parse_part(std::string_view document);

inline constexpr std::string_view kBuckets = "-/-/s3/bucket/";
inline constexpr std::string_view kObjects = "-/-/s3/object/";
inline constexpr std::string_view kUploads = "-/-/s3/upload/";
inline constexpr std::string_view kParts = "-/-/s3/part/";

std::string bucket_key(std::string_view bucket);
std::string objects_prefix(std::string_view bucket);
std::string object_key(std::string_view bucket, std::string_view key);
std::string uploads_prefix(std::string_view bucket);
std::string upload_key(std::string_view bucket, std::string_view key, std::string_view id);
std::string parts_prefix(std::string_view upload_id);
std::string part_key(std::string_view upload_id, int number);

// The canonical user id that stands for an account in listings: 64 hexadecimal digits.
std::string owner_id(std::string_view account);

}  // namespace standpipe::s3
