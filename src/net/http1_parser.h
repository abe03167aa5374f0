// HTTP/1.x framing, strictly: what two parties could read differently is refused (RFC 9112), so nothing can be smuggled
// past a proxy in front of us. Pure; no sockets.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "net/http.h"

namespace standpipe::net {

struct HeadLimits {
  size_t head_bytes = 64 << 10;  // request line and fields together; the same for trailers
  size_t fields = 200;
  size_t target_bytes = 16 << 10;
};

// Why a message is not accepted: the status to answer and a sentence for the body.
struct Refusal {
  int status;
  std::string_view reason;
};

// Finds the blank line that ends a head while bytes arrive; looks at each byte once.
class HeadScanner {
 public:
  enum class Found { nothing, end, malformed };
  // `buffer` begins where the head begins and only ever grows between calls.
  Found scan(std::string_view buffer);
  size_t end() const { return at_; }  // behind the blank line

 private:
  size_t at_ = 0;          // everything before is scanned
  size_t line_begin_ = 0;  // of the line being scanned
};

struct Head {
  enum class Framing { none, length, chunked };
  Request request;
  Framing framing = Framing::none;
  uint64_t length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
};

// `head` ends with the blank line. With `tunnel` only CONNECT and its authority form are understood as a target;
// without it CONNECT is refused.
std::expected<Head, Refusal> parse_head(std::string_view head, const HeadLimits& limits, bool tunnel = false);

// One header or trailer line without its CRLF; false if it is malformed.
bool parse_field(std::string_view line, Headers& into);

// The status line and fields of a response, for the client. `head` ends with the blank line.
struct ResponseHead {
  int status = 0;
  int version = 11;
  Headers headers;
  Head::Framing framing = Head::Framing::none;
  bool until_close = false;  // no framing: the body ends with the connection
  uint64_t length = 0;
  bool keep_alive = true;
};
std::expected<ResponseHead, Refusal> parse_response_head(std::string_view head, std::string_view method,
                                                         const HeadLimits& limits);

// Takes the chunked transfer coding away.
class ChunkedDecoder {
 public:
  enum class Kind { data, more, done, malformed };
  struct Piece {
    Kind kind;
    std::string_view data = {};  // points into the input
  };
  explicit ChunkedDecoder(const HeadLimits& limits) : limits_(limits) {}
  // Consumes from the front of `input`; call again until it answers something else than `data`.
  Piece next(std::string_view& input);
  Headers take_trailers() { return std::move(trailers_); }

 private:
  enum class State { size, data, data_end, trailer, done, malformed };
  // True when `line_` holds a whole line without its CRLF.
  bool take_line(std::string_view& input, size_t limit);
  bool start_chunk();

  HeadLimits limits_;
  State state_ = State::size;
  uint64_t left_ = 0;
  std::string line_;
  bool line_ended_ = true;  // the next byte begins a new line
  size_t trailer_bytes_ = 0;
  Headers trailers_;
};

}  // namespace standpipe::net
