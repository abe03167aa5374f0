// A server's S3 on temporary files, and short ways to use it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "metadata/sqlite.h"
#include "objects/files.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {

// Allows everything but what a test denies: "s3:GetObject arn:aws:s3:::b/k".
class TestAuthorizer final : public aws::Authorizer {
 public:
  aws::Decision decide(const aws::Request&, const aws::Access& access) const override {
    return {!denied.contains(access.action + " " + access.resource), "because the test says so"};
  }
  std::set<std::string> denied;
};

class S3Fixture : public testing::Test {
 protected:
  S3Fixture() {
    char path[] = "/tmp/s3_test_XXXXXX";
    folder_ = mkdtemp(path);
    metadata_ = open_sqlite_metadata(folder_ / "metadata.db");
    objects_ = open_file_objects(folder_ / "objects");
    s3_.emplace(*metadata_, *objects_, clock_, authorizer_);
    request_.account = "000000000000";
    request_.region = "eu-west-1";
    request_.principal.arn = "arn:aws:iam::000000000000:user/ann";
    s3_->create_bucket(request_, {.bucket = "bucket"});
  }
  ~S3Fixture() override {
    s3_.reset();
    objects_.reset();
    metadata_.reset();
    std::filesystem::remove_all(folder_);
  }

  static aws::Stream body(std::string bytes) { return {.body = net::Body(std::move(bytes))}; }
  PutObjectOutput put(const std::string& key, const std::string& bytes) {
    return s3_->put_object(request_, {.body = body(bytes), .bucket = "bucket", .key = key});
  }
  static std::string drain(ByteSource& source) {
    std::string bytes;
    char piece[1000];
    while (const size_t count = source.read(piece, sizeof piece)) bytes.append(piece, count);
    return bytes;
  }
  std::string get(const std::string& key, const std::optional<std::string>& range = {}) {
    const GetObjectOutput output = s3_->get_object(request_, {.bucket = "bucket", .key = key, .range = range});
    return drain(*output.body->source);
  }
  // The code of the error that `act` ends with, and its fields as "Name=value".
  template <class Act>
  std::string code_of(Act act, const std::string& part = "") {
    try {
      act();
    } catch (const aws::Error& error) {
      std::string all = error.what();
      for (const auto& [name, value] : error.fields) all += "\n" + name + "=" + value;
      EXPECT_THAT(all, testing::HasSubstr(part));
      return error.code;
    }
    return "none";
  }
  size_t blobs() { return objects_->list().size(); }

  std::filesystem::path folder_;
  FakeClock clock_;
  TestAuthorizer authorizer_;
  std::unique_ptr<Metadata> metadata_;
  std::unique_ptr<Objects> objects_;
  std::optional<S3> s3_;
  aws::Request request_;
};

}  // namespace standpipe::s3
