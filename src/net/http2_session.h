// The HTTP/2 protocol of one connection without its socket: bytes in, requests out; responses in, bytes out (nghttp2
// underneath). Not thread-safe: the connection that owns it holds its lock around every call.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/body_receiver.h"
#include "net/http.h"
#include "net/link.h"

struct nghttp2_session;

namespace standpipe::net {

struct Http2Stream {
  int32_t id = 0;
  Request request;
  std::optional<BodyReceiver> body;
  std::chrono::steady_clock::time_point begun;
  size_t header_bytes = 0;
  size_t unconsumed = 0;  // received, but the peer gets no new window for it before it is stored
  bool complete = false;  // the whole request has arrived
  bool storing = false;   // a worker writes a piece of the body
  bool given = false;     // to a worker
  bool answered = false;  // a response has been submitted
  bool closed = false;    // nothing can be sent any more
  int refusal = 0;        // status to answer instead of calling the handler

  std::string out;  // body bytes waiting for the peer's window
  size_t out_sent = 0;
  bool out_ended = false;
  size_t waiting() const { return out.size() - out_sent; }
};
using Http2StreamPtr = std::shared_ptr<Http2Stream>;

class Http2Session {
 public:
  // Of the endpoint only body limit and refusal are used.
  Http2Session(const ServerOptions& options, const Clock& clock, const Endpoint& endpoint, std::string peer, bool tls);
  ~Http2Session();

  // False if the connection cannot go on; what `fill` still gives should be sent before it is closed.
  bool receive(std::string_view bytes);
  void fill(std::string& out, size_t bytes_max);  // appends what is to be sent
  bool ended() const;                             // nothing to be read or written any more: to be closed by us
  size_t queued() const;                          // frames waiting to be sent

  std::vector<Http2StreamPtr> take_ready();     // complete requests, to be answered
  std::vector<Http2StreamPtr> take_unstored();  // their body has a piece to be stored; `stored` must follow
  void stored(const Http2StreamPtr& stream);

  // Sends the head, and the body if it is a string (else `append` and `end` follow). Does nothing on a closed stream.
  void respond(const Http2StreamPtr& stream, Response response);
  void append(const Http2StreamPtr& stream, std::string_view bytes);
  void end(const Http2StreamPtr& stream);
  void reset(const Http2StreamPtr& stream);
  void refuse_stream(const Http2StreamPtr& stream, int status, std::string_view reason);

  void go_away();  // no new streams
  const std::unordered_map<int32_t, Http2StreamPtr>& streams() const { return streams_; }

 private:
  struct Callbacks;
  friend struct Callbacks;
  void begin_stream(int32_t id);
  void add_header(Http2Stream& stream, std::string_view name, std::string_view value, bool trailer);
  void head_complete(const Http2StreamPtr& stream, bool more_follows);
  void body_arrived(const Http2StreamPtr& stream, std::string_view bytes);
  void request_complete(const Http2StreamPtr& stream);
  void consume(Http2Stream& stream, size_t bytes);
  bool too_many_resets();
  Http2StreamPtr find(int32_t id) const;

  const ServerOptions& options_;
  const Clock& clock_;
  const Endpoint& endpoint_;
  const std::string peer_;
  const bool tls_;
  nghttp2_session* session_ = nullptr;
  std::unordered_map<int32_t, Http2StreamPtr> streams_;
  std::vector<Http2StreamPtr> ready_, unstored_;
  double resets_left_;
  std::chrono::steady_clock::time_point resets_at_;
  bool flooded_ = false;
  bool peer_leaves_ = false, leaving_ = false;  // GOAWAY received, sent
};

}  // namespace standpipe::net
