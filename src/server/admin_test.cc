#include "server/admin.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace standpipe::server {
namespace {

class AdminTest : public testing::Test {
 protected:
  AdminTest() { settings_.root_access_key = settings_.root_secret_key = "test"; }
  int status(const char* method, const char* target, const std::string& credentials = "") {
    net::Request http;
    http.method = method;
    http.target = target;
    if (!credentials.empty()) http.headers.set("Authorization", "Basic " + base64_encode(credentials));
    return admin_.serve(http).status;
  }
  Settings settings_;
  int resets_ = 0;
  Admin admin_{settings_,
               {.health = [] { return "{}"; },
                .metrics = [] { return ""; },
                .flush = [] { return true; },
                .reset = [this] { ++resets_; }}};
};

TEST_F(AdminTest, HealthAndMetricsNeedNoCredentials) {
  EXPECT_EQ(status("GET", "/_standpipe/health"), 200);
  EXPECT_EQ(status("GET", "/_standpipe/metrics"), 200);
}

TEST_F(AdminTest, OnlyRootResetsAndFlushes) {
  EXPECT_EQ(status("POST", "/_standpipe/reset"), 401);
  EXPECT_EQ(status("POST", "/_standpipe/reset", "test:wrong"), 401);
  EXPECT_EQ(status("POST", "/_standpipe/flush"), 401);
  EXPECT_EQ(resets_, 0);
  EXPECT_EQ(status("POST", "/_standpipe/reset", "test:test"), 200);
  EXPECT_EQ(resets_, 1);
  EXPECT_EQ(status("POST", "/_standpipe/flush", "test:test"), 200);
}

TEST_F(AdminTest, RefusesOtherMethodsAndPages) {
  EXPECT_EQ(status("GET", "/_standpipe/reset", "test:test"), 405);
  EXPECT_EQ(status("POST", "/_standpipe/health"), 405);
  EXPECT_EQ(status("GET", "/_standpipe/else"), 404);
}

}  // namespace
}  // namespace standpipe::server
