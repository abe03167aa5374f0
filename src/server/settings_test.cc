#include "server/settings.h"

#include <gtest/gtest.h>

namespace standpipe::server {
namespace {

Settings listening(const char* address) {
  Settings settings;
  settings.listen = address;
  settings.data = "/tmp/x";
  return settings;
}

TEST(Settings, TestCredentialsAreValidOnLoopbackOnly) {
  for (const char* address : {"127.0.0.1:4566", "localhost:0", "[::1]:80"}) {
    Settings settings = listening(address);
    complete(settings);
    EXPECT_EQ(settings.root_access_key, "test") << address;
  }
  Settings settings = listening("0.0.0.0:4566");
  EXPECT_THROW(complete(settings), InvalidSettings);
  settings.root_access_key = "AKIAEXAMPLE";
  EXPECT_THROW(complete(settings), InvalidSettings);
  settings.root_secret_key = "secret";
  EXPECT_NO_THROW(complete(settings));
}

TEST(Settings, RefusesNonsense) {
  for (const char* address : {"", "4566", "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.1:"}) {
    Settings settings = listening(address);
    EXPECT_THROW(complete(settings), InvalidSettings) << address;
  }
  Settings settings = listening("127.0.0.1:1");
  settings.internet = "perhaps";
  EXPECT_THROW(complete(settings), InvalidSettings);
}

}  // namespace
}  // namespace standpipe::server
