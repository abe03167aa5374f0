#include "base/bytes.h"
#include "base/digest.h"
#include "services/s3/s3_fixture.h"

namespace standpipe::s3 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using ObjectTest = S3Fixture;

TEST_F(ObjectTest, GivesBackWhatWasPut) {
  PutObjectInput input{.body = body("hello"),
                       .bucket = "bucket",
                       .content_encoding = "aws-chunked,gzip",
                       .content_type = "text/plain",
                       .key = "a/b",
                       .metadata = std::map<std::string, std::string>{{"color", "blue"}}};
  const auto put_output = s3_->put_object(request_, input);
  EXPECT_EQ(put_output.etag, "\"" + hex_encode(md5("hello")) + "\"");
  EXPECT_TRUE(put_output.checksum_crc64nvme) << "added where the client sends none";
  const auto output = s3_->get_object(request_, {.bucket = "bucket", .key = "a/b", .checksum_mode = "ENABLED"});
  EXPECT_EQ(drain(*output.body->source), "hello");
  EXPECT_EQ(output.content_length, 5);
  EXPECT_EQ(output.content_type, "text/plain");
  EXPECT_EQ(output.content_encoding, "gzip");
  EXPECT_EQ(output.metadata->at("color"), "blue");
  EXPECT_EQ(output.checksum_crc64nvme, put_output.checksum_crc64nvme);
  EXPECT_FALSE(output.content_range);
  const auto head = s3_->head_object(request_, {.bucket = "bucket", .key = "a/b"});
  EXPECT_EQ(head.content_length, 5);
  EXPECT_EQ(head.etag, put_output.etag);
}

TEST_F(ObjectTest, OverwritingAndDeletingLeaveNoBlobs) {
  put("k", "one");
  put("k", "two");
  EXPECT_EQ(get("k"), "two");
  EXPECT_EQ(blobs(), 1u);
  put("empty", "");
  EXPECT_EQ(get("empty"), "");
  s3_->delete_object(request_, {.bucket = "bucket", .key = "k"});
  s3_->delete_object(request_, {.bucket = "bucket", .key = "k"});
  EXPECT_EQ(blobs(), 0u);
  EXPECT_EQ(code_of([&] { get("k"); }, "Key=k"), "NoSuchKey");
}

TEST_F(ObjectTest, AReaderFinishesWhatWasReplaced) {
  put("k", "one");
  auto output = s3_->get_object(request_, {.bucket = "bucket", .key = "k"});
  put("k", "two");
  EXPECT_EQ(drain(*output.body->source), "one");
  output.body->source.reset();
  EXPECT_EQ(blobs(), 1u);
}

TEST_F(ObjectTest, MissingIsForbiddenToWhoMayNotList) {
  authorizer_.denied.insert("s3:ListBucket arn:aws:s3:::bucket");
  EXPECT_EQ(code_of([&] { get("k"); }, "s3:ListBucket on resource: \"arn:aws:s3:::bucket\""), "AccessDenied");
  EXPECT_EQ(code_of([&] { s3_->head_object(request_, {.bucket = "bucket", .key = "k"}); }), "AccessDenied");
}

TEST_F(ObjectTest, VerifiesDigests) {
  PutObjectInput input{.body = body("hello"), .bucket = "bucket", .key = "k"};
  input.content_md5 = base64_encode(md5("hello"));
  input.checksum_sha256 = base64_encode(sha256("hello"));
  EXPECT_EQ(s3_->put_object(request_, input).checksum_sha256, input.checksum_sha256);
  input.content_md5 = base64_encode(md5("other"));
  EXPECT_EQ(code_of([&] { s3_->put_object(request_, input); }, "did not match what we received"), "BadDigest");
  input.content_md5 = "nonsense";
  EXPECT_EQ(code_of([&] { s3_->put_object(request_, input); }), "InvalidDigest");
  input.content_md5.reset();
  input.checksum_sha256 = base64_encode(sha256("other"));
  EXPECT_EQ(code_of([&] { s3_->put_object(request_, input); },
                    "The SHA256 you specified did not match the calculated checksum."),
            "BadDigest");
  input.checksum_crc32 = "AAAAAA==";
  EXPECT_EQ(code_of([&] { s3_->put_object(request_, input); }, "Multiple checksum"), "InvalidRequest");
  input.checksum_sha256.reset();
  input.checksum_crc32 = "AA==";
  EXPECT_EQ(code_of([&] { s3_->put_object(request_, input); }, "x-amz-checksum-crc32 header is invalid"),
            "InvalidRequest");
  EXPECT_EQ(blobs(), 1u) << "refused bodies are dropped";
}

TEST_F(ObjectTest, TakesChecksumsFromTrailers) {
  net::Request http;
  request_.http = &http;
  PutObjectInput input{.body = body("hello"), .bucket = "bucket", .checksum_algorithm = "CRC32", .key = "k"};
  EXPECT_EQ(code_of([&] { s3_->put_object(request_, input); }, "x-amz-sdk-checksum-algorithm specified"),
            "InvalidRequest");
  http.trailers.add("x-amz-checksum-crc32", "NhCmhg==");
  EXPECT_EQ(s3_->put_object(request_, input).checksum_crc32, "NhCmhg==");
  http.trailers.set("x-amz-checksum-crc32", "NhCmhw==");
  EXPECT_EQ(code_of([&] { s3_->put_object(request_, input); }, "The CRC32 you specified"), "BadDigest");
}

TEST_F(ObjectTest, Ranges) {
  put("k", "0123456789");
  EXPECT_EQ(get("k", "bytes=2-4"), "234");
  EXPECT_EQ(get("k", "bytes=7-"), "789");
  EXPECT_EQ(get("k", "bytes=-3"), "789");
  EXPECT_EQ(get("k", "bytes=8-100"), "89");
  EXPECT_EQ(get("k", "bytes=0-0,2-2"), "0123456789") << "several ranges: all of it";
  EXPECT_EQ(get("k", "items=1-2"), "0123456789");
  EXPECT_EQ(get("k", "bytes=4-2"), "0123456789");
  EXPECT_EQ(code_of([&] { get("k", "bytes=10-"); }, "ActualObjectSize=10"), "InvalidRange");
  EXPECT_EQ(code_of([&] { get("k", "bytes=-0"); }), "InvalidRange");
  const auto output = s3_->get_object(request_, {.bucket = "bucket", .key = "k", .range = "bytes=2-4"});
  EXPECT_EQ(output.content_range, "bytes 2-4/10");
  EXPECT_EQ(output.content_length, 3);
  EXPECT_EQ(code_of([&] {
              s3_->get_object(request_, {.bucket = "bucket", .key = "k", .range = "bytes=2-4", .part_number = 1});
            }),
            "InvalidRequest");
}

TEST_F(ObjectTest, ConditionalReads) {
  const std::string etag = *put("k", "x").etag;
  const auto read = [&](GetObjectInput input) {
    input.bucket = "bucket";
    input.key = "k";
    return code_of([&] { s3_->get_object(request_, input); });
  };
  EXPECT_EQ(read({.if_match = etag}), "none");
  EXPECT_EQ(read({.if_match = "\"other\""}), "PreconditionFailed");
  EXPECT_EQ(read({.if_none_match = etag}), "NotModified");
  EXPECT_EQ(read({.if_none_match = "\"other\", " + etag}), "NotModified");
  EXPECT_EQ(read({.if_none_match = "\"other\""}), "none");
  const Timestamp second = std::chrono::floor<std::chrono::seconds>(clock_.now());
  EXPECT_EQ(read({.if_modified_since = second}), "NotModified");
  EXPECT_EQ(read({.if_modified_since = second - std::chrono::seconds(1)}), "none");
  EXPECT_EQ(read({.if_unmodified_since = second - std::chrono::seconds(1)}), "PreconditionFailed");
  EXPECT_EQ(read({.if_unmodified_since = second}), "none");
}

TEST_F(ObjectTest, ConditionalWrites) {
  const auto write = [&](std::optional<std::string> match, std::optional<std::string> none,
                         const std::string& part = "") {
    return code_of(
        [&] {
          s3_->put_object(
              request_, {.body = body("x"), .bucket = "bucket", .if_match = match, .if_none_match = none, .key = "k"});
        },
        part);
  };
  EXPECT_EQ(write("\"abc\"", {}), "NoSuchKey");
  EXPECT_EQ(write({}, "*"), "none");
  EXPECT_EQ(write({}, "*", "Condition=If-None-Match"), "PreconditionFailed");
  EXPECT_EQ(write("\"abc\"", {}, "Condition=If-Match"), "PreconditionFailed");
  EXPECT_EQ(write("\"" + hex_encode(md5("x")) + "\"", {}), "none");
  EXPECT_EQ(write({}, "\"abc\"", "We don't accept the provided value of If-None-Match"), "NotImplemented");
  EXPECT_EQ(write("\"abc\"", "*", "Multiple conditional"), "NotImplemented");
  EXPECT_EQ(blobs(), 1u);
}

TEST_F(ObjectTest, RefusesWhatItCannotDo) {
  const auto refused = [&](PutObjectInput input, const std::string& header) {
    input.bucket = "bucket";
    if (input.key.empty()) input.key = "k";
    return code_of([&] { s3_->put_object(request_, input); }, header);
  };
  EXPECT_EQ(refused({.tagging = "a=b"}, "x-amz-tagging"), "NotImplemented");
  EXPECT_EQ(refused({.storage_class = "GLACIER"}, "x-amz-storage-class"), "NotImplemented");
  EXPECT_EQ(refused({.server_side_encryption = "aws:kms"}, "x-amz-server-side-encryption"), "NotImplemented");
  EXPECT_EQ(refused({.acl = "public-read"}, "x-amz-acl"), "NotImplemented");
  EXPECT_EQ(refused({.checksum_xxhash3 = "AAAAAAAAAAA="}, "x-amz-checksum-xxhash3"), "NotImplemented");
  EXPECT_EQ(refused({.key = std::string(1025, 'k')}, "MaxSizeAllowed=1024"), "KeyTooLongError");
  EXPECT_EQ(refused({.metadata = std::map<std::string, std::string>{{"m", std::string(2048, 'v')}}}, "2048"),
            "MetadataTooLarge");
  EXPECT_EQ(refused({.expected_bucket_owner = "111111111111"}, ""), "AccessDenied");
  EXPECT_EQ(refused({.acl = "bucket-owner-full-control", .server_side_encryption = "AES256"}, ""), "none");
  EXPECT_EQ(code_of([&] { s3_->get_object(request_, {.bucket = "bucket", .key = "k", .version_id = "abc"}); }),
            "InvalidArgument");
}

TEST_F(ObjectTest, Copies) {
  put("a b", "hello");
  clock_.advance(std::chrono::seconds(5));
  CopyObjectInput input{.bucket = "bucket", .copy_source = "/bucket/a%20b", .key = "c"};
  const auto output = s3_->copy_object(request_, input);
  EXPECT_EQ(output.copy_object_result->etag, "\"" + hex_encode(md5("hello")) + "\"");
  s3_->delete_object(request_, {.bucket = "bucket", .key = "a b"});
  EXPECT_EQ(get("c"), "hello");
  input = {.bucket = "bucket", .copy_source = "bucket/c", .key = "c"};
  EXPECT_EQ(code_of([&] { s3_->copy_object(request_, input); }, "without changing the object's metadata"),
            "InvalidRequest");
  input.metadata_directive = "REPLACE";
  input.content_type = "text/html";
  s3_->copy_object(request_, input);
  EXPECT_EQ(s3_->head_object(request_, {.bucket = "bucket", .key = "c"}).content_type, "text/html");
  EXPECT_EQ(get("c"), "hello");
  EXPECT_EQ(blobs(), 1u);
  input = {.bucket = "bucket", .copy_source = "bucket/c", .copy_source_if_match = "\"no\"", .key = "d"};
  EXPECT_EQ(code_of([&] { s3_->copy_object(request_, input); }, "Condition=x-amz-copy-source-If-Match"),
            "PreconditionFailed");
  EXPECT_EQ(code_of([&] { s3_->copy_object(request_, {.bucket = "bucket", .copy_source = "nokey", .key = "d"}); }),
            "InvalidArgument");
  const auto accesses = s3_->access(request_, CopyObjectInput{.bucket = "bucket", .copy_source = "x/y", .key = "d"});
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_EQ(accesses[0].action + accesses[0].resource, "s3:GetObjectarn:aws:s3:::x/y");
  EXPECT_EQ(accesses[1].action + accesses[1].resource, "s3:PutObjectarn:aws:s3:::bucket/d");
}

TEST_F(ObjectTest, DeletesManyKeyByKey) {
  for (const char* key : {"a", "b", "c"}) put(key, key);
  authorizer_.denied.insert("s3:DeleteObject arn:aws:s3:::bucket/b");
  DeleteObjectsInput input{.bucket = "bucket"};
  input.delete_.objects = {{.key = "a"}, {.key = "b"}, {.key = "absent"}, {.key = "c", .etag = "\"no\""}};
  const auto output = s3_->delete_objects(request_, input);
  ASSERT_EQ(output.deleted->size(), 2u);
  EXPECT_EQ(output.deleted->at(0).key, "a");
  EXPECT_EQ(output.deleted->at(1).key, "absent");
  ASSERT_EQ(output.errors->size(), 2u);
  EXPECT_EQ(output.errors->at(0).code, "AccessDenied");
  EXPECT_THAT(*output.errors->at(0).message, HasSubstr("s3:DeleteObject"));
  EXPECT_EQ(output.errors->at(1).code, "PreconditionFailed");
  EXPECT_EQ(blobs(), 2u);
  net::Request http;
  request_.http = &http;
  EXPECT_EQ(code_of([&] { s3_->delete_objects(request_, input); }, "Content-MD5"), "InvalidRequest");
}

TEST_F(ObjectTest, SweepsOrphansOnly) {
  put("k", "kept");
  objects_->put("orphan");
  s3_->sweep(objects_->list(), {});
  EXPECT_EQ(blobs(), 1u);
  EXPECT_EQ(get("k"), "kept");
}

}  // namespace
}  // namespace standpipe::s3
