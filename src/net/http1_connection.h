// One connection that speaks HTTP/1.x: one request after the other. At any time exactly one thread works on it (the one
// that runs a function it waited with, or the worker that runs the handler), so it needs no lock.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "net/body_receiver.h"
#include "net/http1_parser.h"
#include "net/http1_writer.h"
#include "net/link.h"

namespace standpipe::net {

class Http1Connection final : public Session, public std::enable_shared_from_this<Http1Connection> {
 public:
  explicit Http1Connection(std::shared_ptr<Link> link) : link_(std::move(link)) {}
  void start() { await_request(); }
  void wind_down() override;

 private:
  enum class Phase { head, body };
  // What has to happen after input was used as far as possible. All but `read` hand the connection on: to a worker, to
  // the writer, to HTTP/2.
  enum class Next { read, store, dispatch, refuse, http2 };

  void await_request();
  void read();
  void read_later();
  void wait_for(Transport::State state, void (Http1Connection::*then)());
  bool advance(std::string_view bytes);  // true: go on reading
  void resume();
  Next consume(std::string_view& input);
  Next consume_head(std::string_view& input);
  Next consume_body(std::string_view& input);
  std::optional<Next> accept_head(bool more_follows);  // nullopt: a body follows
  Next refuse_with(Refusal refusal);
  bool perform(Next next);
  void store_body();
  void limit_body_time();
  void dispatch();
  void handle();
  void refuse_now();

  void send(Response response);
  void send_source(ByteSource& source);
  void send_streamed(const StreamedBody& body, bool chunked);
  bool write_all(std::string_view bytes);
  void flush();
  void finish_response();
  void abandon();
  void drop_input();

  const std::shared_ptr<Link> link_;
  Phase phase_ = Phase::head;
  std::atomic<bool> idle_ = false;
  bool first_request_ = true;
  bool head_begun_ = false;
  std::string input_;  // read but not yet used
  HeadScanner scanner_;
  std::optional<Head> head_;
  std::optional<BodyReceiver> body_;
  std::optional<ChunkedDecoder> chunks_;
  std::chrono::steady_clock::time_point body_begun_;
  Refusal refusal_{};
  bool close_ = false;   // after this response
  bool unread_ = false;  // the peer may still be sending: let it read the answer before closing
  std::string out_, out_body_;
  size_t sent_ = 0;
};

}  // namespace standpipe::net
