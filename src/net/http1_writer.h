// Heads of HTTP/1.1 responses. Pure but for the clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/http.h"

namespace standpipe::net {

std::string_view reason_phrase(int status);

// "Mon, 23 Nov 2026 09:30:00 GMT"; computed once a second per thread.
const std::string& http_date(const Clock& clock);

// Headers that a response can carry as they are: names are tokens, values have no control characters.
bool well_formed(const Headers& headers);

// True for the headers that only the server sets: framing, connection, date.
bool set_by_server(std::string_view name);

struct ResponseFraming {
  std::optional<uint64_t> length;  // Content-Length
  bool chunked = false;
  bool close = false;       // Connection: close
  bool keep_alive = false;  // Connection: keep-alive, for HTTP/1.0 clients
};
std::string write_response_head(const Response& response, const ResponseFraming& framing, const Clock& clock);

// "1f4\r\n" before a chunk's bytes.
std::string chunk_begin(size_t size);

}  // namespace standpipe::net
