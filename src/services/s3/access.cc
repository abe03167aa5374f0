// Which IAM action on which ARN each operation needs.
#include "base/bytes.h"
#include "services/s3/copy_source.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

aws::Access on_bucket(const char* action, const std::string& bucket) { return {action, bucket_arn(bucket)}; }

aws::Access on_object(const char* action, const std::string& bucket, const std::string& key) {
  return {action, object_arn(bucket, key)};
}

void set(aws::Access& access, const char* key, const std::optional<std::string>& value) {
  if (value) access.conditions[key] = {*value};
}

// What policies on writes ask for.
template <class Input>
aws::Access write_access(const Input& input) {
  aws::Access access = on_object("s3:PutObject", input.bucket, input.key);
  if constexpr (requires { input.acl; }) set(access, "s3:x-amz-acl", input.acl);
  if constexpr (requires { input.server_side_encryption; }) {
    set(access, "s3:x-amz-server-side-encryption", input.server_side_encryption);
  }
  if constexpr (requires { input.storage_class; }) set(access, "s3:x-amz-storage-class", input.storage_class);
  if constexpr (requires { input.if_none_match; }) set(access, "s3:if-none-match", input.if_none_match);
  if constexpr (requires { input.if_match; }) set(access, "s3:if-match", input.if_match);
  return access;
}

template <class Input>
aws::Access list_access(const Input& input) {
  aws::Access access = on_bucket("s3:ListBucket", input.bucket);
  // An empty prefix is one too: policies compare with "".
  access.conditions["s3:prefix"] = {input.prefix.value_or("")};
  set(access, "s3:delimiter", input.delimiter);
  if (input.max_keys) access.conditions["s3:max-keys"] = {std::to_string(*input.max_keys)};
  return access;
}

template <class Input>
aws::Access read_access(const Input& input) {
  const bool version = input.version_id && *input.version_id != "null";
  return on_object(version ? "s3:GetObjectVersion" : "s3:GetObject", input.bucket, input.key);
}

aws::Access source_access(const std::string& copy_source) {
  const CopySource source = parse_copy_source(copy_source);
  return on_object("s3:GetObject", source.bucket, source.key);
}

}  // namespace

aws::Accesses S3::access(const aws::Request&, const CreateBucketInput& input) {
  aws::Access access = on_bucket("s3:CreateBucket", input.bucket);
  if (input.create_bucket_configuration) {
    set(access, "s3:locationconstraint", input.create_bucket_configuration->location_constraint);
  }
  set(access, "s3:x-amz-acl", input.acl);
  return {std::move(access)};
}

aws::Accesses S3::access(const aws::Request&, const HeadBucketInput& input) {
  return {on_bucket("s3:ListBucket", input.bucket)};
}

aws::Accesses S3::access(const aws::Request&, const ListBucketsInput&) {
  return {{"s3:ListAllMyBuckets", "arn:aws:s3:::*"}};
}

aws::Accesses S3::access(const aws::Request&, const GetBucketLocationInput& input) {
  return {on_bucket("s3:GetBucketLocation", input.bucket)};
}

aws::Accesses S3::access(const aws::Request&, const DeleteBucketInput& input) {
  return {on_bucket("s3:DeleteBucket", input.bucket)};
}

aws::Accesses S3::access(const aws::Request&, const PutObjectInput& input) { return {write_access(input)}; }
aws::Accesses S3::access(const aws::Request&, const GetObjectInput& input) { return {read_access(input)}; }
aws::Accesses S3::access(const aws::Request&, const HeadObjectInput& input) { return {read_access(input)}; }

aws::Accesses S3::access(const aws::Request&, const CopyObjectInput& input) {
  return {source_access(input.copy_source), write_access(input)};
}

aws::Accesses S3::access(const aws::Request&, const DeleteObjectInput& input) {
  const bool version = input.version_id && *input.version_id != "null";
  return {on_object(version ? "s3:DeleteObjectVersion" : "s3:DeleteObject", input.bucket, input.key)};
}

aws::Accesses S3::access(const aws::Request&, const DeleteObjectsInput&) { return {}; }

aws::Accesses S3::access(const aws::Request&, const ListObjectsInput& input) { return {list_access(input)}; }
aws::Accesses S3::access(const aws::Request&, const ListObjectsV2Input& input) { return {list_access(input)}; }

aws::Accesses S3::access(const aws::Request&, const CreateMultipartUploadInput& input) { return {write_access(input)}; }
aws::Accesses S3::access(const aws::Request&, const UploadPartInput& input) { return {write_access(input)}; }

aws::Accesses S3::access(const aws::Request&, const UploadPartCopyInput& input) {
  return {source_access(input.copy_source), write_access(input)};
}

aws::Accesses S3::access(const aws::Request&, const CompleteMultipartUploadInput& input) {
  return {write_access(input)};
}

aws::Accesses S3::access(const aws::Request&, const AbortMultipartUploadInput& input) {
  return {on_object("s3:AbortMultipartUpload", input.bucket, input.key)};
}

aws::Accesses S3::access(const aws::Request&, const ListMultipartUploadsInput& input) {
  return {on_bucket("s3:ListBucketMultipartUploads", input.bucket)};
}

aws::Accesses S3::access(const aws::Request&, const ListPartsInput& input) {
  return {on_object("s3:ListMultipartUploadParts", input.bucket, input.key)};
}

}  // namespace standpipe::s3
