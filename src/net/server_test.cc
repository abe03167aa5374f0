#include "net/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/un.h>

#include <filesystem>
#include <future>

#include "net/certificates.h"
#include "net/listener.h"
#include "net/loopback_peer.h"

namespace standpipe::net {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ZeroSource final : public ByteSource {
 public:
  explicit ZeroSource(uint64_t size) : size_(size), left_(size) {}
  uint64_t size() const override { return size_; }
  size_t read(char* into, size_t capacity) override {
    const size_t count = std::min<uint64_t>(capacity, left_);
    std::fill_n(into, count, 'z');
    left_ -= count;
    return count;
  }

 private:
  const uint64_t size_;
  uint64_t left_;
};

// Echoes what it was asked, so that a test sees what the handler saw.
Response echo(Request& request) {
  if (request.path() == "/throw") throw std::runtime_error("broken");
  if (request.path() == "/split") {
    Response response = Response::text(200, "x");
    response.headers.add("X-A", "1\r\nX-B: 2");
    return response;
  }
  if (request.path() == "/none") return {.status = 204, .headers = {}, .body = {}};
  if (request.path() == "/source") {
    return {.status = 200, .headers = {}, .body = std::make_shared<ZeroSource>(3 << 20)};
  }
  if (request.path() == "/big") return Response::text(200, std::string(8 << 20, 'b'));
  if (request.path() == "/stream") {
    return {.status = 200, .headers = {}, .body = StreamedBody([](BodyWriter& writer) {
                                            for (const char* part : {"one", "two", "three"}) writer.write(part);
                                          })};
  }
  std::string trailers;
  for (const auto& [name, value] : request.trailers.entries()) trailers += name + "=" + value + ";";
  return Response::text(200, request.method + " " + request.target + " " + request.host() + " " + request.peer +
                                 (request.tls ? " tls " : " plain ") + std::to_string(request.body.size()) + " " +
                                 std::string(request.body.view().substr(0, 100)) + " " + trailers);
}

Response refuse_as_xml(const Request& head, int status) {
  return Response::text(status, "<Error>" + head.target + "</Error>", "application/xml");
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() { options_.head_time = std::chrono::seconds(5); }

  uint16_t start(EndpointOptions endpoint = {}) {
    if (!endpoint.handler) endpoint.handler = echo;
    server_ = std::make_unique<Server>(options_, workers_);
    id_ = server_->listen("127.0.0.1", 0, std::move(endpoint));
    return server_->port(id_);
  }

  Workers workers_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
  Server::EndpointId id_ = 0;
};

TEST_F(ServerTest, KeepsTheConnectionAlive) {
  LoopbackPeer peer(start());
  for (int i = 0; i < 3; ++i) {
    peer.send("GET /a?b=c HTTP/1.1\r\nHost: Example.com:80\r\n\r\n");
    const std::string response = peer.read_response();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
    EXPECT_THAT(response, HasSubstr("GET /a?b=c example.com 127.0.0.1 plain 0 "));
  }
  EXPECT_EQ(server_->connections(), 1u);
  peer.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(peer.read_to_end(), HasSubstr("Connection: close\r\n"));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  LoopbackPeer peer(start());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
  }
  peer.send(requests);
  for (int i = 0; i < 50; ++i) EXPECT_THAT(peer.read_response(), HasSubstr("POST /" + std::to_string(i) + " x"));
}

TEST_F(ServerTest, ReadsChunkedBodiesWithTrailersHoweverTheyArrive) {
  LoopbackPeer peer(start());
  const std::string request =
      "PUT /k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32: AAAA\r\n\r\n";
  peer.send(request);
  EXPECT_THAT(peer.read_response(), HasSubstr(" 11 hello world x-amz-checksum-crc32=AAAA;"));
  for (const char c : request) peer.send({&c, 1});
  EXPECT_THAT(peer.read_response(), HasSubstr(" 11 hello world x-amz-checksum-crc32=AAAA;"));
}

TEST_F(ServerTest, Sends100ContinueOnlyForAcceptedBodies) {
  EndpointOptions endpoint;
  endpoint.body_limit = [](const Request& head) { return head.path() == "/small" ? 10u : 1000u; };
  endpoint.refusal = refuse_as_xml;
  const uint16_t port = start(endpoint);
  LoopbackPeer peer(port);
  peer.send("PUT /k HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("hello world");
  EXPECT_THAT(peer.read_response(), HasSubstr(" 11 hello world"));
  peer.send("PUT /small HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  const std::string refused = peer.read_response();
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(refused, HasSubstr("<Error>/small</Error>"));

  LoopbackPeer chunked(port);
  chunked.send(
      "PUT /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n");
  EXPECT_THAT(chunked.read_response(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, SpoolsBigBodiesWithoutLeavingFiles) {
  char folder[] = "/tmp/standpipe-spool-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  options_.spool_dir = folder;
  std::string seen;
  EndpointOptions endpoint;
  endpoint.handler = [&](Request& request) {
    seen = request.body.view();
    return Response::text(200, std::to_string(request.body.size()));
  };
  LoopbackPeer peer(start(endpoint));
  std::string body(20 << 20, '\0');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 + i / 4096);
  const std::string requests[] = {"Content-Length: 20971520\r\n\r\n" + body,
                                  "Transfer-Encoding: chunked\r\n\r\n1400000\r\n" + body + "\r\n0\r\n\r\n"};
  for (const std::string& request : requests) {
    peer.send("PUT /k HTTP/1.1\r\nHost: x\r\n" + request);
    EXPECT_THAT(peer.read_response(), EndsWith("\r\n\r\n20971520"));
    EXPECT_TRUE(seen == body);
    seen.clear();
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

TEST_F(ServerTest, WritesEveryKindOfBody) {
  LoopbackPeer peer(start());
  peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(peer.read_until("0\r\n\r\n"), "3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n");
  peer.send("GET /source HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_response(), EndsWith(std::string(3 << 20, 'z')));
  peer.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_response(), EndsWith(std::string(8 << 20, 'b')));
  peer.send("HEAD /source HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("Content-Length: 3145728\r\n"));
  peer.send("GET /none HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_until("\r\n\r\n"), Not(HasSubstr("Content-Length")));
  peer.send("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 500 "));
  peer.send("GET /split HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 500 "));
  peer.send("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_THAT(peer.read_to_end(), EndsWith("\r\n\r\nonetwothree"));
}

TEST_F(ServerTest, RefusesWhatCouldBeReadTwoWays) {
  const uint16_t port = start();
  const std::string host = "Host: x\r\n";
  const std::pair<std::string, int> cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
      {"GET / HTTP/1.1\n" + host + "\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "A: b\r\n c\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "A\r\n\r\n", 400},
      {"GET /a b HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET  / HTTP/1.1\r\n" + host + "\r\n", 400},
      {"G@T / HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET x HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET / HTTP/3.0\r\n" + host + "\r\n", 505},
      {"CONNECT a:1 HTTP/1.1\r\n" + host + "\r\n", 405},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\na", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n\r\na", 400},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, identity\r\n\r\n", 501},
      {"POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\na", 400},
      {"GET / HTTP/1.1\r\n" + host + "Expect: magic\r\n\r\n", 417},
      {"GET /" + std::string(20000, 'a') + " HTTP/1.1\r\n" + host + "\r\n", 414},
      {"GET / HTTP/1.1\r\n" + host + "A: " + std::string(70000, 'a') + "\r\n\r\n", 431},
  };
  for (const auto& [request, status] : cases) {
    LoopbackPeer peer(port);
    peer.send(request);
    const std::string response = peer.read_to_end();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 " + std::to_string(status))) << request.substr(0, 200);
    EXPECT_THAT(response, HasSubstr("Connection: close"));
  }
  EXPECT_EQ(server_->requests(), 0u);
}

TEST_F(ServerTest, SpeaksTlsAndPlainOnOnePort) {
  char folder[] = "/tmp/standpipe-ca-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  EndpointOptions endpoint;
  endpoint.tls = Tls::optional;
  endpoint.certificates = std::make_shared<CertificateAuthority>(folder);
  const std::string bundle = endpoint.certificates->ca_path();
  const uint16_t port = start(endpoint);
  for (const char* name : {"kinesis.us-east-1.amazonaws.com", "localhost", "127.0.0.1"}) {
    LoopbackPeer peer(port);
    ASSERT_TRUE(peer.start_tls(bundle, name)) << peer.transport().failure();
    for (int i = 0; i < 2; ++i) {
      peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      EXPECT_THAT(peer.read_response(), HasSubstr(" tls "));
    }
    peer.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(peer.read_response(), EndsWith(std::string(8 << 20, 'b')));
  }
  LoopbackPeer stranger(port);
  EXPECT_FALSE(stranger.start_tls(bundle, "example.com"));
  LoopbackPeer plain(port);
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(plain.read_response(), HasSubstr(" plain "));
  std::filesystem::remove_all(folder);
}

TEST_F(ServerTest, CutsOffSlowPeers) {
  options_.head_time = options_.body_time = options_.idle_time = std::chrono::milliseconds(100);
  const uint16_t port = start();
  LoopbackPeer idle(port), head(port), body(port);
  head.send("GET / HT");
  body.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(head.read_to_end(), "");
  EXPECT_EQ(body.read_to_end(), "");
}

TEST_F(ServerTest, CutsOffPeersThatDoNotRead) {
  options_.write_time = std::chrono::milliseconds(100);
  std::promise<bool> ended;
  EndpointOptions endpoint;
  endpoint.handler = [&](Request&) {
    return Response{.status = 200, .headers = {}, .body = StreamedBody([&](BodyWriter& writer) {
                                                    const std::string piece(1 << 20, 'x');
                                                    for (int i = 0; i < 64; ++i) {
                                                      if (!writer.write(piece)) return ended.set_value(true);
                                                    }
                                                    ended.set_value(false);
                                                  })};
  };
  LoopbackPeer peer(start(endpoint));
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(ended.get_future().get());
}

TEST_F(ServerTest, RefusesConnectionsAndRequestsBeyondItsLimits) {
  options_.connections_max = 2;
  std::promise<void> go;
  auto gate = go.get_future().share();
  EndpointOptions endpoint;
  endpoint.handler = [gate](Request&) {
    gate.wait();
    return Response::text(200, "done");
  };
  Workers one(1);
  Server server(options_, one);
  const uint16_t port = server.port(server.listen("127.0.0.1", 0, endpoint));
  LoopbackPeer first(port), second(port);
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  while (server.requests() < 1) std::this_thread::yield();
  second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(second.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
  LoopbackPeer third(port), fourth(port);
  third.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fourth.read_to_end(), "");
  go.set_value();
  EXPECT_THAT(first.read_response(), EndsWith("done"));
}

TEST_F(ServerTest, FinishesRunningRequestsWhenItStops) {
  std::promise<void> go, running;
  auto gate = go.get_future().share();
  EndpointOptions endpoint;
  endpoint.handler = [&, gate](Request&) {
    running.set_value();
    gate.wait();
    return Response::text(200, "done");
  };
  const uint16_t port = start(endpoint);
  LoopbackPeer idle(port), busy(port);
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  running.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { return server_->stop(Deadline::in(std::chrono::seconds(10))); });
  EXPECT_EQ(idle.read_to_end(), "");
  go.set_value();
  const std::string response = busy.read_to_end();
  EXPECT_THAT(response, EndsWith("done"));
  EXPECT_THAT(response, HasSubstr("Connection: close"));
  EXPECT_TRUE(stopped.get());
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ServerTest, AdoptsListenersAndConnections) {
  start();
  Descriptor listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "standpipe-test-" + std::to_string(::getpid());
  std::copy(name.begin(), name.end(), address.sun_path + 1);  // an abstract address leaves no file
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  ASSERT_EQ(::bind(listening.get(), generic, sizeof address), 0);
  ASSERT_EQ(::listen(listening.get(), 5), 0);
  EndpointOptions endpoint;
  endpoint.handler = [](Request& request) { return Response::text(200, "sandbox " + request.peer); };
  const auto sandbox = server_->adopt_listener(listening.release(), endpoint);
  Descriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), generic, sizeof address), 0);
  LoopbackPeer peer(std::move(client));
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_response(), EndsWith("sandbox unix"));
  EXPECT_TRUE(server_->close(sandbox, Deadline::in(std::chrono::seconds(5))));
  EXPECT_EQ(peer.read_to_end(), "");

  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  server_->adopt_connection(id_, pair[0]);
  LoopbackPeer adopted{Descriptor(pair[1])};
  adopted.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(adopted.read_response(), HasSubstr("GET / x unix plain"));
}

}  // namespace
}  // namespace standpipe::net
