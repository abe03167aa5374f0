// A blocking HTTP/1.1 client: templates from URLs, callbacks. Reuses connections. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "net/dial.h"
#include "net/http.h"

namespace standpipe::net {

class TlsContext;
class Transport;

struct Url {
  bool tls = false;
  Authority authority;
  std::string target;  // path and query, at least "/"
};
// http and https only; nullopt for anything else, for user names and for white space.
std::optional<Url> parse_url(std::string_view text);

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  Headers headers = {};  // Host, Content-Length and Connection are the client's
  std::string body = {};
  uint64_t response_bytes_max = uint64_t{64} << 20;  // of the body
};

struct ClientOptions {
  std::string ca_bundle;  // PEM file; empty: the host's
  AddressPolicy addresses = AddressPolicy::anything();
  std::optional<UpstreamProxy> upstream = UpstreamProxy::from_environment();  // for https
  // Where a name is really to be found: AWS's names are ourselves. nullopt: where the name says.
  std::function<std::optional<Authority>(const Authority&)> route = nullptr;
};

class Client {
 public:
  explicit Client(ClientOptions options = {});
  ~Client();

  // The response with its whole body as a string, whatever its status; redirects are the caller's. Throws
  // std::system_error: timed_out, message_size (body over the limit), protocol_error (malformed, certificate refused),
  // invalid_argument (URL), or what Dialer says; always with the URL's host in the text.
  Response fetch(const ClientRequest& request, Deadline deadline);

 private:
  struct Connection;
  using ConnectionPtr = std::unique_ptr<Connection>;
  ConnectionPtr idle(const std::string& key);
  ConnectionPtr open(const Url& url, const std::string& key, Deadline deadline);
  void keep(ConnectionPtr connection);

  const ClientOptions options_;
  const Dialer direct_, proxied_, local_;
  std::mutex mutex_;                 // guards what follows
  std::shared_ptr<TlsContext> tls_;  // read from the bundle when first needed
  std::list<ConnectionPtr> idle_;    // most recently used first
};

}  // namespace standpipe::net
