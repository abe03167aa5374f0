// ListObjects and ListObjectsV2: keys in the order of their bytes, those with the delimiter after the prefix rolled up.
#include "base/bytes.h"
#include "services/s3/listing.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

constexpr size_t kBatchMin = 16;
constexpr size_t kBatchMax = 1000;
// Greater than every byte of UTF-8: after `prefix` + this, nothing begins with the prefix.
constexpr char kBehind = '\xff';

Object describe(const StoredObject& stored, const Encoder& encode, const std::optional<std::string>& owner) {
  Object object;
  object.key = encode(stored.key);
  object.last_modified = stored.modified;
  object.etag = quoted(stored.etag);
  object.size = static_cast<int64_t>(stored.size);
  object.storage_class = "STANDARD";
  object.checksum_algorithm = std::vector{stored.checksum.algorithm};
  object.checksum_type = stored.checksum.type;
  if (owner) object.owner = Owner{.id = *owner};
  return object;
}

template <class Output>
void fill(const Listing& listing, const Encoder& encode, const std::optional<std::string>& owner, Output& output) {
  output.is_truncated = listing.truncated;
  output.contents.emplace();
  for (const StoredObject& stored : listing.objects) output.contents->push_back(describe(stored, encode, owner));
  output.common_prefixes.emplace();
  for (const std::string& prefix : listing.prefixes) output.common_prefixes->push_back({.prefix = encode(prefix)});
}

}  // namespace

Encoder::Encoder(const std::optional<std::string>& encoding_type) : url_(encoding_type.has_value()) {
  if (encoding_type && *encoding_type != "url") {
    throw InvalidArgument("Invalid Encoding Method specified in Request")
        .with("ArgumentName", "encoding-type")
        .with("ArgumentValue", *encoding_type);
  }
}

std::string Encoder::operator()(const std::string& text) const { return url_ ? uri_encode(text, true) : text; }

std::optional<std::string> Encoder::operator()(const std::optional<std::string>& text) const {
  return text ? std::optional((*this)(*text)) : std::nullopt;
}

size_t read_count(const std::optional<int32_t>& count, const char* argument) {
  if (!count) return kPageMax;
  if (*count < 0) {
    throw InvalidArgument("Argument " + std::string(argument) + " must be an integer between 0 and 2147483647")
        .with("ArgumentName", argument)
        .with("ArgumentValue", std::to_string(*count));
  }
  return std::min(static_cast<size_t>(*count), kPageMax);
}

std::optional<std::string> common_prefix(std::string_view key, std::string_view prefix, std::string_view delimiter) {
  if (delimiter.empty()) return std::nullopt;
  const size_t at = key.find(delimiter, prefix.size());
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(key.substr(0, at + delimiter.size()));
}

Listing list_keys(Metadata& metadata, const std::string& bucket, const ListingRequest& request) {
  Listing listing;
  if (request.count_max == 0) return listing;
  const std::string base = objects_prefix(bucket);
  std::string cursor;
  if (!request.after.empty()) {
    cursor = base + request.after;
    if (common_prefix(request.after, request.prefix, request.delimiter) == request.after) cursor += kBehind;
  }
  size_t batch_size = std::min(request.count_max + 1, kBatchMax);
  while (true) {
    const std::vector<Document> batch = metadata.scan(base + request.prefix, cursor, batch_size);
    bool jumped = false;
    for (const Document& document : batch) {
      const std::string_view key = std::string_view(document.key).substr(base.size());
      if (listing.objects.size() + listing.prefixes.size() == request.count_max) {
        listing.truncated = true;
        return listing;
      }
      if (const auto rolled_up = common_prefix(key, request.prefix, request.delimiter)) {
        listing.prefixes.push_back(*rolled_up);
        listing.last = *rolled_up;
        cursor = base + *rolled_up + kBehind;
        jumped = true;
        break;
      }
      listing.objects.push_back(parse_object(document.value));
      listing.last = key;
      cursor = document.key;
    }
    if (!jumped && batch.size() < batch_size) return listing;
    // Where prefixes follow each other, most of a large batch would be read for nothing.
    batch_size = jumped ? kBatchMin : std::min(batch_size * 2, kBatchMax);
  }
}

ListObjectsOutput S3::list_objects(const aws::Request& request, const ListObjectsInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  const Encoder encode(input.encoding_type);
  const size_t count_max = read_count(input.max_keys, "maxKeys");
  const Listing listing = list_keys(metadata_, input.bucket,
                                    {.prefix = input.prefix.value_or(""),
                                     .delimiter = input.delimiter.value_or(""),
                                     .after = input.marker.value_or(""),
                                     .count_max = count_max});
  ListObjectsOutput output;
  fill(listing, encode, owner_id(request.account), output);
  output.name = input.bucket;
  output.prefix = encode(input.prefix.value_or(""));
  output.marker = encode(input.marker.value_or(""));
  output.max_keys = static_cast<int32_t>(count_max);
  output.delimiter = encode(input.delimiter);
  output.encoding_type = input.encoding_type;
  // Without a delimiter the last key serves, and AWS says nothing.
  if (listing.truncated && !input.delimiter.value_or("").empty()) output.next_marker = encode(listing.last);
  return output;
}

ListObjectsV2Output S3::list_objects_v2(const aws::Request& request, const ListObjectsV2Input& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  const Encoder encode(input.encoding_type);
  const size_t count_max = read_count(input.max_keys, "maxKeys");
  std::string after = input.start_after.value_or("");
  if (input.continuation_token) {
    const std::optional<std::string> key = base64_decode(*input.continuation_token);
    if (!key || key->empty()) {
      throw InvalidArgument("The continuation token provided is incorrect").with("ArgumentName", "continuation-token");
    }
    after = *key;
  }
  const Listing listing = list_keys(metadata_, input.bucket,
                                    {.prefix = input.prefix.value_or(""),
                                     .delimiter = input.delimiter.value_or(""),
                                     .after = after,
                                     .count_max = count_max});
  ListObjectsV2Output output;
  fill(listing, encode, input.fetch_owner.value_or(false) ? std::optional(owner_id(request.account)) : std::nullopt,
       output);
  output.name = input.bucket;
  output.prefix = encode(input.prefix.value_or(""));
  output.max_keys = static_cast<int32_t>(count_max);
  output.delimiter = encode(input.delimiter);
  output.encoding_type = input.encoding_type;
  output.key_count = static_cast<int32_t>(listing.objects.size() + listing.prefixes.size());
  output.continuation_token = input.continuation_token;
  output.start_after = encode(input.start_after);
  if (listing.truncated) output.next_continuation_token = base64_encode(listing.last);
  return output;
}

}  // namespace standpipe::s3
