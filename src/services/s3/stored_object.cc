#include "services/s3/stored_object.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/json.h"

namespace standpipe::s3 {
namespace {

// Members that are empty are left out: most objects have few of them.
void append_text(json::Object& object, const char* name, const std::string& text) {
  if (!text.empty()) object.append(name, text);
}

json::Object print(const Description& description) {
  json::Object object;
  append_text(object, "cacheControl", description.cache_control);
  append_text(object, "contentDisposition", description.content_disposition);
  append_text(object, "contentEncoding", description.content_encoding);
  append_text(object, "contentLanguage", description.content_language);
  append_text(object, "contentType", description.content_type);
  append_text(object, "expires", description.expires);
  append_text(object, "encryption", description.encryption);
  json::Object metadata;
  for (const auto& [name, value] : description.metadata) metadata.append(name, value);
  if (!metadata.empty()) object.append("metadata", std::move(metadata));
  return object;
}

Description parse_description(const json::Value& value) {
  Description description;
  description.cache_control = value.text("cacheControl");
  description.content_disposition = value.text("contentDisposition");
  description.content_encoding = value.text("contentEncoding");
  description.content_language = value.text("contentLanguage");
  description.content_type = value.text("contentType");
  description.expires = value.text("expires");
  description.encryption = value.text("encryption");
  if (const json::Value* metadata = value.find("metadata")) {
    for (const auto& [name, text] : metadata->object()) description.metadata[name] = text.string();
  }
  return description;
}

json::Object print(const Checksum& checksum) {
  return {{"algorithm", checksum.algorithm}, {"value", checksum.value}, {"type", checksum.type}};
}

Checksum parse_checksum(const json::Value& value) {
  return {value.text("algorithm"), value.text("value"), value.text("type")};
}

json::Array print(const BlobList& blobs) {
  json::Array array;
  for (const BlobPiece& blob : blobs) array.push_back(json::Array{blob.id, static_cast<int64_t>(blob.size)});
  return array;
}

BlobList parse_blobs(const json::Value& value) {
  BlobList blobs;
  for (const json::Value& blob : value.array()) {
    blobs.push_back({blob.array()[0].string(), static_cast<uint64_t>(blob.array()[1].integer())});
  }
  return blobs;
}

Timestamp parse_time(const json::Value& value, const char* name) { return from_epoch_ms(value.find(name)->integer()); }

uint64_t parse_size(const json::Value& value) { return static_cast<uint64_t>(value.find("size")->integer()); }

}  // namespace

std::string print_bucket(const StoredBucket& bucket) {
  return json::print(json::Object{{"name", bucket.name},
                                  {"owner", bucket.owner},
                                  {"region", bucket.region},
                                  {"created", epoch_ms(bucket.created)}});
}

StoredBucket parse_bucket(std::string_view document) {
  const json::Value value = json::parse(document);
  return {value.text("name"), value.text("owner"), value.text("region"), parse_time(value, "created")};
}

std::string print_object(const StoredObject& object) {
  json::Object value{{"key", object.key},
                     {"etag", object.etag},
                     {"size", static_cast<int64_t>(object.size)},
                     {"modified", epoch_ms(object.modified)},
                     {"description", print(object.description)},
                     {"checksum", print(object.checksum)},
                     {"blobs", print(object.blobs)}};
  if (!object.part_sizes.empty()) {
    json::Array sizes;
    for (const uint64_t size : object.part_sizes) sizes.push_back(static_cast<int64_t>(size));
    value.append("partSizes", std::move(sizes));
    value.append("uploadId", object.upload_id);
  }
  return json::print(std::move(value));
}

StoredObject parse_object(std::string_view document) {
  const json::Value value = json::parse(document);
  StoredObject object;
  object.key = value.text("key");
  object.etag = value.text("etag");
  object.size = parse_size(value);
  object.modified = parse_time(value, "modified");
  object.description = parse_description(*value.find("description"));
  object.checksum = parse_checksum(*value.find("checksum"));
  object.blobs = parse_blobs(*value.find("blobs"));
  if (const json::Value* sizes = value.find("partSizes")) {
    for (const json::Value& size : sizes->array()) object.part_sizes.push_back(static_cast<uint64_t>(size.integer()));
    object.upload_id = value.text("uploadId");
  }
  return object;
}

std::string print_upload(const StoredUpload& upload) {
  return json::print(json::Object{{"bucket", upload.bucket},
                                  {"key", upload.key},
                                  {"id", upload.id},
                                  {"initiated", epoch_ms(upload.initiated)},
                                  {"initiator", upload.initiator},
                                  {"description", print(upload.description)},
                                  {"checksumAlgorithm", upload.checksum_algorithm},
                                  {"checksumType", upload.checksum_type},
                                  {"checksumAsked", upload.checksum_asked}});
}

StoredUpload parse_upload(std::string_view document) {
  const json::Value value = json::parse(document);
  StoredUpload upload;
  upload.bucket = value.text("bucket");
  upload.key = value.text("key");
  upload.id = value.text("id");
  upload.initiated = parse_time(value, "initiated");
  upload.initiator = value.text("initiator");
  upload.description = parse_description(*value.find("description"));
  upload.checksum_algorithm = value.text("checksumAlgorithm");
  upload.checksum_type = value.text("checksumType");
  upload.checksum_asked = value.find("checksumAsked")->boolean();
  return upload;
}

std::string print_part(const StoredPart& part) {
  return json::print(json::Object{{"number", part.number},
                                  {"etag", part.etag},
                                  {"size", static_cast<int64_t>(part.size)},
                                  {"modified", epoch_ms(part.modified)},
                                  {"checksum", print(part.checksum)},
                                  {"blobs", print(part.blobs)}});
}

StoredPart parse_part(std::string_view document) {
  const json::Value value = json::parse(document);
  StoredPart part;
  part.number = static_cast<int>(value.find("number")->integer());
  part.etag = value.text("etag");
  part.size = parse_size(value);
  part.modified = parse_time(value, "modified");
  part.checksum = parse_checksum(*value.find("checksum"));
  part.blobs = parse_blobs(*value.find("blobs"));
  return part;
}

std::string bucket_key(std::string_view bucket) { return std::string(kBuckets).append(bucket); }
std::string objects_prefix(std::string_view bucket) { return std::string(kObjects).append(bucket) + "/"; }
std::string object_key(std::string_view bucket, std::string_view key) { return objects_prefix(bucket).append(key); }
std::string uploads_prefix(std::string_view bucket) { return std::string(kUploads).append(bucket) + "/"; }
std::string upload_key(std::string_view bucket, std::string_view key, std::string_view id) {
  return uploads_prefix(bucket) + hex_encode(key) + "/" + std::string(id);
}
std::string parts_prefix(std::string_view upload_id) { return std::string(kParts).append(upload_id) + "/"; }
std::string part_key(std::string_view upload_id, int number) {
  return parts_prefix(upload_id) + fmt::format("{:05}", number);
}

std::string owner_id(std::string_view account) {
  return hex_encode(sha256("canonical user of account " + std::string(account)));
}

}  // namespace standpipe::s3
