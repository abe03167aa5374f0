#include "net/http2_connection.h"

#include <sys/socket.h>

#include <algorithm>

#include "base/logging.h"

namespace standpipe::net {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kReadBytes = 64 << 10;
constexpr int kReadsPerTurn = 16;
constexpr size_t kSendBytes = 64 << 10;
constexpr size_t kStreamBufferBytes = 256 << 10;  // of a body that is written faster than the peer reads
constexpr size_t kQueuedFramesMax = 512;

char* read_buffer() {
  thread_local const std::unique_ptr<char[]> buffer(new char[kReadBytes]);
  return buffer.get();
}

}  // namespace

void start_http2(std::shared_ptr<Link> link, std::string_view input) {
  const auto connection = std::make_shared<Http2Connection>(link);
  link->set_session(connection);
  connection->start(input);
}

Http2Connection::Http2Connection(std::shared_ptr<Link> link)
    : link_(std::move(link)),
      session_(link_->core.options, link_->core.clock, *link_->endpoint, link_->peer, link_->transport.tls()),
      received_(SteadyClock::now()),
      sent_(received_),
      emptied_(received_) {}

void Http2Connection::start(std::string_view input) {
  Lock lock(mutex_);
  if (!session_.receive(input)) ended_ = true;
  if (link_->closing()) session_.go_away();
  pump();
  lock.unlock();
  read();
}

void Http2Connection::wind_down() {
  Lock lock(mutex_);
  session_.go_away();
  go_on(lock);
}

void Http2Connection::read() {
  char* const buffer = read_buffer();
  Lock lock(mutex_);
  bool more = true;
  for (int turn = 0; turn < kReadsPerTurn && more && !ended_; ++turn) {
    const auto [state, bytes] = link_->transport.read(buffer, kReadBytes);
    switch (state) {
      case Transport::State::ok:
        received_ = SteadyClock::now();
        if (!session_.receive({buffer, bytes})) {
          pump();
          ended_ = true;
        }
        break;
      case Transport::State::wants_read:
      case Transport::State::wants_write: more = false; break;
      default: ended_ = true;
    }
  }
  if (more && !ended_) {
    link_->core.reactor.post([self = shared_from_this()] { self->read(); });
  } else if (!ended_) {
    pump();
    reading_paused_ = !out_.empty() && session_.queued() > kQueuedFramesMax;
    if (!reading_paused_) await_input();
  }
  go_on(lock);
}

void Http2Connection::await_input() {
  link_->watch.readable([self = shared_from_this()] { self->read(); });
}

void Http2Connection::on_writable() {
  Lock lock(mutex_);
  write_waiting_ = false;
  pump();
  if (reading_paused_ && session_.queued() <= kQueuedFramesMax && !ended_) {
    reading_paused_ = false;
    link_->core.reactor.post([self = shared_from_this()] { self->read(); });
  }
  go_on(lock);
}

void Http2Connection::pump() {
  while (!ended_ && !write_waiting_) {
    if (out_.empty()) session_.fill(out_, kSendBytes);
    if (out_.empty()) break;
    const auto [state, bytes] = link_->transport.write(std::string_view(out_).substr(out_sent_));
    if (state == Transport::State::ok) {
      sent_ = SteadyClock::now();
      out_sent_ += bytes;
      if (out_sent_ == out_.size()) {
        out_.clear();
        out_sent_ = 0;
      }
    } else if (state == Transport::State::wants_write || state == Transport::State::wants_read) {
      write_waiting_ = true;
      auto then = [self = shared_from_this()] { self->on_writable(); };
      link_->watch.writable(std::move(then));
    } else {
      ended_ = true;
    }
  }
  progressed_.notify_all();
}

void Http2Connection::go_on(Lock& lock) {
  pump();
  std::vector<Http2StreamPtr> ready = session_.take_ready();
  std::vector<std::pair<Http2StreamPtr, std::string>> pieces;
  for (const auto& stream : session_.take_unstored()) pieces.emplace_back(stream, stream->body->take());
  if (session_.ended()) ended_ = true;
  if (ended_) {
    // Whoever waits for the socket sees its end and lets go of the connection.
    if (out_.empty()) link_->transport.close_notify();
    link_->transport.interrupt(SHUT_RDWR);
    for (const auto& [id, stream] : session_.streams()) stream->closed = true;
    progressed_.notify_all();
  }
  set_deadline();
  lock.unlock();
  for (auto& [stream, piece] : pieces) store(stream, std::move(piece));
  for (const auto& stream : ready) give(stream);
}

void Http2Connection::set_deadline() {
  const ServerOptions& options = link_->core.options;
  const auto now = SteadyClock::now();
  auto deadline = SteadyClock::time_point::max();
  const auto at_most = [&](SteadyClock::time_point time) { deadline = std::min(deadline, time); };
  if (session_.streams().empty())
    at_most(emptied_ + options.idle_time);
  else
    emptied_ = now;
  if (!out_.empty()) at_most(sent_ + options.write_time);
  std::vector<Http2StreamPtr> slow;
  for (const auto& [id, stream] : session_.streams()) {
    if (stream->waiting() > 0) at_most(sent_ + options.write_time);
    if (stream->complete || stream->answered || stream->storing) continue;
    const uint64_t got = stream->body ? stream->body->received() : 0;
    const Duration earned{got * 1000 / std::max<uint64_t>(1, options.body_bytes_per_second)};
    if (now > stream->begun + options.body_time + earned) slow.push_back(stream);
    at_most(received_ + options.body_time);
  }
  for (const auto& stream : slow) session_.reset(stream);
  if (!slow.empty()) pump();
  if (deadline == SteadyClock::time_point::max())
    link_->expire_never();
  else
    link_->expire_in(std::chrono::duration_cast<Duration>(deadline - now));
}

void Http2Connection::store(const Http2StreamPtr& stream, std::string piece) {
  auto task = [self = shared_from_this(), stream, piece = std::move(piece)] {
    bool stored = true;
    try {
      stream->body->store(piece);
    } catch (const std::exception& error) {
      logging::error("request body not stored: {}", error.what());
      stored = false;
    }
    Lock lock(self->mutex_);
    if (!stored) self->session_.refuse_stream(stream, 503, "Request body cannot be stored.");
    self->session_.stored(stream);
    self->go_on(lock);
  };
  if (link_->core.workers.run(std::move(task))) return;
  Lock lock(mutex_);
  session_.refuse_stream(stream, 503, "Too busy.");
  session_.stored(stream);
  go_on(lock);
}

void Http2Connection::give(const Http2StreamPtr& stream) {
  // A client may reset streams whose handlers run; it does not get more of them by opening new ones.
  const bool free = running_.fetch_add(1) < 2 * size_t{link_->core.options.streams_max};
  if (free && link_->core.workers.run([self = shared_from_this(), stream] { self->handle(stream); })) return;
  --running_;
  Lock lock(mutex_);
  session_.refuse_stream(stream, 503, "Too busy.");
  go_on(lock);
}

class Http2Connection::Writer final : public BodyWriter {
 public:
  Writer(Http2Connection& connection, const Http2StreamPtr& stream) : connection_(connection), stream_(stream) {}
  bool write(std::string_view bytes) override { return connection_.write(stream_, bytes); }

 private:
  Http2Connection& connection_;
  const Http2StreamPtr& stream_;
};

void Http2Connection::handle(const Http2StreamPtr& stream) {
  Response response;
  try {
    if (stream->body) stream->request.body = stream->body->finish();
    ++link_->core.requests;
    response = respond(*link_->endpoint, stream->request);
  } catch (const std::exception& error) {
    logging::error("request body not stored: {}", error.what());
    response = refuse(*link_->endpoint, stream->request, 503, "Request body cannot be stored.");
  }
  answer(stream, std::move(response));
  stream->request.body = {};
  --running_;
  Lock lock(mutex_);
  go_on(lock);
}

void Http2Connection::answer(const Http2StreamPtr& stream, Response response) {
  const bool bodiless = stream->request.method == "HEAD" || response.status == 204 || response.status == 304;
  const bool written = !std::holds_alternative<std::string>(response.body) && !bodiless;
  const auto source = written && response.body.index() == 1 ? std::get<1>(response.body) : nullptr;
  const auto streamed = written && response.body.index() == 2 ? std::get<2>(response.body) : nullptr;
  {
    Lock lock(mutex_);
    session_.respond(stream, std::move(response));
    if (!written) return;
    go_on(lock);
  }
  bool whole = true;
  try {
    Writer writer(*this, stream);
    if (streamed) streamed(writer);
    uint64_t left = source ? source->size() : 0;
    std::string piece(source ? kReadBytes : 0, '\0');
    while (left > 0 && whole) {
      const size_t got = source->read(piece.data(), std::min<uint64_t>(left, piece.size()));
      left -= got;
      whole = got > 0 && writer.write({piece.data(), got});
    }
  } catch (const std::exception& error) {
    logging::error("{} {}: response cut off: {}", stream->request.method, stream->request.path(), error.what());
    whole = false;
  }
  const Lock lock(mutex_);
  if (whole)
    session_.end(stream);
  else
    session_.reset(stream);
}

bool Http2Connection::write(const Http2StreamPtr& stream, std::string_view bytes) {
  while (!bytes.empty()) {
    Lock lock(mutex_);
    for (size_t waiting = stream->waiting(); !stream->closed && waiting >= kStreamBufferBytes;
         waiting = stream->waiting()) {
      const Deadline deadline = Deadline::in(link_->core.options.write_time);
      const bool moved =
          progressed_.wait_until(lock, deadline.at(), [&] { return stream->closed || stream->waiting() < waiting; });
      if (!moved) return false;
    }
    if (stream->closed || ended_) return false;
    const std::string_view piece = bytes.substr(0, kStreamBufferBytes);
    bytes.remove_prefix(piece.size());
    session_.append(stream, piece);
    go_on(lock);
  }
  return true;
}

}  // namespace standpipe::net
