// GetObject and HeadObject: the same answer with and without the bytes.
#include "services/s3/conditions.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

// The bytes that a request asks for, and whether it asked for a part of them.
struct Selection {
  ByteRange range;
  bool partial = false;
  std::optional<int32_t> parts;  // how many there are, if it asked by part number
};

template <class Input>
Selection select(const Input& input, const StoredObject& object) {
  if (input.part_number && input.range) {
    throw InvalidRequest("Cannot specify both Range header and partNumber query parameter");
  }
  Selection selection{.range = {0, object.size}};
  if (input.part_number) {
    const auto number = static_cast<size_t>(std::max(*input.part_number, 0));
    const size_t count = std::max<size_t>(object.part_sizes.size(), 1);
    if (number == 0 || number > count) {
      throw InvalidPartNumber("The requested partnumber is not satisfiable")
          .with("PartNumberRequested", std::to_string(*input.part_number))
          .with("ActualPartCount", std::to_string(count));
    }
    selection.partial = object.size != 0;
    if (object.part_sizes.empty()) return selection;
    for (size_t i = 0; i + 1 < number; ++i) selection.range.offset += object.part_sizes[i];
    selection.range.length = object.part_sizes[number - 1];
    selection.parts = static_cast<int32_t>(count);
  } else if (const std::optional<ByteRange> range = parse_range(input.range, object.size)) {
    selection.range = *range;
    selection.partial = true;
  }
  return selection;
}

std::optional<std::string> present(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

template <class Input, class Output>
void fill(const Input& input, const StoredObject& object, const Selection& selection, Output& output) {
  output.accept_ranges = "bytes";
  output.etag = quoted(object.etag);
  output.last_modified = object.modified;
  output.content_length = static_cast<int64_t>(selection.range.length);
  if (selection.partial) {
    output.content_range = "bytes " + std::to_string(selection.range.offset) + "-" +
                           std::to_string(selection.range.offset + selection.range.length - 1) + "/" +
                           std::to_string(object.size);
  }
  output.parts_count = selection.parts;
  const Description& description = object.description;
  const auto either = [](const std::optional<std::string>& asked, const std::string& stored) {
    return asked ? asked : present(stored);
  };
  output.cache_control = either(input.response_cache_control, description.cache_control);
  output.content_disposition = either(input.response_content_disposition, description.content_disposition);
  output.content_encoding = either(input.response_content_encoding, description.content_encoding);
  output.content_language = either(input.response_content_language, description.content_language);
  output.content_type = either(input.response_content_type, description.content_type);
  output.expires =
      input.response_expires ? std::optional(format_http_date(*input.response_expires)) : present(description.expires);
  if (!description.metadata.empty()) output.metadata = description.metadata;
  put_encryption(output, description);
  // The stored checksum is that of the whole.
  if (input.checksum_mode == "ENABLED" && !selection.partial) put_checksum(output, object.checksum);
}

template <class Input>
void check_request(const Input& input) {
  check_version(input.version_id);
  refuse_unsupported(input);
}

template <class Input>
ReadConditions conditions_of(const Input& input) {
  return {input.if_match, input.if_none_match, input.if_modified_since, input.if_unmodified_since, ""};
}

}  // namespace

aws::Error no_such_key(const std::string& key) {
  return NoSuchKey("The specified key does not exist.").with("Key", key);
}

void S3::refuse_missing(const aws::Request& request, const std::string& bucket_name, const std::string& key) const {
  // Who may not list the bucket may not learn from a 404 what is not in it.
  const aws::Access access{"s3:ListBucket", bucket_arn(bucket_name)};
  const aws::Decision decision = authorizer_.decide(request, access);
  if (!decision.allowed) throw AccessDenied(aws::denial_message(request.principal, access, decision));
  throw no_such_key(key);
}

S3::HeldObject S3::held_object(const aws::Request& request, const std::string& bucket_name, const std::string& key) {
  const std::string document_key = object_key(bucket_name, key);
  while (true) {
    const auto document = metadata_.get(document_key);
    if (!document) refuse_missing(request, bucket_name, key);
    HeldObject held{parse_object(document->value), nullptr};
    held.hold = blobs_->hold(held.object.blobs);
    // Unless it was replaced before the hold took, in which case its blobs may be gone.
    const auto again = metadata_.get(document_key);
    if (again && again->version == document->version) return held;
  }
}

GetObjectOutput S3::get_object(const aws::Request& request, const GetObjectInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  check_request(input);
  HeldObject held = held_object(request, input.bucket, input.key);
  check_read(conditions_of(input), held.object);
  const Selection selection = select(input, held.object);
  GetObjectOutput output;
  fill(input, held.object, selection, output);
  output.body = aws::Stream{};
  output.body->source = blobs_->read(held.object.blobs, selection.range.offset, selection.range.length, held.hold);
  return output;
}

HeadObjectOutput S3::head_object(const aws::Request& request, const HeadObjectInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  check_request(input);
  const auto document = metadata_.get(object_key(input.bucket, input.key));
  if (!document) refuse_missing(request, input.bucket, input.key);
  const StoredObject object = parse_object(document->value);
  check_read(conditions_of(input), object);
  HeadObjectOutput output;
  fill(input, object, select(input, object), output);
  return output;
}

}  // namespace standpipe::s3
