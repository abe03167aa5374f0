// For tests: the client's end of an HTTP/2 connection, without a socket.
#pragma once

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace standpipe::net {

class Http2Peer {
 public:
  struct Answer {
    int status = 0;
    std::vector<int> early;  // 1xx
    std::map<std::string, std::string> headers;
    std::string body;
    bool closed = false;
    uint32_t error = 0;
  };
  using Fields = std::vector<std::pair<std::string, std::string>>;

  explicit Http2Peer(bool reads_by_itself = true) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* option = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, reads_by_itself ? 0 : 1);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_client_new2(&session_, callbacks, this, option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(option);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  }
  ~Http2Peer() { nghttp2_session_del(session_); }
  Http2Peer(const Http2Peer&) = delete;
  Http2Peer& operator=(const Http2Peer&) = delete;

  // With `ends` false the request stays open behind the body.
  int32_t request(std::string method, std::string path, std::string body = {}, Fields more = {}, bool ends = true) {
    Fields fields = {{":method", std::move(method)},
                     {":scheme", "https"},
                     {":path", std::move(path)},
                     {":authority", "x.amazonaws.com"}};
    std::copy(more.begin(), more.end(), std::back_inserter(fields));
    std::vector<nghttp2_nv> values;
    for (const auto& [name, value] : fields) {
      values.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                        reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(), 0});
    }
    nghttp2_data_provider provider{};
    provider.source.ptr = this;
    provider.read_callback = read_body;
    const bool whole = body.empty() && ends;
    const int32_t id =
        nghttp2_submit_request(session_, nullptr, values.data(), values.size(), whole ? nullptr : &provider, nullptr);
    check(id > 0, "request");
    bodies_[id] = {std::move(body), ends};
    return id;
  }
  void reset(int32_t id) { nghttp2_submit_rst_stream(session_, 0, id, NGHTTP2_CANCEL); }
  void go_away() { nghttp2_submit_goaway(session_, 0, 0, NGHTTP2_NO_ERROR, nullptr, 0); }
  void ping() { nghttp2_submit_ping(session_, 0, nullptr); }

  std::string output() {
    std::string out;
    const uint8_t* bytes = nullptr;
    for (ssize_t size; (size = nghttp2_session_mem_send(session_, &bytes)) > 0;) {
      out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
    }
    return out;
  }
  bool input(std::string_view bytes) {
    return nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()) >= 0;
  }
  Answer& answer(int32_t id) { return answers_[id]; }
  bool went_away() const { return goaway_; }
  uint32_t goaway_error() const { return goaway_error_; }

 private:
  struct Sent {
    std::string body;
    bool ends = true;
    size_t sent = 0;
  };
  static Http2Peer& of(void* user) { return *static_cast<Http2Peer*>(user); }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                       const uint8_t* value, size_t value_size, uint8_t, void* user) {
    Answer& answer = of(user).answers_[frame->hd.stream_id];
    const std::string key(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status" && text[0] == '1')
      answer.early.push_back(std::stoi(text));
    else if (key == ":status")
      answer.status = std::stoi(text);
    else
      answer.headers[key] = text;
    return 0;
  }
  static int on_data(nghttp2_session*, uint8_t, int32_t id, const uint8_t* bytes, size_t size, void* user) {
    of(user).answers_[id].body.append(reinterpret_cast<const char*>(bytes), size);
    return 0;
  }
  static int on_close(nghttp2_session*, int32_t id, uint32_t error, void* user) {
    of(user).answers_[id].closed = true;
    of(user).answers_[id].error = error;
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type != NGHTTP2_GOAWAY) return 0;
    of(user).goaway_ = true;
    of(user).goaway_error_ = frame->goaway.error_code;
    return 0;
  }
  static ssize_t read_body(nghttp2_session*, int32_t id, uint8_t* into, size_t capacity, uint32_t* flags,
                           nghttp2_data_source* source, void*) {
    auto& [body, ends, sent] = static_cast<Http2Peer*>(source->ptr)->bodies_[id];
    const size_t size = std::min(capacity, body.size() - sent);
    std::copy_n(body.data() + sent, size, into);
    sent += size;
    if (sent == body.size() && ends)
      *flags |= NGHTTP2_DATA_FLAG_EOF;
    else if (size == 0)
      return NGHTTP2_ERR_DEFERRED;
    return static_cast<ssize_t>(size);
  }

  nghttp2_session* session_ = nullptr;
  std::map<int32_t, Sent> bodies_;
  std::map<int32_t, Answer> answers_;
  bool goaway_ = false;
  uint32_t goaway_error_ = 0;
};

}  // namespace standpipe::net
