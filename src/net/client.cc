#include "net/client.h"

#include <poll.h>

#include <algorithm>
#include <system_error>

#include "base/bytes.h"
#include "net/certificates.h"
#include "net/http1_parser.h"
#include "net/http1_writer.h"
#include "net/tls_context.h"
#include "net/transport.h"

namespace standpipe::net {
namespace {

constexpr size_t kIdleMax = 16;
constexpr auto kIdleTime = std::chrono::seconds(30);
constexpr size_t kReadBytes = 32 << 10;

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  const size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  const std::string name = to_lower(text.substr(0, scheme));
  if (name != "http" && name != "https") return std::nullopt;
  url.tls = name == "https";
  text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find('#'));
  if (!std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; })) return std::nullopt;
  const size_t path = std::min(text.find_first_of("/?"), text.size());
  const auto authority = parse_authority(text.substr(0, path), url.tls ? 443 : 80);
  if (!authority) return std::nullopt;
  url.authority = *authority;
  url.target = text.substr(path);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

// One connection and the request on it. Waits are bounded by the deadline of the request.
struct Client::Connection {
  Connection(Descriptor socket, std::string key_of_host) : transport(std::move(socket)), key(std::move(key_of_host)) {}

  [[noreturn]] void raise(std::errc error, const std::string& what) const {
    throw std::system_error(std::make_error_code(error), key + ": " + what);
  }

  void wait(Transport::State state, Deadline deadline) {
    if (state == Transport::State::failed || state == Transport::State::closed) {
      const std::string why = transport.failure();
      raise(why.empty() ? std::errc::connection_reset : std::errc::protocol_error, why.empty() ? "closed" : why);
    }
    if (!wait_ready(transport.fd(), state == Transport::State::wants_write ? POLLOUT : POLLIN, deadline)) {
      raise(std::errc::timed_out, "no answer");
    }
  }

  void start_tls(TlsContext& context, const std::string& host, Deadline deadline) {
    transport.connect_tls(context.get(), host);
    for (;;) {
      const auto state = transport.handshake();
      if (state == Transport::State::ok) return;
      wait(state, deadline);
    }
  }

  void send(std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
      const auto [state, sent] = transport.write(bytes);
      if (state == Transport::State::ok)
        bytes.remove_prefix(sent);
      else
        wait(state, deadline);
    }
  }

  bool more(Deadline deadline) {  // false: the peer has closed
    char buffer[kReadBytes];
    for (;;) {
      const auto [state, got] = transport.read(buffer, sizeof buffer);
      if (state == Transport::State::ok) {
        input.append(buffer, got);
        return true;
      }
      if (state == Transport::State::closed) return false;
      wait(state, deadline);
    }
  }

  ResponseHead read_response_head(const std::string& method, Deadline deadline);
  std::string read_body(const ResponseHead& head, uint64_t bytes_max, Deadline deadline);

  Transport transport;
  const std::string key;  // scheme, host and port
  std::string input;      // received, not yet used
  bool begun = false;     // something of the answer has arrived
  std::chrono::steady_clock::time_point idle_since;
};

ResponseHead Client::Connection::read_response_head(const std::string& method, Deadline deadline) {
  const HeadLimits limits;
  for (;;) {
    HeadScanner scanner;
    auto found = scanner.scan(input);
    while (found == HeadScanner::Found::nothing) {
      if (input.size() > limits.head_bytes) raise(std::errc::protocol_error, "response head too large");
      if (!more(deadline)) raise(std::errc::connection_reset, "closed without an answer");
      begun = true;
      found = scanner.scan(input);
    }
    if (found == HeadScanner::Found::malformed) raise(std::errc::protocol_error, "malformed response");
    auto head = parse_response_head(std::string_view(input).substr(0, scanner.end()), method, limits);
    if (!head) raise(std::errc::protocol_error, "malformed response");
    input.erase(0, scanner.end());
    if (head->status >= 200) return std::move(*head);
    if (head->status == 101) raise(std::errc::protocol_error, "unexpected change of protocol");
  }
}

std::string Client::Connection::read_body(const ResponseHead& head, uint64_t bytes_max, Deadline deadline) {
  std::string body;
  const auto limit = [&] {
    if (body.size() > bytes_max) raise(std::errc::message_size, "response too large");
  };
  if (head.until_close) {
    do {
      body += std::exchange(input, {});
      limit();
    } while (more(deadline));
    return body;
  }
  if (head.framing == Head::Framing::length) {
    if (head.length > bytes_max) raise(std::errc::message_size, "response too large");
    while (input.size() < head.length) {
      if (!more(deadline)) raise(std::errc::connection_reset, "closed within the body");
    }
    body = input.substr(0, head.length);
    input.erase(0, head.length);
    return body;
  }
  if (head.framing == Head::Framing::none) return body;
  ChunkedDecoder decoder{HeadLimits{}};
  for (;;) {
    std::string_view view = input;
    for (auto piece = decoder.next(view);; piece = decoder.next(view)) {
      if (piece.kind == ChunkedDecoder::Kind::malformed) raise(std::errc::protocol_error, "malformed chunk");
      if (piece.kind == ChunkedDecoder::Kind::done) {
        input.erase(0, input.size() - view.size());
        return body;
      }
      if (piece.kind == ChunkedDecoder::Kind::more) break;
      body += piece.data;
      limit();
    }
    input.clear();
    if (!more(deadline)) raise(std::errc::connection_reset, "closed within the body");
  }
}

Client::Client(ClientOptions options)
    : options_(std::move(options)),
      direct_(options_.addresses, std::nullopt),
      proxied_(options_.addresses, options_.upstream),
      local_(AddressPolicy::anything(), std::nullopt) {}

Client::~Client() = default;

Client::ConnectionPtr Client::idle(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto oldest = std::chrono::steady_clock::now() - kIdleTime;
  std::erase_if(idle_, [&](const ConnectionPtr& connection) { return connection->idle_since < oldest; });
  const auto found =
      std::ranges::find_if(idle_, [&](const ConnectionPtr& connection) { return connection->key == key; });
  if (found == idle_.end()) return nullptr;
  ConnectionPtr connection = std::move(*found);
  idle_.erase(found);
  return connection;
}

void Client::keep(ConnectionPtr connection) {
  connection->idle_since = std::chrono::steady_clock::now();
  connection->begun = false;
  const std::lock_guard lock(mutex_);
  idle_.push_front(std::move(connection));
  if (idle_.size() > kIdleMax) idle_.pop_back();
}

Client::ConnectionPtr Client::open(const Url& url, const std::string& key, Deadline deadline) {
  const auto routed = options_.route ? options_.route(url.authority) : std::nullopt;
  Descriptor socket = routed ? local_.connect(routed->host, routed->port, deadline)
                             : (url.tls ? proxied_ : direct_).connect(url.authority.host, url.authority.port, deadline);
  auto connection = std::make_unique<Connection>(std::move(socket), key);
  if (!url.tls) return connection;
  std::shared_ptr<TlsContext> context;
  {
    const std::lock_guard lock(mutex_);
    if (!tls_) tls_ = TlsContext::client(options_.ca_bundle.empty() ? host_ca_bundle().string() : options_.ca_bundle);
    context = tls_;
  }
  connection->start_tls(*context, url.authority.host, deadline);
  return connection;
}

Response Client::fetch(const ClientRequest& request, Deadline deadline) {
  const auto url = parse_url(request.url);
  if (!url || !well_formed(request.headers)) {
    throw std::system_error(std::make_error_code(std::errc::invalid_argument), "malformed URL or header");
  }
  const auto& [host, port] = url->authority;
  const std::string named = host.find(':') == std::string::npos ? host : "[" + host + "]";
  const std::string key = (url->tls ? "https://" : "http://") + named + ":" + std::to_string(port);
  std::string message = request.method + " " + url->target + " HTTP/1.1\r\nHost: " + named;
  if (port != (url->tls ? 443 : 80)) message += ":" + std::to_string(port);
  message += "\r\n";
  for (const auto& [name, value] : request.headers.entries()) {
    if (!set_by_server(name) && !equal_ignoring_case(name, "host")) message += name + ": " + value + "\r\n";
  }
  const bool reads_only = request.method == "GET" || request.method == "HEAD";
  if (!request.body.empty() || !reads_only)
    message += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  message += "\r\n" + request.body;

  // A kept connection may have been closed meanwhile; what repeats without harm is then sent on a fresh one.
  const bool repeatable = reads_only || request.method == "PUT" || request.method == "DELETE";
  ConnectionPtr connection = repeatable ? idle(key) : nullptr;
  for (;;) {
    const bool reused = connection != nullptr;
    if (!reused) connection = open(*url, key, deadline);
    try {
      connection->send(message, deadline);
      ResponseHead head = connection->read_response_head(request.method, deadline);
      Response response{.status = head.status, .headers = {}, .body = {}};
      response.body = connection->read_body(head, request.response_bytes_max, deadline);
      response.headers = std::move(head.headers);
      if (head.keep_alive && connection->input.empty()) keep(std::move(connection));
      return response;
    } catch (const std::system_error&) {
      if (!reused || connection->begun || deadline.passed()) throw;
      connection = nullptr;
    }
  }
}

}  // namespace standpipe::net
