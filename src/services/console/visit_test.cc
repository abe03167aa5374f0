#include "services/console/visit.h"

#include <gtest/gtest.h>

namespace standpipe::console {
namespace {

net::Request get(std::string target, std::string host = "localhost:4566") {
  net::Request http{.method = "GET", .target = std::move(target)};
  http.headers = {{"Host", std::move(host)}};
  return http;
}

std::string where(const net::Request& http) {
  const auto mount = mount_of(http);
  if (!mount) return "elsewhere";
  return mount->collection + "|" + (mount->redirect.empty() ? mount->path : "-> " + mount->redirect);
}

TEST(Visit, MountsAreTheConsoleAndCollectionsDashboards) {
  EXPECT_EQ(where(get("/_console/")), "|");
  EXPECT_EQ(where(get("/_console/api/session?x=1")), "|api/session");
  EXPECT_EQ(where(get("/_console")), "|-> /_console/");
  EXPECT_EQ(where(get("/_consoles/x")), "elsewhere");
  EXPECT_EQ(where(get("/_aoss/abc/_dashboards/assets/a.js")), "abc|assets/a.js");
  EXPECT_EQ(where(get("/_aoss/abc/_dashboards")), "abc|-> /_aoss/abc/_dashboards/");
  EXPECT_EQ(where(get("/_aoss/abc/_dashboards_x")), "elsewhere");
  EXPECT_EQ(where(get("/_aoss/abc/_search")), "elsewhere");
  EXPECT_EQ(where(get("/_aoss/abc")), "elsewhere");
  const std::string collection = "abc.us-east-1.aoss.amazonaws.com";
  EXPECT_EQ(where(get("/_dashboards", collection)), "abc|-> /_dashboards/");
  EXPECT_EQ(where(get("/_dashboards/api/session", collection)), "abc|api/session");
  EXPECT_EQ(where(get("/index/_search", collection)), "elsewhere");
  EXPECT_EQ(where(get("/_dashboards/", "aoss.us-east-1.amazonaws.com")), "elsewhere");
}

TEST(Visit, NamesOfAwsHaveNoConsole) {
  EXPECT_EQ(where(get("/_console/", "bucket.s3.us-east-1.amazonaws.com")), "elsewhere");
  EXPECT_EQ(where(get("/_console/", "kinesis.us-east-1.amazonaws.com")), "elsewhere");
}

TEST(Visit, OnlyABrowserIsLedFromTheRoot) {
  net::Request http = get("/");
  EXPECT_EQ(where(http), "elsewhere");
  http.headers.set("accept", "text/html,*/*");
  EXPECT_EQ(where(http), "|-> /_console/");
  http.target = "/?list-type=2";
  EXPECT_EQ(where(http), "elsewhere");
  http.target = "/";
  http.headers.set("authorization", "AWS4-HMAC-SHA256 Credential=x");
  EXPECT_EQ(where(http), "elsewhere");
}

TEST(Visit, HostsAreOursOrAllowed) {
  for (const char* host : {"localhost", "localhost:80", "a.localhost:4566", "127.0.0.1:1", "[::1]:4566", "[fe80::1]",
                           "abc.us-east-1.aoss.amazonaws.com", "Console.Example:4566"}) {
    EXPECT_TRUE(host_allowed(get("/", host), {"console.example"})) << host;
  }
  for (const char* host : {"", "evil.example", "localhost.evil.example", "xlocalhost", "127.0.0.1.evil.example",
                           "1.2.3",
                           "a.b.us-east-1.aoss.amazonaws.com", "kinesis.us-east-1.amazonaws.com", "[evil]"}) {
    EXPECT_FALSE(host_allowed(get("/", host), {"console.example"})) << host;
  }
}

TEST(Visit, OriginsAreOurs) {
  net::Request http = get("/");
  EXPECT_TRUE(own_origin(http));
  http.headers.set("origin", "http://localhost:4566");
  EXPECT_TRUE(own_origin(http));
  http.tls = true;
  EXPECT_FALSE(own_origin(http));
  http.headers.set("origin", "https://localhost:4566");
  EXPECT_TRUE(own_origin(http));
  for (const char* origin : {"null", "", "https://localhost", "https://localhost:45666", "https://evil.example"}) {
    http.headers.set("origin", origin);
    EXPECT_FALSE(own_origin(http)) << origin;
  }
}

TEST(Visit, CookiesAreReadByNameAndPort) {
  net::Request http = get("/");
  http.headers.add("cookie", "a=b; standpipe-session-4567=no; standpipe-session-4566=yes");
  http.headers.add("cookie", "standpipe-visit-4566=v");
  EXPECT_EQ(cookie(http, "session"), "yes");
  EXPECT_EQ(cookie(http, "visit"), "v");
  EXPECT_EQ(cookie(http, "other"), "");
  http.tls = true;
  EXPECT_EQ(cookie(http, "session"), "") << "only with the prefix that neighbours cannot set";
  EXPECT_EQ(cookie_name(get("/", "localhost"), "x"), "standpipe-x-80");
  EXPECT_EQ(cookie_name(get("/", "[::1]"), "x"), "standpipe-x-80");
  EXPECT_EQ(cookie_name(get("/", "h:1;path=/x"), "x"), "standpipe-x-0") << "nothing of the header gets into a cookie";
}

TEST(Visit, CookiesAreOutOfReachOfScriptsAndOtherSites) {
  net::Response response;
  set_cookie(response, get("/"), "session", "id");
  EXPECT_EQ(response.headers.get("set-cookie"), "standpipe-session-4566=id; Path=/; HttpOnly; SameSite=Strict");
  net::Request http = get("/", "localhost");
  http.tls = true;
  net::Response secure;
  clear_cookie(secure, http, "session");
  EXPECT_EQ(secure.headers.get("set-cookie"),
            "__Host-standpipe-session-443=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict; Secure");
}

}  // namespace
}  // namespace standpipe::console
