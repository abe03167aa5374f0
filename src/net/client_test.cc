#include "net/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <system_error>

#include "net/certificates.h"
#include "net/listener.h"
#include "net/loopback_peer.h"
#include "net/server.h"

namespace standpipe::net {
namespace {

Deadline soon() { return Deadline::in(std::chrono::seconds(20)); }

std::string body(const Response& response) { return std::get<std::string>(response.body); }

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    char folder[] = "/tmp/standpipe-client-XXXXXX";
    dir_ = ::mkdtemp(folder);
    EndpointOptions endpoint;
    endpoint.tls = Tls::optional;
    endpoint.certificates = std::make_shared<CertificateAuthority>(dir_);
    options_.ca_bundle = endpoint.certificates->ca_path();
    options_.upstream = std::nullopt;
    endpoint.handler = [](Request& request) {
      if (request.path() == "/stream") {
        return Response{.status = 200, .headers = {}, .body = StreamedBody([](BodyWriter& writer) {
                                                        for (int i = 0; i < 100; ++i)
                                                          writer.write(std::string(1000, 'x'));
                                                      })};
      }
      if (request.path() == "/big") return Response::text(200, std::string(3 << 20, 'b'));
      return Response::text(request.path() == "/missing" ? 404 : 200,
                            request.method + " " + request.target + " " + request.headers.get("host") + " " +
                                request.headers.get("x-a") + " " + std::string(request.body.view()));
    };
    port_ = server_.port(server_.listen("127.0.0.1", 0, endpoint));
    origin_ = "http://127.0.0.1:" + std::to_string(port_);
  }
  ~ClientTest() override { std::filesystem::remove_all(dir_); }

  std::error_code failure(Client& client, const ClientRequest& request, Deadline deadline = soon()) {
    try {
      client.fetch(request, deadline);
    } catch (const std::system_error& error) {
      return error.code();
    }
    return {};
  }

  Workers workers_;
  Server server_{{}, workers_};
  std::filesystem::path dir_;
  ClientOptions options_;
  uint16_t port_ = 0;
  std::string origin_;
};

TEST_F(ClientTest, FetchesAndReusesItsConnection) {
  Client client(options_);
  for (int i = 0; i < 3; ++i) {
    const Response response = client.fetch({.url = origin_ + "/a?b=c#part", .headers = {{"X-A", "1"}}}, soon());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(body(response), "GET /a?b=c 127.0.0.1:" + std::to_string(port_) + " 1 ");
  }
  EXPECT_EQ(server_.connections(), 1u);
  EXPECT_EQ(client.fetch({.url = origin_ + "/missing"}, soon()).status, 404);
  EXPECT_THAT(body(client.fetch({.method = "PUT", .url = origin_, .body = "hello"}, soon())),
              testing::EndsWith(" hello"));
  EXPECT_EQ(body(client.fetch({.url = origin_ + "/stream"}, soon())).size(), 100'000u);
  EXPECT_EQ(body(client.fetch({.method = "HEAD", .url = origin_ + "/big"}, soon())), "");
  EXPECT_EQ(body(client.fetch({.url = origin_ + "/big"}, soon())).size(), 3u << 20);
  EXPECT_EQ(server_.connections(), 1u);
}

TEST_F(ClientTest, VerifiesCertificatesAndFollowsItsRoutes) {
  options_.route = [&](const Authority& asked) -> std::optional<Authority> {
    return asked.host.ends_with(".amazonaws.com") || asked.host == "example.com"
               ? std::optional(Authority{"127.0.0.1", port_})
               : std::nullopt;
  };
  Client client(options_);
  EXPECT_EQ(body(client.fetch({.url = "https://b.s3.us-east-1.amazonaws.com/k"}, soon())),
            "GET /k b.s3.us-east-1.amazonaws.com  ");
  EXPECT_EQ(failure(client, {.url = "https://example.com/"}), std::errc::protocol_error);
  ClientOptions strangers = options_;
  strangers.ca_bundle = host_ca_bundle();
  if (strangers.ca_bundle.empty()) GTEST_SKIP() << "this machine has no CA bundle";
  Client other(strangers);
  EXPECT_EQ(failure(other, {.url = "https://b.s3.us-east-1.amazonaws.com/k"}), std::errc::protocol_error);
}

TEST_F(ClientTest, KeepsToItsLimits) {
  Client client(options_);
  EXPECT_EQ(failure(client, {.url = origin_ + "/big", .response_bytes_max = 1000}), std::errc::message_size);
  EXPECT_EQ(failure(client, {.url = origin_ + "/stream", .response_bytes_max = 1000}), std::errc::message_size);
  for (const char* url :
       {"ftp://x/", "x", "http://", "http://u:p@x/", "http://x y/", "http://x:99999/", "file:///etc/passwd"}) {
    EXPECT_EQ(failure(client, {.url = url}), std::errc::invalid_argument) << url;
  }
  EXPECT_EQ(failure(client, {.url = origin_, .headers = {{"A", "b\r\nC: d"}}}), std::errc::invalid_argument);
  options_.addresses = {};
  Client strict(options_);
  EXPECT_EQ(failure(strict, {.url = origin_}), std::errc::permission_denied);
  Descriptor silent = listen_on("127.0.0.1", 0);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(silent.get(), reinterpret_cast<sockaddr*>(&address), &size);
  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  EXPECT_EQ(failure(client, {.url = url}, Deadline::in(std::chrono::milliseconds(50))), std::errc::timed_out);
  silent.close();
  EXPECT_EQ(failure(client, {.url = url}), std::errc::connection_refused);
}

TEST_F(ClientTest, RefusesBrokenAnswers) {
  // A peer that answers each connection with the next of these and closes.
  const std::string answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "SSH-2.0-x\r\n\r\n",
      "",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nto the end",
  };
  Descriptor listening = listen_on("127.0.0.1", 0);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size);
  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  Background peer("peer", [&](std::stop_token) {
    for (const std::string& answer : answers) {
      if (!wait_ready(listening.get(), POLLIN, soon())) return;
      LoopbackPeer accepted{Descriptor(::accept(listening.get(), nullptr, nullptr))};
      accepted.read_until("\r\n\r\n");
      accepted.send(answer);
    }
  });
  Client client(options_);
  for (size_t i = 0; i + 1 < std::size(answers); ++i) {
    EXPECT_NE(failure(client, {.url = url}), std::error_code()) << answers[i];
  }
  EXPECT_EQ(body(client.fetch({.url = url}, soon())), "to the end");
}

}  // namespace
}  // namespace standpipe::net
