#include "base/bytes.h"
#include "services/s3/bucket_name.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

constexpr size_t kScanBatch = 200;
constexpr size_t kBucketsPage = 10'000;

aws::Error illegal_location(const std::string& constraint) {
  return IllegalLocationConstraintException("The " + constraint +
                                            " location constraint is incompatible for the region specific endpoint "
                                            "this request was sent to.");
}

// The region that a new bucket is to have.
std::string choose_region(const aws::Request& request, const CreateBucketInput& input) {
  const bool constrained = input.create_bucket_configuration && input.create_bucket_configuration->location_constraint;
  if (!constrained) {
    // A caller in this process has no endpoint: its region says where.
    if (request.http != nullptr && request.region != "us-east-1") throw illegal_location("unspecified");
    return request.region;
  }
  std::string constraint = *input.create_bucket_configuration->location_constraint;
  if (constraint == "us-east-1" || constraint.empty()) {
    throw InvalidLocationConstraint("The specified location-constraint is not valid")
        .with("LocationConstraint", constraint);
  }
  if (constraint == "EU") constraint = "eu-west-1";
  // The endpoint of us-east-1 is the global one and makes buckets anywhere.
  if (constraint != request.region && request.region != "us-east-1") throw illegal_location(constraint);
  return constraint;
}

void check_configuration(const CreateBucketInput& input) {
  refuse_unsupported(input);
  if (input.object_lock_enabled_for_bucket.value_or(false)) throw not_implemented("x-amz-bucket-object-lock-enabled");
  if (input.object_ownership && *input.object_ownership != "BucketOwnerEnforced") {
    throw not_implemented("x-amz-object-ownership");
  }
  if (input.bucket_namespace && *input.bucket_namespace != "global") throw not_implemented("x-amz-bucket-namespace");
  if (!input.create_bucket_configuration) return;
  const CreateBucketConfiguration& configuration = *input.create_bucket_configuration;
  if (configuration.location || configuration.bucket || configuration.tags) {
    throw NotImplemented("A parameter you provided implies functionality that is not implemented")
        .with("Parameter", configuration.tags     ? "Tags"
                           : configuration.bucket ? "Bucket"
                                                  : "Location");
  }
}

}  // namespace

std::string bucket_arn(std::string_view bucket) { return "arn:aws:s3:::" + std::string(bucket); }
std::string object_arn(std::string_view bucket, std::string_view key) {
  return bucket_arn(bucket) + "/" + std::string(key);
}

aws::Error no_such_bucket(const std::string& bucket) {
  return NoSuchBucket("The specified bucket does not exist").with("BucketName", bucket);
}

StoredBucket S3::bucket(const aws::Request& request, const std::string& name,
                        const std::optional<std::string>& expected_owner) {
  const auto document = metadata_.get(bucket_key(name));
  if (!document) throw no_such_bucket(name);
  StoredBucket stored = parse_bucket(document->value);
  // Without bucket policies nobody but the owner's account has access.
  if (stored.owner != request.account || (expected_owner && *expected_owner != stored.owner)) {
    throw AccessDenied("Access Denied");
  }
  return stored;
}

CreateBucketOutput S3::create_bucket(const aws::Request& request, const CreateBucketInput& input) {
  check_configuration(input);
  if (!valid_bucket_name(input.bucket)) {
    throw InvalidBucketName("The specified bucket is not valid.").with("BucketName", input.bucket);
  }
  const StoredBucket wanted{input.bucket, request.account, choose_region(request, input), clock_.now()};
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const auto document = transaction.get(bucket_key(wanted.name));
    if (!document) {
      transaction.put(bucket_key(wanted.name), print_bucket(wanted));
      return;
    }
    const StoredBucket current = parse_bucket(document->value);
    if (current.owner != wanted.owner) {
      throw BucketAlreadyExists(
          "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
          "Please "
          "select a different name and try again.")
          .with("BucketName", wanted.name);
    }
    // In us-east-1 alone, making a bucket again succeeds.
    if (current.region == "us-east-1" && wanted.region == "us-east-1") return;
    throw BucketAlreadyOwnedByYou("Your previous request to create the named bucket succeeded and you already own it.")
        .with("BucketName", wanted.name);
  });
  CreateBucketOutput output;
  output.location = wanted.region == "us-east-1" ? "/" + wanted.name : "http://" + wanted.name + ".s3.amazonaws.com/";
  output.bucket_arn = bucket_arn(wanted.name);
  return output;
}

HeadBucketOutput S3::head_bucket(const aws::Request& request, const HeadBucketInput& input) {
  HeadBucketOutput output;
  output.bucket_region = bucket(request, input.bucket, input.expected_bucket_owner).region;
  output.access_point_alias = false;
  output.bucket_arn = bucket_arn(input.bucket);
  return output;
}

GetBucketLocationOutput S3::get_bucket_location(const aws::Request& request, const GetBucketLocationInput& input) {
  GetBucketLocationOutput output;
  const StoredBucket stored = bucket(request, input.bucket, input.expected_bucket_owner);
  if (stored.region != "us-east-1") output.location_constraint = stored.region;
  return output;
}

ListBucketsOutput S3::list_buckets(const aws::Request& request, const ListBucketsInput& input) {
  const size_t page = static_cast<size_t>(input.max_buckets.value_or(kBucketsPage));
  const std::string prefix = bucket_key(input.prefix.value_or(""));
  std::string after;
  if (input.continuation_token) {
    const std::optional<std::string> name = base64_decode(*input.continuation_token);
    if (!name || name->empty()) {
      throw InvalidArgument("The continuation token provided is incorrect").with("ArgumentName", "continuation-token");
    }
    after = bucket_key(*name);
  }
  ListBucketsOutput output{.buckets = {{}}};
  output.owner = Owner{.id = owner_id(request.account)};
  output.prefix = input.prefix;
  while (true) {
    const std::vector<Document> batch = metadata_.scan(prefix, after, kScanBatch);
    for (const Document& document : batch) {
      const StoredBucket stored = parse_bucket(document.value);
      if (stored.owner != request.account) continue;
      if (input.bucket_region && *input.bucket_region != stored.region) continue;
      if (output.buckets->size() == page) {
        output.continuation_token = base64_encode(*output.buckets->back().name);
        return output;
      }
      output.buckets->push_back({.name = stored.name,
                                 .creation_date = stored.created,
                                 .bucket_region = stored.region,
                                 .bucket_arn = bucket_arn(stored.name)});
    }
    if (batch.size() < kScanBatch) return output;
    after = batch.back().key;
  }
}

DeleteBucketOutput S3::delete_bucket(const aws::Request& request, const DeleteBucketInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  BlobList abandoned;  // of uploads that were never completed
  metadata_.transaction([&](MetadataTransaction& transaction) {
    if (!transaction.get(bucket_key(input.bucket))) throw no_such_bucket(input.bucket);
    if (!transaction.scan(objects_prefix(input.bucket), {}, 1).empty()) {
      throw BucketNotEmpty("The bucket you tried to delete is not empty").with("BucketName", input.bucket);
    }
    for (const Document& document : transaction.scan(uploads_prefix(input.bucket))) {
      for (const Document& part : transaction.scan(parts_prefix(parse_upload(document.value).id))) {
        for (BlobPiece& blob : parse_part(part.value).blobs) abandoned.push_back(std::move(blob));
        transaction.remove(part.key);
      }
      transaction.remove(document.key);
    }
    transaction.remove(bucket_key(input.bucket));
  });
  blobs_->discard(abandoned);
  return {};
}

}  // namespace standpipe::s3
