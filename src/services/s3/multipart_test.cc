#include "base/bytes.h"
#include "base/digest.h"
#include "services/s3/s3_fixture.h"

namespace standpipe::s3 {
namespace {

class MultipartTest : public S3Fixture {
 protected:
  MultipartTest() : first_(5 << 20, 'a'), second_("tail") {}

  std::string begin(std::optional<std::string> algorithm = {}, std::optional<std::string> type = {}) {
    CreateMultipartUploadInput input{.bucket = "bucket", .key = "big"};
    input.checksum_algorithm = algorithm;
    input.checksum_type = type;
    return *s3_->create_multipart_upload(request_, input).upload_id;
  }
  CompletedPart upload(const std::string& id, int number, const std::string& bytes) {
    const auto output = s3_->upload_part(
        request_, {.body = body(bytes), .bucket = "bucket", .key = "big", .part_number = number, .upload_id = id});
    return {.etag = output.etag, .part_number = number};
  }
  CompleteMultipartUploadOutput complete(const std::string& id, std::vector<CompletedPart> parts) {
    CompleteMultipartUploadInput input{.bucket = "bucket", .key = "big", .upload_id = id};
    input.multipart_upload = CompletedMultipartUpload{.parts = std::move(parts)};
    return s3_->complete_multipart_upload(request_, input);
  }

  std::string first_, second_;
};

TEST_F(MultipartTest, PartsBecomeAnObject) {
  const std::string id = begin();
  upload(id, 7, "left out");
  const CompletedPart one = upload(id, 1, first_);
  upload(id, 2, "replaced");
  const CompletedPart two = upload(id, 2, second_);
  const auto output = complete(id, {one, two});
  EXPECT_EQ(output.etag, "\"" + hex_encode(md5(md5(first_) + md5(second_))) + "-2\"");
  EXPECT_EQ(output.checksum_type, "FULL_OBJECT");
  const auto whole = put("whole", first_ + second_);
  EXPECT_EQ(output.checksum_crc64nvme, whole.checksum_crc64nvme);
  EXPECT_EQ(get("big"), first_ + second_);
  EXPECT_EQ(get("big", "bytes=5242878-5242881"), "aata");
  EXPECT_EQ(blobs(), 3u);
  EXPECT_EQ(complete(id, {one, two}).etag, output.etag) << "asked again after the answer was lost";
  const auto part = s3_->get_object(request_, {.bucket = "bucket", .key = "big", .part_number = 2});
  EXPECT_EQ(drain(*part.body->source), second_);
  EXPECT_EQ(part.parts_count, 2);
  EXPECT_EQ(part.content_range, "bytes 5242880-5242883/5242884");
  EXPECT_EQ(code_of([&] { s3_->head_object(request_, {.bucket = "bucket", .key = "big", .part_number = 3}); }),
            "InvalidPartNumber");
}

TEST_F(MultipartTest, ChecksumsOfTheWhole) {
  std::string id = begin("CRC32", "FULL_OBJECT");
  std::vector<CompletedPart> parts{upload(id, 1, first_), upload(id, 2, second_)};
  PutObjectInput whole{
      .body = body(first_ + second_), .bucket = "bucket", .checksum_algorithm = "CRC32", .key = "whole"};
  EXPECT_EQ(complete(id, parts).checksum_crc32, s3_->put_object(request_, whole).checksum_crc32);
  id = begin("SHA256");
  parts = {upload(id, 1, first_), upload(id, 2, second_)};
  EXPECT_EQ(complete(id, parts).checksum_sha256, base64_encode(sha256(sha256(first_) + sha256(second_))) + "-2");
  EXPECT_EQ(code_of([&] { begin("SHA1", "FULL_OBJECT"); }, "FULL_OBJECT checksum type cannot be used with the sha1"),
            "InvalidRequest");
  EXPECT_EQ(code_of([&] { begin("CRC64NVME", "COMPOSITE"); }), "InvalidRequest");
  EXPECT_EQ(code_of([&] { begin({}, "COMPOSITE"); }), "InvalidRequest");
}

TEST_F(MultipartTest, RefusesWrongParts) {
  const std::string id = begin();
  const CompletedPart one = upload(id, 1, "short");
  const CompletedPart two = upload(id, 2, second_);
  EXPECT_EQ(code_of([&] { complete(id, {one, two}); }, "PartNumber=1"), "EntityTooSmall");
  EXPECT_EQ(code_of([&] { complete(id, {two, one}); }), "InvalidPartOrder");
  EXPECT_EQ(code_of([&] { complete(id, {one, {.etag = "\"no\"", .part_number = 2}}); }, "PartNumber=2"), "InvalidPart");
  EXPECT_EQ(code_of([&] { complete(id, {}); }), "MalformedXML");
  EXPECT_EQ(code_of([&] { upload(id, 10'001, "x"); }), "InvalidArgument");
  EXPECT_EQ(code_of([&] { upload("no", 1, "x"); }, "UploadId=no"), "NoSuchUpload");
  EXPECT_EQ(complete(id, {one}).etag->substr(33), "-1\"");
}

TEST_F(MultipartTest, AbortLeavesNothing) {
  const std::string id = begin();
  upload(id, 1, "x");
  s3_->abort_multipart_upload(request_, {.bucket = "bucket", .key = "big", .upload_id = id});
  EXPECT_EQ(blobs(), 0u);
  EXPECT_EQ(metadata_->scan("").size(), 1u) << "the bucket";
  EXPECT_EQ(
      code_of([&] { s3_->abort_multipart_upload(request_, {.bucket = "bucket", .key = "big", .upload_id = id}); }),
      "NoSuchUpload");
}

TEST_F(MultipartTest, CopiesRangesAsParts) {
  put("source", "0123456789");
  const std::string id = begin();
  UploadPartCopyInput input{.bucket = "bucket",
                            .copy_source = "bucket/source",
                            .copy_source_range = "bytes=2-5",
                            .key = "big",
                            .part_number = 1,
                            .upload_id = id};
  const auto output = s3_->upload_part_copy(request_, input);
  complete(id, {{.etag = output.copy_part_result->etag, .part_number = 1}});
  EXPECT_EQ(get("big"), "2345");
  input.copy_source_range = "bytes=2-";
  input.upload_id = begin();
  EXPECT_EQ(code_of([&] { s3_->upload_part_copy(request_, input); }, "must be of the form"), "InvalidArgument");
  input.copy_source_range = "bytes=2-10";
  EXPECT_EQ(code_of([&] { s3_->upload_part_copy(request_, input); }, "size: 10"), "InvalidArgument");
}

TEST_F(MultipartTest, ListsPartsAndUploads) {
  const std::string id = begin();
  for (const int number : {1, 3, 5}) upload(id, number, "x");
  auto page = s3_->list_parts(request_, {.bucket = "bucket", .key = "big", .max_parts = 2, .upload_id = id});
  ASSERT_EQ(page.parts->size(), 2u);
  EXPECT_TRUE(*page.is_truncated);
  EXPECT_EQ(page.next_part_number_marker, 3);
  page = s3_->list_parts(request_, {.bucket = "bucket", .key = "big", .part_number_marker = 3, .upload_id = id});
  ASSERT_EQ(page.parts->size(), 1u);
  EXPECT_EQ(page.parts->front().part_number, 5);

  for (const char* key : {"a/1", "a/2", "b"}) s3_->create_multipart_upload(request_, {.bucket = "bucket", .key = key});
  ListMultipartUploadsInput input{.bucket = "bucket", .delimiter = "/", .max_uploads = 2};
  auto uploads = s3_->list_multipart_uploads(request_, input);
  EXPECT_EQ(uploads.common_prefixes->front().prefix, "a/");
  EXPECT_EQ(uploads.uploads->front().key, "b");
  EXPECT_TRUE(*uploads.is_truncated);
  input.key_marker = uploads.next_key_marker;
  input.upload_id_marker = uploads.next_upload_id_marker;
  uploads = s3_->list_multipart_uploads(request_, input);
  ASSERT_EQ(uploads.uploads->size(), 1u);
  EXPECT_EQ(uploads.uploads->front().upload_id, id);
  EXPECT_FALSE(*uploads.is_truncated);
}

TEST(CombineCrc, IsTheCrcOfBoth) {
  for (const char* algorithm : {"CRC32", "CRC32C", "CRC64NVME"}) {
    const auto of = [&](std::string_view bytes) {
      Digest digest(algorithm);
      digest.add(bytes);
      return digest.finish();
    };
    EXPECT_EQ(combine_crc(algorithm, of("hello "), of("world"), 5), of("hello world")) << algorithm;
    EXPECT_EQ(combine_crc(algorithm, of("hello"), of(""), 0), of("hello")) << algorithm;
  }
}

}  // namespace
}  // namespace standpipe::s3
