#include "generated/s3.h"

#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/resources/tables.h"

namespace standpipe::cloudformation {
namespace {

constexpr Property kBucket[] = {
    {.name = "BucketName"},
    {.name = "AccessControl"},
    refused("AbacStatus"),
    refused("AccelerateConfiguration"),
    refused("AnalyticsConfigurations"),
    refused("BucketEncryption"),
    refused("BucketNamePrefix"),
    refused("BucketNamespace"),
    refused("CorsConfiguration"),
    refused("IntelligentTieringConfigurations"),
    refused("InventoryConfigurations"),
    refused("LifecycleConfiguration"),
    refused("LoggingConfiguration"),
    refused("MetadataConfiguration"),
    refused("MetadataTableConfiguration"),
    refused("MetricsConfigurations"),
    refused("NotificationConfiguration"),
    refused("ObjectLockConfiguration"),
    refused("ObjectLockEnabled"),
    refused("OwnershipControls"),
    refused("PublicAccessBlockConfiguration"),
    refused("ReplicationConfiguration"),
    refused("Tags"),
    refused("VersioningConfiguration"),
    refused("WebsiteConfiguration"),
};
constexpr std::string_view kBucketAttributes[] = {"Arn", "DomainName", "DualStackDomainName", "RegionalDomainName",
                                                  "WebsiteURL"};

std::optional<Timestamp> made_at(const Context& context) {
  const auto output = context.call(s3::ListBucketsInput{});
  for (const s3::Bucket& bucket : output.buckets.value_or(std::vector<s3::Bucket>())) {
    if (bucket.name == context.name()) return bucket.creation_date;
  }
  return std::nullopt;
}

// In us-east-1 making a bucket that one has already succeeds; a stack must not take it for its own.
bool is_there(const Context& context) {
  try {
    context.call(s3::HeadBucketInput{.bucket = context.name()});
    return true;
  } catch (const aws::Error&) {
    return false;  // not there, or not ours to look at: CreateBucket tells
  }
}

void create_bucket(Context& context) {
  const Properties& properties = context.properties();
  if (properties.contains("AccessControl") && properties.text("AccessControl") != "Private") {
    throw ResourceError("Property validation failure: [Value " + properties.text("AccessControl") +
                        " of property {/AccessControl} of AWS::S3::Bucket is not supported]");
  }
  const std::string& region = context.facts().region;
  s3::CreateBucketInput input{.bucket = context.name()};
  if (region != "us-east-1") {
    input.create_bucket_configuration = s3::CreateBucketConfiguration{.location_constraint = region};
  }
  context.make(
      context.name(),
      [&] {
        if (is_there(context)) {
          throw aws::Error("BucketAlreadyOwnedByYou", 409, context.name() + " already exists");
        }
        context.call(input);
      },
      [&] { return made_at(context); });
  const std::string& name = context.name();
  context.set_attribute("Arn", "arn:aws:s3:::" + name);
  context.set_attribute("DomainName", name + ".s3.amazonaws.com");
  context.set_attribute("DualStackDomainName", name + ".s3.dualstack." + region + ".amazonaws.com");
  context.set_attribute("RegionalDomainName", name + ".s3." + region + ".amazonaws.com");
  context.set_attribute("WebsiteURL", "http://" + name + ".s3-website-" + region + ".amazonaws.com");
}

void remove_bucket(Context& context) {
  context.call_unless_gone(s3::DeleteBucketInput{.bucket = context.physical_id()});
}

constexpr ResourceType kTypes[] = {{.name = "AWS::S3::Bucket",
                                    .properties = kBucket,
                                    .naming = {.property = "BucketName", .length_max = 63, .lower_case = true},
                                    .attributes = kBucketAttributes,
                                    .create = create_bucket,
                                    .remove = remove_bucket}};

}  // namespace

std::span<const ResourceType> s3_types() { return kTypes; }

}  // namespace standpipe::cloudformation
