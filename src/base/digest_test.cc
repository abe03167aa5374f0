#include "base/digest.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace standpipe {
namespace {

TEST(Digest, KnownAnswers) {
  EXPECT_EQ(hex_encode(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc64_nvme("123456789"), 0xAE8B14860A799888ULL);
}

TEST(Digest, ChecksumsContinue) {
  EXPECT_EQ(crc32("6789", crc32("12345")), crc32("123456789"));
  EXPECT_EQ(crc32c("6789", crc32c("12345")), crc32c("123456789"));
  EXPECT_EQ(crc64_nvme("6789", crc64_nvme("12345")), crc64_nvme("123456789"));
}

TEST(Digest, SealedTextOpensOnlyWithItsKeyUnchanged) {
  const std::string key(32, 'k');
  std::string sealed = seal(key, "secret"), plain;
  EXPECT_TRUE(unseal(key, sealed, plain));
  EXPECT_EQ(plain, "secret");
  EXPECT_FALSE(unseal(std::string(32, 'x'), sealed, plain));
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  EXPECT_FALSE(unseal(key, sealed, plain));
  EXPECT_FALSE(unseal(key, "short", plain));
}

}  // namespace
}  // namespace standpipe
