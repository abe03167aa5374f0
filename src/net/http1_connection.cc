#include "net/http1_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/logging.h"

namespace standpipe::net {
namespace {

constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t kReadBytes = 64 << 10;
constexpr int kReadsPerTurn = 16;  // then others get their turn

char* read_buffer() {
  thread_local const std::unique_ptr<char[]> buffer(new char[kReadBytes]);
  return buffer.get();
}

}  // namespace

void start_http1(std::shared_ptr<Link> link) {
  const auto connection = std::make_shared<Http1Connection>(link);
  link->set_session(connection);
  connection->start();
}

void Http1Connection::wind_down() {
  if (idle_) link_->transport.interrupt(SHUT_RD);
}

void Http1Connection::await_request() {
  phase_ = Phase::head;
  head_begun_ = false;
  scanner_ = {};
  head_.reset();
  body_.reset();
  chunks_.reset();
  if (!input_.empty()) return resume();
  input_ = {};  // gives its memory back
  link_->expire_in(link_->core.options.idle_time);
  idle_ = true;
  if (link_->closing()) return link_->transport.close_notify();
  if (first_request_) return read();
  if (link_->transport.pending()) return read_later();
  wait_for(Transport::State::wants_read, &Http1Connection::read);
}

void Http1Connection::wait_for(Transport::State state, void (Http1Connection::*then)()) {
  auto go_on = [self = shared_from_this(), then] { (self.get()->*then)(); };
  if (state == Transport::State::wants_write)
    link_->watch.writable(std::move(go_on));
  else
    link_->watch.readable(std::move(go_on));
}

void Http1Connection::read() {
  char* const buffer = read_buffer();
  for (int turn = 0; turn < kReadsPerTurn; ++turn) {
    const auto [state, bytes] = link_->transport.read(buffer, kReadBytes);
    if (state == Transport::State::closed || state == Transport::State::failed) return;
    if (state != Transport::State::ok) return wait_for(state, &Http1Connection::read);
    idle_ = false;
    if (!advance({buffer, bytes})) return;
  }
  read_later();
}

// Only the few threads of the reactor read, so that buffers are few.
void Http1Connection::read_later() {
  link_->core.reactor.post([self = shared_from_this()] { self->read(); });
}

void Http1Connection::resume() {
  if (advance({})) read_later();
}

bool Http1Connection::advance(std::string_view bytes) {
  std::string held = std::move(input_);
  input_.clear();
  if (!held.empty()) held.append(bytes);
  std::string_view input = held.empty() ? bytes : held;
  const Next next = consume(input);
  if (held.empty()) {
    input_.assign(input);
  } else {
    held.erase(0, held.size() - input.size());
    input_ = std::move(held);
  }
  return perform(next);  // last: another thread may go on from here
}

bool Http1Connection::perform(Next next) {
  switch (next) {
    case Next::read: return true;
    case Next::store: store_body(); break;
    case Next::dispatch: dispatch(); break;
    case Next::refuse: refuse_now(); break;
    case Next::http2: start_http2(link_, input_); break;
  }
  return false;
}

Http1Connection::Next Http1Connection::consume(std::string_view& input) {
  if (phase_ == Phase::body) return consume_body(input);
  return consume_head(input);
}

Http1Connection::Next Http1Connection::consume_head(std::string_view& input) {
  if (first_request_) {
    const size_t common = std::min(input.size(), kHttp2Preface.size());
    if (common > 0 && input.substr(0, common) == kHttp2Preface.substr(0, common)) {
      return common < kHttp2Preface.size() ? Next::read : Next::http2;
    }
  }
  if (scanner_.end() == 0) {  // empty lines before a request are allowed
    while (input.starts_with("\r\n")) input.remove_prefix(2);
    if (input.empty() || input == "\r") return Next::read;
  }
  if (!head_begun_) {
    head_begun_ = true;
    link_->expire_in(link_->core.options.head_time);
  }
  const HeadLimits& limits = link_->core.options.head_limits;
  const auto found = scanner_.scan(input);
  if (found == HeadScanner::Found::malformed) return refuse_with({400, "Lines end with CRLF."});
  const size_t size = found == HeadScanner::Found::end ? scanner_.end() : input.size();
  if (size > limits.head_bytes) return refuse_with({431, "Request head too large."});
  if (found == HeadScanner::Found::nothing) return Next::read;

  auto head = parse_head(input.substr(0, size), limits);
  input.remove_prefix(size);
  first_request_ = false;
  if (!head) return refuse_with(head.error());
  head_ = std::move(*head);
  head_->request.peer = link_->peer;
  head_->request.tls = link_->transport.tls();
  if (const auto next = accept_head(!input.empty())) return *next;
  return consume_body(input);
}

std::optional<Http1Connection::Next> Http1Connection::accept_head(bool more_follows) {
  if (head_->framing == Head::Framing::none) return Next::dispatch;
  uint64_t limit = 0;
  try {
    limit = link_->endpoint->options.body_limit(head_->request);
  } catch (const std::exception& error) {
    logging::error("body limit: {}", error.what());
    return refuse_with({500, "Internal Server Error"});
  }
  if (head_->length > limit) return refuse_with({413, "Request body too large."});
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  if (head_->expects_continue && !more_follows) {
    // All earlier answers have left, so these few bytes find room unless the peer is broken.
    if (link_->transport.write(kContinue).bytes != kContinue.size()) return refuse_with({400, "Peer does not read."});
  }
  phase_ = Phase::body;
  body_.emplace(link_->core.options.spool_dir, limit, head_->length);
  if (head_->framing == Head::Framing::chunked) chunks_.emplace(link_->core.options.head_limits);
  body_begun_ = std::chrono::steady_clock::now();
  return std::nullopt;
}

Http1Connection::Next Http1Connection::consume_body(std::string_view& input) {
  limit_body_time();
  if (body_->wants_store()) return Next::store;
  if (!chunks_) {
    const auto data = input.substr(0, std::min<uint64_t>(input.size(), head_->length - body_->received()));
    body_->append(data);
    input.remove_prefix(data.size());
    if (body_->received() == head_->length) return Next::dispatch;
    return body_->wants_store() ? Next::store : Next::read;
  }
  for (;;) {
    const auto [kind, data] = chunks_->next(input);
    switch (kind) {
      case ChunkedDecoder::Kind::data:
        if (!body_->append(data)) return refuse_with({413, "Request body too large."});
        if (body_->wants_store()) return Next::store;
        break;
      case ChunkedDecoder::Kind::more: return Next::read;
      case ChunkedDecoder::Kind::malformed: return refuse_with({400, "Malformed chunk."});
      case ChunkedDecoder::Kind::done: head_->request.trailers = chunks_->take_trailers(); return Next::dispatch;
    }
  }
}

void Http1Connection::limit_body_time() {
  const ServerOptions& options = link_->core.options;
  const auto spent = std::chrono::steady_clock::now() - body_begun_;
  const Duration earned{body_->received() * 1000 / std::max<uint64_t>(1, options.body_bytes_per_second)};
  const auto left = std::chrono::duration_cast<Duration>(options.body_time + earned - spent);
  link_->expire_in(std::clamp(left, Duration{0}, options.body_time));
}

void Http1Connection::store_body() {
  link_->expire_never();
  auto store = [self = shared_from_this(), piece = body_->take()] {
    try {
      self->body_->store(piece);
    } catch (const std::exception& error) {
      logging::error("request body not stored: {}", error.what());
      self->refuse_with({503, "Request body cannot be stored."});
      return self->refuse_now();
    }
    self->resume();
  };
  if (!link_->core.workers.run(std::move(store))) {
    refuse_with({503, "Too busy."});
    refuse_now();
  }
}

Http1Connection::Next Http1Connection::refuse_with(Refusal refusal) {
  refusal_ = refusal;
  return Next::refuse;
}

void Http1Connection::refuse_now() {
  close_ = unread_ = true;
  if (head_ && (refusal_.status == 413 || refusal_.status == 503)) {
    return send(refuse(*link_->endpoint, head_->request, refusal_.status, refusal_.reason));
  }
  send(Response::text(refusal_.status, std::string(refusal_.reason) + "\n"));
}

void Http1Connection::dispatch() {
  link_->expire_never();
  if (link_->core.workers.run([self = shared_from_this()] { self->handle(); })) return;
  refuse_with({503, "Too busy."});
  refuse_now();
}

void Http1Connection::handle() {
  Request& request = head_->request;
  if (body_) {
    try {
      request.body = body_->finish();
    } catch (const std::exception& error) {
      logging::error("request body not stored: {}", error.what());
      refuse_with({503, "Request body cannot be stored."});
      return refuse_now();
    }
  }
  ++link_->core.requests;
  send(respond(*link_->endpoint, request));
}

void Http1Connection::send(Response response) {
  const int version = head_ ? head_->request.version : 11;
  const bool head_only = head_ && head_->request.method == "HEAD";
  const bool bodiless = head_only || response.status == 204 || response.status == 304;
  auto* const source = std::get_if<std::shared_ptr<ByteSource>>(&response.body);
  auto* const streamed = std::get_if<StreamedBody>(&response.body);
  auto* const text = std::get_if<std::string>(&response.body);
  close_ = close_ || !head_ || !head_->keep_alive || link_->closing() || (streamed && version == 10);

  ResponseFraming framing{.length = {}, .chunked = streamed && version == 11 && !bodiless, .close = close_};
  framing.keep_alive = version == 10 && !close_;
  if (response.status != 204 && response.status != 304) {
    if (source) framing.length = (*source)->size();
    if (text) framing.length = text->size();
    // The handler knows how long the body would be that a HEAD does not ask for.
    if (text && text->empty() && head_only && response.headers.contains("content-length")) {
      framing.length = static_cast<uint64_t>(parse_int(response.headers.get("content-length")).value_or(0));
    }
  }
  out_ = write_response_head(response, framing, link_->core.clock);
  out_body_.clear();
  sent_ = 0;
  if (!bodiless && text) {
    constexpr size_t kCopyMax = 32 << 10;  // cheaper than a second buffer to send
    if (text->size() <= kCopyMax)
      out_ += *text;
    else
      out_body_ = std::move(*text);
  } else if (!bodiless && source) {
    return send_source(**source);
  } else if (!bodiless && streamed) {
    return send_streamed(*streamed, framing.chunked);
  }
  link_->expire_in(link_->core.options.write_time);
  flush();
}

void Http1Connection::send_source(ByteSource& source) {
  link_->expire_never();
  uint64_t left = source.size();
  try {
    std::string piece = std::exchange(out_, {});
    const size_t head = piece.size();
    piece.resize(head + kReadBytes);
    size_t from = head;
    do {
      const size_t got = left == 0 ? 0 : source.read(piece.data() + from, std::min<uint64_t>(left, kReadBytes));
      if (left > 0 && got == 0) throw std::runtime_error("the source ended early");
      left -= got;
      if (!write_all(std::string_view(piece).substr(0, from + got))) return abandon();
      from = 0;
    } while (left > 0);
  } catch (const std::exception& error) {
    logging::error("{} {}: response cut off: {}", head_->request.method, head_->request.path(), error.what());
    return abandon();
  }
  finish_response();
}

void Http1Connection::send_streamed(const StreamedBody& body, bool chunked) {
  struct Writer final : BodyWriter {
    bool write(std::string_view bytes) override {
      if (bytes.empty()) return alive;
      if (!chunked) return alive = alive && connection->write_all(bytes);
      std::string chunk = chunk_begin(bytes.size());
      chunk.append(bytes).append("\r\n");
      return alive = alive && connection->write_all(chunk);
    }
    Http1Connection* connection;
    bool chunked;
    bool alive;
  } writer;
  link_->expire_never();
  writer.connection = this;
  writer.chunked = chunked;
  writer.alive = write_all(std::exchange(out_, {}));
  try {
    if (writer.alive) body(writer);
  } catch (const std::exception& error) {
    logging::error("{} {}: response cut off: {}", head_->request.method, head_->request.path(), error.what());
    return abandon();
  }
  if (!writer.alive || (chunked && !write_all("0\r\n\r\n"))) return abandon();
  finish_response();
}

bool Http1Connection::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto [state, sent] = link_->transport.write(bytes);
    switch (state) {
      case Transport::State::ok: bytes.remove_prefix(sent); break;
      case Transport::State::wants_read:
      case Transport::State::wants_write: {
        const Deadline deadline = Deadline::in(link_->core.options.write_time);
        if (!wait_ready(link_->transport.fd(), state == Transport::State::wants_read ? POLLIN : POLLOUT, deadline)) {
          return false;
        }
        break;
      }
      default: return false;
    }
  }
  return true;
}

void Http1Connection::flush() {
  for (;;) {
    const std::string_view first = std::string_view(out_).substr(std::min(sent_, out_.size()));
    const size_t body_sent = sent_ > out_.size() ? sent_ - out_.size() : 0;
    const std::string_view second = std::string_view(out_body_).substr(body_sent);
    if (first.empty() && second.empty()) break;
    const auto [state, bytes] = link_->transport.write(first, second);
    if (state == Transport::State::closed || state == Transport::State::failed) return;
    if (state != Transport::State::ok) return wait_for(state, &Http1Connection::flush);
    sent_ += bytes;
    link_->expire_in(link_->core.options.write_time);
  }
  out_.clear();
  out_body_ = {};
  finish_response();
}

void Http1Connection::finish_response() {
  if (!close_) return await_request();
  if (!unread_ && input_.empty()) return link_->transport.close_notify();
  link_->transport.shutdown_write();
  link_->expire_in(link_->core.options.linger_time);
  wait_for(Transport::State::wants_read, &Http1Connection::drop_input);
}

// The response cannot be completed; a broken end is how the peer learns of it.
void Http1Connection::abandon() { link_->transport.interrupt(SHUT_RDWR); }

void Http1Connection::drop_input() {
  char* const buffer = read_buffer();
  for (int turn = 0; turn < kReadsPerTurn; ++turn) {
    const ssize_t got = ::recv(link_->transport.fd(), buffer, kReadBytes, 0);
    if (got > 0) continue;
    if (got < 0 && errno == EAGAIN) wait_for(Transport::State::wants_read, &Http1Connection::drop_input);
    return;
  }
  link_->core.reactor.post([self = shared_from_this()] { self->drop_input(); });
}

}  // namespace standpipe::net
