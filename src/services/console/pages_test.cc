#include "services/console/pages.h"

#include <gtest/gtest.h>

#include "base/compress.h"

namespace standpipe::console {
namespace {

class PagesTest : public testing::Test {
 protected:
  static net::Request request(std::string method = "GET", net::Headers headers = {}) {
    net::Request http{.method = std::move(method), .target = "/_console/"};
    http.headers = std::move(headers);
    return http;
  }
  static std::string body(const net::Response& response) { return std::get<std::string>(response.body); }

  const std::string page_ = gzip_compress("<html>"), script_ = gzip_compress("run()");
  const Asset assets_[2] = {{"index.html", "text/html; charset=utf-8", "\"1\"", page_},
                            {"assets/a-1.js", "text/javascript; charset=utf-8", "\"2\"", script_}};
  const Pages pages_{assets_};
};

TEST_F(PagesTest, SendsThePageAtTheMount) {
  const net::Response response = pages_.serve(request(), "");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body(response), "<html>");
  EXPECT_EQ(response.headers.get("cache-control"), "no-cache");
  EXPECT_EQ(response.headers.get("content-type"), "text/html; charset=utf-8");
  EXPECT_FALSE(response.headers.contains("content-encoding"));
}

TEST_F(PagesTest, SendsAssetsPackedAndForEver) {
  const net::Response response = pages_.serve(request("GET", {{"Accept-Encoding", "br, gzip"}}), "assets/a-1.js");
  EXPECT_EQ(body(response), script_);
  EXPECT_EQ(response.headers.get("content-encoding"), "gzip");
  EXPECT_EQ(response.headers.get("vary"), "accept-encoding");
  EXPECT_EQ(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(body(pages_.serve(request("GET", {{"Accept-Encoding", "gzip;q=0"}}), "assets/a-1.js")), "run()");
}

TEST_F(PagesTest, SendsNothingThatIsKnown) {
  for (const char* tag : {"\"1\"", "W/\"1\"", "\"x\", \"1\"", "*"}) {
    const net::Response response = pages_.serve(request("GET", {{"If-None-Match", tag}}), "");
    EXPECT_EQ(response.status, 304) << tag;
    EXPECT_EQ(body(response), "");
  }
  EXPECT_EQ(pages_.serve(request("GET", {{"If-None-Match", "\"2\""}}), "").status, 200);
}

TEST_F(PagesTest, HasOnlyWhatIsInTheTable) {
  for (const char* path : {"assets/", "assets/a-1.js/", "../index.html", "assets/../index.html", "%69ndex.html"}) {
    EXPECT_EQ(pages_.serve(request(), path).status, 404) << path;
  }
  EXPECT_EQ(pages_.serve(request("POST"), "").status, 405);
  EXPECT_EQ(body(pages_.serve(request("HEAD"), "")), "");
  const net::Response none = Pages({}).serve(request(), "");
  EXPECT_EQ(none.status, 503);
  EXPECT_EQ(body(none), "this build has no console\n");
}

TEST_F(PagesTest, ConfinesEveryAnswer) {
  net::Response response;
  confine(response);
  EXPECT_EQ(response.headers.get("x-frame-options"), "DENY");
  EXPECT_EQ(response.headers.get("cache-control"), "no-store");
  EXPECT_NE(response.headers.get("content-security-policy").find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(response.headers.get("content-security-policy").find("unsafe"), std::string::npos);
}

}  // namespace
}  // namespace standpipe::console
