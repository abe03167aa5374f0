#include "services/opensearch/filter_path.h"

#include <gtest/gtest.h>

namespace standpipe::opensearch {
namespace {

std::string filtered(std::string_view paths) {
  const json::Value answer = json::parse(R"({"took":1,"hits":{"total":{"value":2},"hits":[
      {"_id":"a","_source":{"n":1}},{"_id":"b"}]},"items":[]})");
  return json::print(FilterPath(paths).apply(answer));
}

TEST(FilterPath, KeepsWhatIsWanted) {
  EXPECT_EQ(filtered("took"), R"({"took":1})");
  EXPECT_EQ(filtered("took,hits.total"), R"({"took":1,"hits":{"total":{"value":2}}})");
  EXPECT_EQ(filtered("hits.hits._id"), R"({"hits":{"hits":[{"_id":"a"},{"_id":"b"}]}})");
  EXPECT_EQ(filtered("hits.hits._s*"), R"({"hits":{"hits":[{"_source":{"n":1}}]}})");
  EXPECT_EQ(filtered("hits.*.value"), R"({"hits":{"total":{"value":2}}})");
  EXPECT_EQ(filtered("**.n"), R"({"hits":{"hits":[{"_source":{"n":1}}]}})");
  EXPECT_EQ(filtered("hits.**._id"), R"({"hits":{"hits":[{"_id":"a"},{"_id":"b"}]}})");
  EXPECT_EQ(filtered("nosuch"), "{}");
}

TEST(FilterPath, LeavesOutWhatIsNot) {
  EXPECT_EQ(filtered("-hits,-items"), R"({"took":1})");
  EXPECT_EQ(filtered("hits.hits,-**._source"), R"({"hits":{"hits":[{"_id":"a"},{"_id":"b"}]}})");
}

// A path is followed in as many ways as it has parts, not more.
TEST(FilterPath, CostsLittleWhateverIsAsked) {
  std::string deep = "1", path = "**";
  for (int i = 0; i < 90; ++i) deep = "{\"a\":" + deep + "}";
  for (int i = 0; i < 90; ++i) path += ".a.**";
  EXPECT_EQ(json::print(FilterPath(path + ".b").apply(json::parse(deep))), "{}");
  EXPECT_ANY_THROW(FilterPath(path + "," + path));
}

}  // namespace
}  // namespace standpipe::opensearch
