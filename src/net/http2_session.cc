#include "net/http2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <new>

#include "base/bytes.h"
#include "base/logging.h"
#include "net/http1_writer.h"

namespace standpipe::net {
namespace {

constexpr int32_t kStreamWindow = 256 << 10, kConnectionWindow = 2 << 20;
// A client that opens streams only to reset them is sent away (CVE-2023-44487).
constexpr double kResetsMax = 500, kResetsPerSecond = 50;

std::string_view text(const uint8_t* bytes, size_t size) { return {reinterpret_cast<const char*>(bytes), size}; }

nghttp2_nv field(std::string_view name, std::string_view value) {
  return {reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

ssize_t read_body(nghttp2_session*, int32_t, uint8_t* into, size_t capacity, uint32_t* flags,
                  nghttp2_data_source* source, void*) {
  auto& stream = *static_cast<Http2Stream*>(source->ptr);
  const size_t size = std::min(capacity, stream.waiting());
  std::copy_n(stream.out.data() + stream.out_sent, size, into);
  stream.out_sent += size;
  if (stream.waiting() == 0) {
    stream.out.clear();
    stream.out_sent = 0;
    if (stream.out_ended)
      *flags |= NGHTTP2_DATA_FLAG_EOF;
    else if (size == 0)
      return NGHTTP2_ERR_DEFERRED;
  }
  return static_cast<ssize_t>(size);
}

}  // namespace

// What nghttp2 calls. Exceptions must not pass through C code: each becomes a failure of the connection.
struct Http2Session::Callbacks {
  static Http2Session& of(void* user) { return *static_cast<Http2Session*>(user); }

  template <class Body>
  static int guarded(Body body) {
    try {
      body();
      return 0;
    } catch (const std::exception& error) {
      logging::error("HTTP/2: {}", error.what());
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
  }

  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    return guarded([&] {
      if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        of(user).begin_stream(frame->hd.stream_id);
      }
    });
  }

  static int header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                    const uint8_t* value, size_t value_size, uint8_t, void* user) {
    return guarded([&] {
      if (frame->hd.type != NGHTTP2_HEADERS) return;
      if (const auto stream = of(user).find(frame->hd.stream_id)) {
        of(user).add_header(*stream, text(name, name_size), text(value, value_size),
                            frame->headers.cat != NGHTTP2_HCAT_REQUEST);
      }
    });
  }

  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    return guarded([&] {
      Http2Session& session = of(user);
      const bool ends = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
      if (frame->hd.type == NGHTTP2_RST_STREAM && session.too_many_resets()) session.flooded_ = true;
      if (frame->hd.type == NGHTTP2_GOAWAY) session.peer_leaves_ = true;
      const auto stream = session.find(frame->hd.stream_id);
      if (!stream || (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)) return;
      if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        session.head_complete(stream, !ends);
      }
      if (ends) session.request_complete(stream);
    });
  }

  static int data(nghttp2_session*, uint8_t, int32_t id, const uint8_t* bytes, size_t size, void* user) {
    return guarded([&] {
      Http2Session& session = of(user);
      if (const auto stream = session.find(id))
        session.body_arrived(stream, text(bytes, size));
      else
        nghttp2_session_consume_connection(session.session_, size);
    });
  }

  static int frame_sent(nghttp2_session* raw, const nghttp2_frame* frame, void* user) {
    return guarded([&] {
      const bool ends = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
      if (!ends || (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)) return;
      const auto stream = of(user).find(frame->hd.stream_id);
      // Answered before the request has arrived completely: the rest of it is not wanted.
      if (stream && !stream->complete) nghttp2_submit_rst_stream(raw, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_NO_ERROR);
    });
  }

  static int stream_closed(nghttp2_session*, int32_t id, uint32_t, void* user) {
    return guarded([&] {
      Http2Session& session = of(user);
      const auto stream = session.find(id);
      if (!stream) return;
      stream->closed = true;
      if (stream->unconsumed > 0) nghttp2_session_consume_connection(session.session_, stream->unconsumed);
      stream->unconsumed = 0;
      stream->out = {};
      stream->out_sent = 0;
      session.streams_.erase(id);
    });
  }
};

Http2Session::Http2Session(const ServerOptions& options, const Clock& clock, const Endpoint& endpoint, std::string peer,
                           bool tls)
    : options_(options),
      clock_(clock),
      endpoint_(endpoint),
      peer_(std::move(peer)),
      tls_(tls),
      resets_left_(kResetsMax),
      resets_at_(std::chrono::steady_clock::now()) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0 || nghttp2_option_new(&option) != 0) throw std::bad_alloc();
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::frame_received);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::data);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, Callbacks::frame_sent);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::stream_closed);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_max_outbound_ack(option, 1000);  // PING and SETTINGS floods
  nghttp2_option_set_max_settings(option, 32);
  const int made = nghttp2_session_server_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  if (made != 0) throw std::bad_alloc();
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options_.streams_max},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<uint32_t>(options_.head_limits.head_bytes)},
  };
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

Http2Session::~Http2Session() { nghttp2_session_del(session_); }

bool Http2Session::receive(std::string_view bytes) {
  const ssize_t used = nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (used < 0) {
    logging::debug("HTTP/2 with {}: {}", peer_, nghttp2_strerror(static_cast<int>(used)));
    nghttp2_session_terminate_session(session_, NGHTTP2_PROTOCOL_ERROR);
    return false;
  }
  if (flooded_) nghttp2_session_terminate_session(session_, NGHTTP2_ENHANCE_YOUR_CALM);
  return !flooded_;
}

void Http2Session::fill(std::string& out, size_t bytes_max) {
  while (out.size() < bytes_max) {
    const uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
    if (size <= 0) return;
    out.append(text(bytes, static_cast<size_t>(size)));
  }
}

bool Http2Session::ended() const {
  // Who goes away may still be reading what has arrived, and Node forgets that as soon as we close: it closes first.
  if (peer_leaves_ && !leaving_) return false;
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

size_t Http2Session::queued() const { return nghttp2_session_get_outbound_queue_size(session_); }

std::vector<Http2StreamPtr> Http2Session::take_ready() { return std::exchange(ready_, {}); }
std::vector<Http2StreamPtr> Http2Session::take_unstored() { return std::exchange(unstored_, {}); }

Http2StreamPtr Http2Session::find(int32_t id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

void Http2Session::begin_stream(int32_t id) {
  auto stream = std::make_shared<Http2Stream>();
  stream->id = id;
  stream->begun = std::chrono::steady_clock::now();
  stream->request.version = 20;
  stream->request.peer = peer_;
  stream->request.tls = tls_;
  streams_.emplace(id, std::move(stream));
}

void Http2Session::add_header(Http2Stream& stream, std::string_view name, std::string_view value, bool trailer) {
  const HeadLimits& limits = options_.head_limits;
  Headers& fields = trailer ? stream.request.trailers : stream.request.headers;
  constexpr size_t kFieldOverhead = 32;  // as RFC 9113 counts
  stream.header_bytes += name.size() + value.size() + kFieldOverhead;
  if (stream.header_bytes > limits.head_bytes || fields.entries().size() >= limits.fields) stream.refusal = 431;
  if (stream.refusal != 0) return;
  if (name == ":method") {
    stream.request.method = value;
  } else if (name == ":path") {
    if (value.size() > limits.target_bytes)
      stream.refusal = 414;
    else
      stream.request.target = value;
  } else if (name == ":authority") {
    fields.set("host", std::string(value));
  } else if (name == "host" && fields.contains("host")) {
    // `:authority` counts.
  } else if (!name.starts_with(':')) {
    fields.add(std::string(name), std::string(value));
  }
}

void Http2Session::head_complete(const Http2StreamPtr& stream, bool more_follows) {
  Request& request = stream->request;
  if (stream->refusal == 0 && (request.method == "CONNECT" || request.target.empty())) stream->refusal = 405;
  if (stream->refusal != 0) return refuse_stream(stream, stream->refusal, reason_phrase(stream->refusal));
  if (!more_follows) return;
  const std::string announced = request.headers.get("content-length");  // nghttp2 has checked its form
  const uint64_t expected = static_cast<uint64_t>(parse_int(announced).value_or(0));
  const uint64_t limit = endpoint_.options.body_limit(request);
  if (expected > limit) return refuse_stream(stream, 413, "Request body too large.");
  stream->body.emplace(options_.spool_dir, limit, expected);
  if (equal_ignoring_case(request.headers.get("expect"), "100-continue")) {
    const nghttp2_nv status = field(":status", "100");
    nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream->id, nullptr, &status, 1, nullptr);
  }
}

void Http2Session::consume(Http2Stream& stream, size_t bytes) {
  if (bytes == 0) return;
  if (stream.closed)
    nghttp2_session_consume_connection(session_, bytes);
  else
    nghttp2_session_consume(session_, stream.id, bytes);
}

void Http2Session::body_arrived(const Http2StreamPtr& stream, std::string_view bytes) {
  if (stream->answered || !stream->body) return consume(*stream, bytes.size());
  if (!stream->body->append(bytes)) {
    consume(*stream, bytes.size());
    return refuse_stream(stream, 413, "Request body too large.");
  }
  if (!stream->storing && !stream->body->wants_store()) return consume(*stream, bytes.size());
  stream->unconsumed += bytes.size();
  if (!stream->storing) {
    stream->storing = true;
    unstored_.push_back(stream);
  }
}

void Http2Session::stored(const Http2StreamPtr& stream) {
  stream->storing = false;
  consume(*stream, std::exchange(stream->unconsumed, 0));
  if (stream->closed || stream->answered) return;
  if (stream->body->wants_store()) {
    stream->storing = true;
    unstored_.push_back(stream);
  } else if (stream->complete && !stream->given) {
    stream->given = true;
    ready_.push_back(stream);
  }
}

void Http2Session::request_complete(const Http2StreamPtr& stream) {
  stream->complete = true;
  if (stream->answered || stream->storing || stream->given) return;
  stream->given = true;
  ready_.push_back(stream);
}

void Http2Session::respond(const Http2StreamPtr& stream, Response response) {
  if (stream->closed || stream->answered) return;
  stream->answered = true;
  const bool bodiless = stream->request.method == "HEAD" || response.status == 204 || response.status == 304;
  const std::string status = std::to_string(response.status), date = http_date(clock_);
  auto* const body = std::get_if<std::string>(&response.body);
  auto* const source = std::get_if<std::shared_ptr<ByteSource>>(&response.body);
  std::string length;
  if (body) length = std::to_string(body->size());
  if (source) length = std::to_string((*source)->size());
  if (body && body->empty() && bodiless && response.headers.contains("content-length")) {
    length = response.headers.get("content-length");
  }
  if (response.status == 204 || response.status == 304) length.clear();

  std::vector<std::string> names;
  names.reserve(response.headers.entries().size());
  std::vector<nghttp2_nv> fields = {field(":status", status), field("date", date)};
  for (const auto& [name, value] : response.headers.entries()) {
    if (set_by_server(name)) continue;
    names.push_back(to_lower(name));
    fields.push_back(field(names.back(), value));
  }
  if (!length.empty()) fields.push_back(field("content-length", length));
  const bool whole = bodiless || (body && body->empty());
  if (body && !bodiless) {
    stream->out = std::move(*body);
    stream->out_ended = true;
  }
  nghttp2_data_provider provider{};
  provider.source.ptr = stream.get();
  provider.read_callback = read_body;
  nghttp2_submit_response(session_, stream->id, fields.data(), fields.size(), whole ? nullptr : &provider);
}

void Http2Session::append(const Http2StreamPtr& stream, std::string_view bytes) {
  if (stream->closed) return;
  if (stream->out_sent > 0) {
    stream->out.erase(0, stream->out_sent);
    stream->out_sent = 0;
  }
  stream->out.append(bytes);
  nghttp2_session_resume_data(session_, stream->id);
}

void Http2Session::end(const Http2StreamPtr& stream) {
  if (stream->closed) return;
  stream->out_ended = true;
  nghttp2_session_resume_data(session_, stream->id);
}

void Http2Session::reset(const Http2StreamPtr& stream) {
  if (stream->closed) return;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_INTERNAL_ERROR);
}

void Http2Session::refuse_stream(const Http2StreamPtr& stream, int status, std::string_view reason) {
  stream->refusal = status;
  respond(stream, refuse(endpoint_, stream->request, status, reason));
}

void Http2Session::go_away() {
  leaving_ = true;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

bool Http2Session::too_many_resets() {
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - resets_at_).count();
  resets_at_ = now;
  resets_left_ = std::min(kResetsMax, resets_left_ + seconds * kResetsPerSecond) - 1;
  return resets_left_ < 0;
}

}  // namespace standpipe::net
