// HTTP as plain data: what the server hands to a handler and takes back, whatever the version of the protocol.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.h"

namespace standpipe::net {

// Names compare without regard to case and keep the spelling and order in which they were sent.
class Headers {
 public:
  using Entry = std::pair<std::string, std::string>;
  Headers() = default;
  Headers(std::initializer_list<Entry> entries) : entries_(entries) {}
  const std::string* find(std::string_view name) const;  // the first, or nullptr
  std::string get(std::string_view name, std::string_view otherwise = {}) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  void add(std::string name, std::string value);
  void set(std::string name, std::string value);  // replaces all of that name
  void remove(std::string_view name);
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

// An immutable body: small ones in memory, larger ones in an unlinked file that is mapped. Cheap to copy, thread-safe.
class Body {
 public:
  Body() = default;
  explicit Body(std::string bytes);
  // `keeper` owns what `bytes` refers to.
  Body(std::string_view bytes, std::shared_ptr<const void> keeper) : bytes_(bytes), keeper_(std::move(keeper)) {}
  std::string_view view() const { return bytes_; }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  std::shared_ptr<const void> keeper_;
};

struct Request {
  std::string method;  // as sent: "GET"
  std::string target;  // as sent: path and query, still encoded
  Headers headers;     // HTTP/2: pseudo headers removed, `host` set from `:authority`
  Headers trailers;
  Body body;         // transfer coding removed, content coding (gzip, aws-chunked) not
  std::string peer;  // IP address of the client
  bool tls = false;
  int version = 11;  // 10, 11 or 20

  std::string_view path() const;   // still encoded, without the query
  std::string_view query() const;  // still encoded, without '?'; empty if there is none
  std::string host() const;        // lower case, port removed; empty if not sent
};

// Written piece by piece while the handler runs (event streams, log tails).
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  // False if the peer is gone: the stream should end. Waits while the peer does not read, within the server's deadline.
  virtual bool write(std::string_view bytes) = 0;
};
using StreamedBody = std::function<void(BodyWriter&)>;

struct Response {
  int status = 200;
  // Content-Length, Date and Connection are the server's; only the answer to a HEAD, with an empty string as its body,
  // may say the length of the body that it does not carry.
  Headers headers;
  std::variant<std::string, std::shared_ptr<ByteSource>, StreamedBody> body;

  static Response text(int status, std::string body, std::string type = "text/plain; charset=utf-8");
  static Response json(int status, std::string body) { return text(status, std::move(body), "application/json"); }
};

// Called on a worker thread; may wait. An exception that escapes becomes a bare 500.
using Handler = std::function<Response(Request&)>;

// Decoded name=value pairs of a query string or form body in their order; nullopt for a malformed escape.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query,
                                                                            bool plus_is_space = true);

}  // namespace standpipe::net
