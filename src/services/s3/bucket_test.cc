#include "services/s3/bucket_name.h"
#include "services/s3/s3_fixture.h"

namespace standpipe::s3 {
namespace {

using testing::ElementsAre;

using BucketTest = S3Fixture;

TEST(BucketName, FollowsTheRules) {
  for (const char* good : {"abc", "a-b.c", "0123456789", "bucket.with.dots"})
    EXPECT_TRUE(valid_bucket_name(good)) << good;
  for (const char* bad :
       {"", "ab", "Upper", "under_score", "-a-", "a..b", "192.168.0.1", "xn--abc", "abc-s3alias", "a/b"}) {
    EXPECT_FALSE(valid_bucket_name(bad)) << bad;
  }
  EXPECT_FALSE(valid_bucket_name(std::string(64, 'a')));
}

TEST_F(BucketTest, NamesAreGlobal) {
  EXPECT_EQ(code_of([&] { s3_->create_bucket(request_, {.bucket = "bucket"}); }, "BucketName=bucket"),
            "BucketAlreadyOwnedByYou");
  aws::Request other = request_;
  other.account = "111111111111";
  EXPECT_EQ(code_of([&] { s3_->create_bucket(other, {.bucket = "bucket"}); }), "BucketAlreadyExists");
  EXPECT_EQ(code_of([&] { s3_->head_bucket(other, {.bucket = "bucket"}); }), "AccessDenied");
  put("key", "secret");
  EXPECT_EQ(code_of([&] { s3_->get_object(other, {.bucket = "bucket", .key = "key"}); }), "AccessDenied");
  EXPECT_TRUE(s3_->list_buckets(other, {}).buckets->empty());
  request_.region = "us-east-1";
  s3_->create_bucket(request_, {.bucket = "virginia"});
  EXPECT_NO_THROW(s3_->create_bucket(request_, {.bucket = "virginia"})) << "in us-east-1 alone";
}

TEST_F(BucketTest, RegionComesFromTheConstraint) {
  net::Request http;
  request_.http = &http;
  EXPECT_EQ(code_of([&] { s3_->create_bucket(request_, {.bucket = "other"}); }, "The unspecified location constraint"),
            "IllegalLocationConstraintException");
  CreateBucketInput input{.bucket = "other"};
  input.create_bucket_configuration = CreateBucketConfiguration{.location_constraint = "us-west-2"};
  EXPECT_EQ(code_of([&] { s3_->create_bucket(request_, input); }, "The us-west-2 location"),
            "IllegalLocationConstraintException");
  request_.region = "us-east-1";
  EXPECT_EQ(s3_->create_bucket(request_, input).location, "http://other.s3.amazonaws.com/");
  EXPECT_EQ(s3_->get_bucket_location(request_, {.bucket = "other"}).location_constraint, "us-west-2");
  EXPECT_EQ(s3_->head_bucket(request_, {.bucket = "other"}).bucket_region, "us-west-2");
  EXPECT_EQ(s3_->create_bucket(request_, {.bucket = "third"}).location, "/third");
  EXPECT_FALSE(s3_->get_bucket_location(request_, {.bucket = "third"}).location_constraint);
  EXPECT_EQ(code_of([&] { s3_->create_bucket(request_, {.bucket = "No"}); }, "BucketName=No"), "InvalidBucketName");
}

TEST_F(BucketTest, ListsInPages) {
  for (const char* name : {"aaa", "zzz"}) s3_->create_bucket(request_, {.bucket = name});
  ListBucketsInput input{.max_buckets = 2};
  ListBucketsOutput page = s3_->list_buckets(request_, input);
  ASSERT_EQ(page.buckets->size(), 2u);
  EXPECT_EQ(page.buckets->front().name, "aaa");
  EXPECT_EQ(page.owner->id->size(), 64u);
  input.continuation_token = page.continuation_token;
  page = s3_->list_buckets(request_, input);
  ASSERT_EQ(page.buckets->size(), 1u);
  EXPECT_EQ(page.buckets->front().name, "zzz");
  EXPECT_FALSE(page.continuation_token);
}

TEST_F(BucketTest, IsDeletedOnlyEmptyAndTakesUploadsAlong) {
  put("key", "x");
  EXPECT_EQ(code_of([&] { s3_->delete_bucket(request_, {.bucket = "bucket"}); }), "BucketNotEmpty");
  s3_->delete_object(request_, {.bucket = "bucket", .key = "key"});
  const auto upload = s3_->create_multipart_upload(request_, {.bucket = "bucket", .key = "big"});
  s3_->upload_part(
      request_,
      {.body = body("part"), .bucket = "bucket", .key = "big", .part_number = 1, .upload_id = *upload.upload_id});
  EXPECT_EQ(blobs(), 1u);
  s3_->delete_bucket(request_, {.bucket = "bucket"});
  EXPECT_EQ(blobs(), 0u);
  EXPECT_TRUE(metadata_->scan("").empty());
  EXPECT_EQ(code_of([&] { s3_->head_bucket(request_, {.bucket = "bucket"}); }, "BucketName=bucket"), "NoSuchBucket");
}

TEST_F(BucketTest, RefusesWhatItCannotDo) {
  EXPECT_EQ(
      code_of([&] { s3_->create_bucket(request_, {.acl = "public-read", .bucket = "open"}); }, "Header=x-amz-acl"),
      "NotImplemented");
  CreateBucketInput locked{.bucket = "locked"};
  locked.object_lock_enabled_for_bucket = true;
  EXPECT_EQ(code_of([&] { s3_->create_bucket(request_, locked); }, "x-amz-bucket-object-lock-enabled"),
            "NotImplemented");
}

}  // namespace
}  // namespace standpipe::s3
