#include "net/connect_proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "net/listener.h"
#include "net/loopback_peer.h"
#include "net/server.h"

namespace standpipe::net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ConnectProxyTest : public testing::Test {
 protected:
  ConnectProxyTest() {
    EndpointOptions endpoint;
    endpoint.handler = [](Request& request) {
      return Response::text(200, "origin " + std::string(request.body.view()));
    };
    endpoint_ = origin_.listen("127.0.0.1", 0, endpoint);
    target_ = "127.0.0.1:" + std::to_string(origin_.port(endpoint_));
    options_.upstream = std::nullopt;
    options_.addresses = AddressPolicy({"127.0.0.1"});
  }

  uint16_t start(LocalRoute route = nullptr) {
    proxy_ = std::make_unique<ConnectProxy>(options_, workers_);
    id_ = proxy_->adopt_listener(listen_on("127.0.0.1", 0).release(), std::move(route));
    return proxy_->port(id_);
  }
  static std::string connect(LoopbackPeer& peer, const std::string& target) {
    peer.send("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
    return peer.read_until("\r\n\r\n");
  }
  static std::string ask(LoopbackPeer& peer, const std::string& body = "") {
    peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return peer.read_response();
  }

  Workers workers_;
  Server origin_{{}, workers_};
  Server::EndpointId endpoint_ = 0;
  std::string target_;
  ProxyOptions options_;
  std::unique_ptr<ConnectProxy> proxy_;
  ConnectProxy::ListenerId id_ = 0;
};

TEST_F(ConnectProxyTest, CarriesBytesBothWays) {
  LoopbackPeer peer(start());
  EXPECT_THAT(connect(peer, target_), StartsWith("HTTP/1.1 200 "));
  const std::string big(3 << 20, 'x');
  EXPECT_THAT(ask(peer, big), testing::EndsWith("origin " + big));
  EXPECT_THAT(ask(peer), testing::EndsWith("origin "));
  EXPECT_GT(proxy_->counts().bytes_up, big.size());
  EXPECT_GT(proxy_->counts().bytes_down, big.size());
  EXPECT_EQ(proxy_->counts().tunnels, 1u);
  proxy_->close(id_);
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(ConnectProxyTest, UnderstandsClientsOfHttp10) {
  LoopbackPeer peer(start());
  peer.send("CONNECT " + target_ + " HTTP/1.0\r\n\r\n");
  EXPECT_THAT(peer.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(peer), testing::EndsWith("origin "));
}

TEST_F(ConnectProxyTest, RefusesWhatIsNotPublic) {
  options_.addresses = {};
  const uint16_t port = start();
  const std::string origin_port = target_.substr(target_.find(':'));
  for (const std::string& host :
       {std::string("127.0.0.1"), std::string("localhost"), std::string("[::1]"), std::string("0.0.0.0"),
        std::string("[::ffff:127.0.0.1]"), std::string("127.1"), std::string("2130706433"), std::string("0x7f.0.0.1"),
        std::string("169.254.169.254"), std::string("10.0.0.1")}) {
    LoopbackPeer peer(port);
    const std::string answer = connect(peer, host + origin_port);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ") || answer.starts_with("HTTP/1.1 502 ")) << host << ": " << answer;
  }
  EXPECT_EQ(origin_.connections(), 0u);
  EXPECT_EQ(proxy_->counts().tunnels, 0u);
}

TEST_F(ConnectProxyTest, ServesOnlyConnect) {
  const uint16_t port = start();
  const std::pair<std::string, int> cases[] = {
      {"GET http://" + target_ + "/ HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"CONNECT 127.0.0.1 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"CONNECT http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"CONNECT " + target_ + " HTTP/1.1\nHost: x\n\n", 400},
      {"\x16\x03\x01 nonsense\n", 400},
  };
  for (const auto& [request, status] : cases) {
    LoopbackPeer peer(port);
    peer.send(request);
    EXPECT_THAT(peer.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 " + std::to_string(status))) << request;
  }
}

TEST_F(ConnectProxyTest, HandsOurOwnNamesOver) {
  options_.open = false;
  options_.addresses = {};
  const LocalRoute route = [&](const Authority& asked) -> std::optional<LocalTarget> {
    if (asked.port == 443 && asked.host.ends_with(".amazonaws.com")) {
      return [&](int fd) { origin_.adopt_connection(endpoint_, fd); };
    }
    if (asked.host == "by.address") return Authority{"127.0.0.1", origin_.port(endpoint_)};
    return std::nullopt;
  };
  const uint16_t port = start(route);
  LoopbackPeer given(port), carried(port), closed(port);
  EXPECT_THAT(connect(given, "s3.us-east-1.amazonaws.com:443"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(given, "1"), testing::EndsWith("origin 1"));
  EXPECT_THAT(connect(carried, "by.address:80"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(carried, "2"), testing::EndsWith("origin 2"));
  EXPECT_THAT(connect(closed, "pypi.org:443"), StartsWith("HTTP/1.1 403 "));
}

TEST_F(ConnectProxyTest, GoesThroughAnUpstreamProxy) {
  ProxyOptions upstream_options = options_;
  ConnectProxy upstream(upstream_options, workers_);
  const auto upstream_id = upstream.adopt_listener(listen_on("127.0.0.1", 0).release());
  options_.upstream = UpstreamProxy{.host = "127.0.0.1",
                                    .port = upstream.port(upstream_id),
                                    .authorization = "Basic eDp5",
                                    .not_for = {"direct.example"}};
  LoopbackPeer peer(start());
  EXPECT_THAT(connect(peer, target_), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(peer), testing::EndsWith("origin "));
  EXPECT_EQ(upstream.counts().tunnels, 1u);
  options_.addresses = {};
  LoopbackPeer refused(start());
  EXPECT_THAT(connect(refused, target_), StartsWith("HTTP/1.1 403 "));
  EXPECT_EQ(upstream.counts().tunnels, 1u);
}

TEST_F(ConnectProxyTest, LimitsTunnelsAndTheirTimes) {
  options_.tunnels_max = 1;
  options_.idle_time = std::chrono::milliseconds(100);
  options_.head_time = std::chrono::milliseconds(100);
  const uint16_t port = start();
  LoopbackPeer first(port);
  EXPECT_THAT(connect(first, target_), StartsWith("HTTP/1.1 200 "));
  LoopbackPeer second(port);
  EXPECT_THAT(second.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(first.read_to_end(), "");
  LoopbackPeer silent(port);
  EXPECT_EQ(silent.read_to_end(), "");
}

TEST(UpstreamProxy, ReadsTheEnvironment) {
  ::setenv("https_proxy", "http://user:p%40ss@proxy.example:3128/", 1);
  ::setenv("no_proxy", "localhost, .internal.example,10.0.0.0/8, *.aws", 1);
  const auto proxy = UpstreamProxy::from_environment();
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->host, "proxy.example");
  EXPECT_EQ(proxy->port, 3128);
  EXPECT_EQ(proxy->authorization, "Basic dXNlcjpwQHNz");
  EXPECT_TRUE(proxy->serves("pypi.org"));
  for (const char* host : {"localhost", "a.internal.example", "10.2.3.4", "x.aws"})
    EXPECT_FALSE(proxy->serves(host)) << host;
  ::setenv("https_proxy", "socks5://x:1", 1);
  EXPECT_FALSE(UpstreamProxy::from_environment());
  ::unsetenv("https_proxy");
  ::unsetenv("no_proxy");
  ::unsetenv("HTTPS_PROXY");
  EXPECT_FALSE(UpstreamProxy::from_environment());
}

}  // namespace
}  // namespace standpipe::net
