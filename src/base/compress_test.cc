#include "base/compress.h"

#include <gtest/gtest.h>

namespace standpipe {
namespace {

TEST(Compress, RoundTrips) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919);
  EXPECT_EQ(gzip_decompress(gzip_compress(text), text.size()), text);
  EXPECT_EQ(gzip_decompress(gzip_compress(""), 0), "");
}

TEST(Compress, RefusesDamagedTruncatedAndTooLong) {
  const std::string packed = gzip_compress(std::string(100'000, 'a'));
  EXPECT_EQ(gzip_decompress(packed, 99'999), std::nullopt);
  EXPECT_EQ(gzip_decompress(packed.substr(0, packed.size() / 2), 1 << 20), std::nullopt);
  EXPECT_EQ(gzip_decompress("not gzip", 1 << 20), std::nullopt);
}

}  // namespace
}  // namespace standpipe
