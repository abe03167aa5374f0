// One connection that speaks HTTP/2. Its streams are answered by several workers at once: a mutex guards the protocol
// session and the transport; nobody waits for the socket while holding it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "net/http2_session.h"
#include "net/link.h"

namespace standpipe::net {

class Http2Connection final : public Session, public std::enable_shared_from_this<Http2Connection> {
 public:
  explicit Http2Connection(std::shared_ptr<Link> link);
  void start(std::string_view input);
  void wind_down() override;

 private:
  class Writer;
  using Lock = std::unique_lock<std::mutex>;

  void read();
  void on_writable();
  void go_on(Lock& lock);  // sends, gives work away, sets the deadline: after every change of the session
  void pump();             // sends what can be sent now
  void await_input();
  void set_deadline();
  void give(const Http2StreamPtr& stream);
  void store(const Http2StreamPtr& stream, std::string piece);
  void handle(const Http2StreamPtr& stream);
  void answer(const Http2StreamPtr& stream, Response response);
  bool write(const Http2StreamPtr& stream, std::string_view bytes);

  const std::shared_ptr<Link> link_;
  std::atomic<size_t> running_ = 0;  // handlers, also of streams that were reset
  std::mutex mutex_;                 // guards what follows and link_->transport, link_->watch
  std::condition_variable progressed_;
  Http2Session session_;
  std::string out_;
  size_t out_sent_ = 0;
  bool reading_paused_ = false;  // the peer does not take what we have to send
  bool write_waiting_ = false;
  bool ended_ = false;
  std::chrono::steady_clock::time_point received_, sent_, emptied_;
};

}  // namespace standpipe::net
