#include "base/bytes.h"
#include "services/s3/s3_fixture.h"

namespace standpipe::s3 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ListingTest : public S3Fixture {
 protected:
  // Keys and common prefixes of all pages, each page's in that order.
  std::vector<std::string> list(ListObjectsV2Input input) {
    input.bucket = "bucket";
    std::vector<std::string> result;
    while (true) {
      const auto output = s3_->list_objects_v2(request_, input);
      for (const Object& object : *output.contents) result.push_back(*object.key);
      for (const CommonPrefix& prefix : *output.common_prefixes) result.push_back("[" + *prefix.prefix + "]");
      EXPECT_EQ(static_cast<size_t>(*output.key_count), output.contents->size() + output.common_prefixes->size());
      if (!*output.is_truncated) return result;
      input.continuation_token = output.next_continuation_token;
    }
  }
};

TEST_F(ListingTest, InByteOrderWithPrefixesRolledUp) {
  for (const char* key : {"b", "a/1", "a/2", "a/x/3", "a", "c/4", "\xc3\xa9", "Z"}) put(key, "");
  EXPECT_THAT(list({}), ElementsAre("Z", "a", "a/1", "a/2", "a/x/3", "b", "c/4", "\xc3\xa9"));
  EXPECT_THAT(list({.delimiter = "/"}), ElementsAre("Z", "a", "b", "\xc3\xa9", "[a/]", "[c/]"));
  EXPECT_THAT(list({.delimiter = "/", .max_keys = 1}), ElementsAre("Z", "a", "[a/]", "b", "[c/]", "\xc3\xa9"));
  EXPECT_THAT(list({.delimiter = "/", .prefix = "a/"}), ElementsAre("a/1", "a/2", "[a/x/]"));
  EXPECT_THAT(list({.prefix = "a", .start_after = "a/1"}), ElementsAre("a/2", "a/x/3"));
  EXPECT_THAT(list({.encoding_type = "url", .prefix = "\xc3"}), ElementsAre("%C3%A9"));
  EXPECT_THAT(list({.max_keys = 0}), IsEmpty());
}

TEST_F(ListingTest, ManyKeysBehindFewPrefixes) {
  for (int prefix = 0; prefix < 30; ++prefix) {
    for (int key = 0; key < 40; ++key) put("p" + std::to_string(10 + prefix) + "/" + std::to_string(key), "");
  }
  EXPECT_EQ(list({.delimiter = "/"}).size(), 30u);
  EXPECT_EQ(list({.delimiter = "/", .max_keys = 7}).size(), 30u);
  EXPECT_EQ(list({}).size(), 1200u);
}

TEST_F(ListingTest, FirstVersionGoesOnFromMarkers) {
  for (const char* key : {"a/1", "a/2", "b/1", "c"}) put(key, "x");
  ListObjectsInput input{.bucket = "bucket", .delimiter = "/", .max_keys = 1};
  auto page = s3_->list_objects(request_, input);
  EXPECT_EQ(page.common_prefixes->front().prefix, "a/");
  EXPECT_EQ(page.next_marker, "a/");
  input.marker = page.next_marker;
  page = s3_->list_objects(request_, input);
  EXPECT_EQ(page.common_prefixes->front().prefix, "b/");
  input.marker = page.next_marker;
  page = s3_->list_objects(request_, input);
  EXPECT_EQ(page.contents->front().key, "c");
  EXPECT_EQ(page.contents->front().owner->id->size(), 64u);
  EXPECT_FALSE(*page.is_truncated);
}

TEST_F(ListingTest, RefusesBadArguments) {
  const auto refused = [&](ListObjectsV2Input input, const std::string& part) {
    input.bucket = "bucket";
    return code_of([&] { s3_->list_objects_v2(request_, input); }, part);
  };
  EXPECT_EQ(refused({.encoding_type = "xml"}, "Invalid Encoding Method"), "InvalidArgument");
  EXPECT_EQ(refused({.max_keys = -1}, "maxKeys"), "InvalidArgument");
  EXPECT_EQ(refused({.continuation_token = "?"}, "The continuation token provided is incorrect"), "InvalidArgument");
  const auto access =
      s3_->access(request_, ListObjectsV2Input{.bucket = "bucket", .max_keys = 3, .prefix = "p"}).front();
  EXPECT_THAT(access.conditions.at("s3:prefix"), ElementsAre("p"));
  EXPECT_THAT(access.conditions.at("s3:max-keys"), ElementsAre("3"));
}

}  // namespace
}  // namespace standpipe::s3
