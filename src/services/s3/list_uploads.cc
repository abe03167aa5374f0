// ListMultipartUploads and ListParts.
#include "base/bytes.h"
#include "services/s3/body.h"
#include "services/s3/listing.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

constexpr size_t kScanBatch = 200;
constexpr char kBehind = '\xff';

// Where a listing of uploads goes on.
std::string upload_cursor(const ListMultipartUploadsInput& input) {
  const std::string key = input.key_marker.value_or("");
  if (key.empty()) return {};
  const std::string base = uploads_prefix(input.bucket) + hex_encode(key);
  const std::string prefix = input.prefix.value_or("");
  if (common_prefix(key, prefix, input.delimiter.value_or("")) == key) return base + kBehind;
  const std::string id = input.upload_id_marker.value_or("");
  return base + "/" + (id.empty() ? std::string(1, kBehind) : id);
}

MultipartUpload describe(const StoredUpload& stored, const Encoder& encode, const std::string& owner) {
  MultipartUpload upload;
  upload.upload_id = stored.id;
  upload.key = encode(stored.key);
  upload.initiated = stored.initiated;
  upload.storage_class = "STANDARD";
  upload.owner = Owner{.id = owner};
  upload.initiator = Initiator{.id = stored.initiator};
  if (stored.checksum_asked) {
    upload.checksum_algorithm = stored.checksum_algorithm;
    upload.checksum_type = stored.checksum_type;
  }
  return upload;
}

Part describe(const StoredPart& stored, bool with_checksum) {
  Part part;
  part.part_number = stored.number;
  part.last_modified = stored.modified;
  part.etag = quoted(stored.etag);
  part.size = static_cast<int64_t>(stored.size);
  if (with_checksum) put_checksum(part, stored.checksum);
  return part;
}

}  // namespace

ListMultipartUploadsOutput S3::list_multipart_uploads(const aws::Request& request,
                                                      const ListMultipartUploadsInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  const Encoder encode(input.encoding_type);
  const size_t count_max = read_count(input.max_uploads, "max-uploads");
  const std::string prefix = input.prefix.value_or("");
  ListMultipartUploadsOutput output{.uploads = {{}}, .common_prefixes = {{}}};
  output.bucket = input.bucket;
  output.key_marker = encode(input.key_marker.value_or(""));
  output.upload_id_marker = input.upload_id_marker.value_or("");
  output.prefix = encode(prefix);
  output.delimiter = encode(input.delimiter);
  output.max_uploads = static_cast<int32_t>(count_max);
  output.encoding_type = input.encoding_type;
  output.is_truncated = false;
  const std::string base = uploads_prefix(input.bucket);
  std::string cursor = upload_cursor(input);
  std::string last_key, last_id;
  while (count_max > 0) {
    const std::vector<Document> batch = metadata_.scan(base + hex_encode(prefix), cursor, kScanBatch);
    bool jumped = false;
    for (const Document& document : batch) {
      if (output.uploads->size() + output.common_prefixes->size() == count_max) {
        output.is_truncated = true;
        output.next_key_marker = encode(last_key);
        output.next_upload_id_marker = last_id;
        return output;
      }
      const StoredUpload stored = parse_upload(document.value);
      if (const auto rolled_up = common_prefix(stored.key, prefix, input.delimiter.value_or(""))) {
        output.common_prefixes->push_back({.prefix = encode(*rolled_up)});
        last_key = *rolled_up;
        last_id.clear();
        cursor = base + hex_encode(*rolled_up) + kBehind;
        jumped = true;
        break;
      }
      output.uploads->push_back(describe(stored, encode, owner_id(request.account)));
      last_key = stored.key;
      last_id = stored.id;
      cursor = document.key;
    }
    if (!jumped && batch.size() < kScanBatch) break;
  }
  return output;
}

ListPartsOutput S3::list_parts(const aws::Request& request, const ListPartsInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  refuse_unsupported(input);
  const StoredUpload target = upload(input.bucket, input.key, input.upload_id);
  const size_t count_max = read_count(input.max_parts, "max-parts");
  const int marker = std::max(input.part_number_marker.value_or(0), 0);
  const std::vector<Document> documents =
      metadata_.scan(parts_prefix(target.id), part_key(target.id, std::min(marker, 99'999)), count_max + 1);
  ListPartsOutput output{.parts = {{}}};
  output.bucket = input.bucket;
  output.key = input.key;
  output.upload_id = target.id;
  output.part_number_marker = marker;
  output.max_parts = static_cast<int32_t>(count_max);
  output.is_truncated = documents.size() > count_max;
  output.initiator = Initiator{.id = target.initiator};
  output.owner = Owner{.id = owner_id(request.account)};
  output.storage_class = "STANDARD";
  if (target.checksum_asked) {
    output.checksum_algorithm = target.checksum_algorithm;
    output.checksum_type = target.checksum_type;
  }
  for (size_t i = 0; i < std::min(count_max, documents.size()); ++i) {
    output.parts->push_back(describe(parse_part(documents[i].value), target.checksum_asked));
  }
  if (!output.parts->empty()) output.next_part_number_marker = output.parts->back().part_number;
  return output;
}

}  // namespace standpipe::s3
