#include "net/http1_parser.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace standpipe::net {
namespace {

constexpr size_t kChunkLineMax = 1024;
constexpr size_t kMethodMax = 32;

constexpr std::array<bool, 256> token_characters() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kToken = token_characters();

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return kToken[c]; });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 ? c != 0x7f : c == '\t'; });
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A host with an optional port, as Host, an absolute target or CONNECT carry it.
bool is_authority(std::string_view text) {
  return text.size() <= 300 && std::ranges::all_of(text, [](unsigned char c) {
           return c > 0x20 && c < 0x7f &&
                  std::string_view("/?#@\\<>\"{}|^`,").find(static_cast<char>(c)) == std::string::npos;
         });
}

bool has_token(const std::string& list, std::string_view token) {
  for (const std::string& item : split(list, ',')) {
    if (equal_ignoring_case(trim(item), token)) return true;
  }
  return false;
}

// Takes the next line off `head`, without CRLF. The scanner has seen to it that every line ends with CRLF.
std::string_view take_line(std::string_view& head) {
  const size_t end = head.find("\r\n");
  const std::string_view line = head.substr(0, end);
  head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
  return line;
}

std::expected<void, Refusal> parse_fields(std::string_view head, const HeadLimits& limits, Headers& headers) {
  for (;;) {
    const std::string_view line = take_line(head);
    if (line.empty()) return {};
    if (headers.entries().size() == limits.fields) return std::unexpected(Refusal{431, "Too many header fields."});
    if (!parse_field(line, headers)) return std::unexpected(Refusal{400, "Malformed header field."});
  }
}

std::expected<void, Refusal> parse_target(std::string_view target, bool tunnel, Request& request) {
  if (!std::ranges::all_of(target, [](unsigned char c) { return c > 0x20 && c != 0x7f; })) {
    return std::unexpected(Refusal{400, "Malformed request target."});
  }
  if (request.method == "CONNECT") {
    if (!tunnel) return std::unexpected(Refusal{405, "This is not a proxy."});
    if (!is_authority(target)) return std::unexpected(Refusal{400, "Malformed request target."});
    request.target = target;
    return {};
  }
  if (tunnel) return std::unexpected(Refusal{405, "Only CONNECT is served here."});
  if (target.starts_with('/') || (target == "*" && request.method == "OPTIONS")) {
    request.target = target;
    return {};
  }
  const size_t scheme = target.find("://");
  const std::string name = to_lower(target.substr(0, scheme));
  if (scheme == std::string_view::npos || (name != "http" && name != "https")) {
    return std::unexpected(Refusal{400, "Malformed request target."});
  }
  target.remove_prefix(scheme + 3);
  const size_t path = target.find_first_of("/?");
  const std::string_view authority = target.substr(0, path);
  if (authority.empty() || !is_authority(authority)) return std::unexpected(Refusal{400, "Malformed request target."});
  request.target = path == std::string_view::npos ? "/" : std::string(target.substr(path));
  if (request.target.starts_with('?')) request.target.insert(0, "/");
  request.headers.add("Host", std::string(authority));  // the target's word counts, not the field's
  return {};
}

std::expected<void, Refusal> parse_request_line(std::string_view line, const HeadLimits& limits, bool tunnel,
                                                Request& request) {
  const size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return std::unexpected(Refusal{400, "Malformed request line."});
  const std::string_view method = line.substr(0, first), version = line.substr(last + 1);
  if (!is_token(method) || method.size() > kMethodMax) return std::unexpected(Refusal{400, "Malformed method."});
  if (version == "HTTP/1.1") {
    request.version = 11;
  } else if (version == "HTTP/1.0") {
    request.version = 10;
  } else {
    return std::unexpected(version.starts_with("HTTP/") ? Refusal{505, "HTTP version not supported."}
                                                        : Refusal{400, "Malformed request line."});
  }
  request.method = method;
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.size() > limits.target_bytes) return std::unexpected(Refusal{414, "Request target too long."});
  return parse_target(target, tunnel, request);
}

// One length from all fields of that name; nullopt if they are malformed or differ.
std::optional<uint64_t> content_length(const Headers& headers) {
  std::optional<uint64_t> length;
  for (const auto& [name, value] : headers.entries()) {
    if (!equal_ignoring_case(name, "content-length")) continue;
    const bool digits =
        !value.empty() && value.size() <= 18 && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) return std::nullopt;
    const uint64_t one = static_cast<uint64_t>(*parse_int(value));
    if (length && *length != one) return std::nullopt;
    length = one;
  }
  return length;
}

size_t count(const Headers& headers, std::string_view name) {
  return static_cast<size_t>(std::ranges::count_if(
      headers.entries(), [&](const Headers::Entry& entry) { return equal_ignoring_case(entry.first, name); }));
}

std::expected<void, Refusal> find_framing(Head& head) {
  Headers& headers = head.request.headers;
  const size_t codings = count(headers, "transfer-encoding"), lengths = count(headers, "content-length");
  if (codings > 0) {
    if (lengths > 0) return std::unexpected(Refusal{400, "Both Content-Length and Transfer-Encoding."});
    if (head.request.version != 11) return std::unexpected(Refusal{400, "Transfer-Encoding needs HTTP/1.1."});
    if (codings > 1 || !equal_ignoring_case(headers.get("transfer-encoding"), "chunked")) {
      return std::unexpected(Refusal{501, "Transfer-Encoding not supported."});
    }
    head.framing = Head::Framing::chunked;
  } else if (lengths > 0) {
    const auto length = content_length(headers);
    if (!length) return std::unexpected(Refusal{400, "Malformed Content-Length."});
    if (lengths > 1) headers.set("Content-Length", std::to_string(*length));
    head.length = *length;
    head.framing = *length > 0 ? Head::Framing::length : Head::Framing::none;
  }
  return {};
}

}  // namespace

HeadScanner::Found HeadScanner::scan(std::string_view buffer) {
  for (;;) {
    const size_t newline = buffer.find('\n', at_);
    if (newline == std::string_view::npos) {
      at_ = buffer.size();
      return Found::nothing;
    }
    if (newline == 0 || buffer[newline - 1] != '\r') return Found::malformed;
    at_ = newline + 1;
    const bool blank = newline == line_begin_ + 1;
    line_begin_ = at_;
    if (blank) return Found::end;
  }
}

bool parse_field(std::string_view line, Headers& into) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon), value = trim_blanks(line.substr(colon + 1));
  if (!is_token(name) || !is_field_value(value)) return false;  // a space before the colon or a folded line ends here
  into.add(std::string(name), std::string(value));
  return true;
}

std::expected<Head, Refusal> parse_head(std::string_view text, const HeadLimits& limits, bool tunnel) {
  Head head;
  Request& request = head.request;
  const std::string_view request_line = take_line(text);
  if (auto parsed = parse_request_line(request_line, limits, tunnel, request); !parsed) {
    return std::unexpected(parsed.error());
  }
  const std::string absolute = request.headers.get("host");
  request.headers = {};
  if (auto parsed = parse_fields(text, limits, request.headers); !parsed) return std::unexpected(parsed.error());

  const size_t hosts = count(request.headers, "host");
  if (hosts > 1 || (hosts == 0 && request.version == 11)) return std::unexpected(Refusal{400, "One Host is required."});
  if (!is_authority(request.headers.get("host"))) return std::unexpected(Refusal{400, "Malformed Host."});
  if (!absolute.empty()) request.headers.set("Host", absolute);

  if (auto found = find_framing(head); !found) return std::unexpected(found.error());
  head.keep_alive = request.version == 11;
  for (const auto& [name, value] : request.headers.entries()) {
    if (equal_ignoring_case(name, "connection")) {
      if (has_token(value, "close"))
        head.keep_alive = false;
      else if (request.version == 10 && has_token(value, "keep-alive"))
        head.keep_alive = true;
    } else if (equal_ignoring_case(name, "expect")) {
      if (!equal_ignoring_case(value, "100-continue")) return std::unexpected(Refusal{417, "Unknown expectation."});
      head.expects_continue = request.version == 11;
    }
  }
  return head;
}

std::expected<ResponseHead, Refusal> parse_response_head(std::string_view text, std::string_view method,
                                                         const HeadLimits& limits) {
  const Refusal malformed{502, "Malformed response."};
  const std::string_view line = take_line(text);
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || line[8] != ' ' || (line.size() > 12 && line[12] != ' ')) {
    return std::unexpected(malformed);
  }
  Head framing;
  framing.request.version = line[7] == '0' ? 10 : 11;
  const auto status = parse_int(line.substr(9, 3));
  if (!status || *status < 100 || *status > 599) return std::unexpected(malformed);
  if (auto parsed = parse_fields(text, limits, framing.request.headers); !parsed) return std::unexpected(malformed);
  if (auto found = find_framing(framing); !found) return std::unexpected(malformed);

  ResponseHead head;
  head.status = static_cast<int>(*status);
  head.version = framing.request.version;
  head.headers = std::move(framing.request.headers);
  const bool bodiless = method == "HEAD" || *status < 200 || *status == 204 || *status == 304;
  head.framing = bodiless ? Head::Framing::none : framing.framing;
  head.length = bodiless ? 0 : framing.length;
  head.until_close = !bodiless && head.framing == Head::Framing::none && !head.headers.contains("content-length");
  const std::string connection = head.headers.get("connection");
  head.keep_alive =
      !head.until_close && (head.version == 11 ? !has_token(connection, "close") : has_token(connection, "keep-alive"));
  return head;
}

bool ChunkedDecoder::take_line(std::string_view& input, size_t limit) {
  if (line_ended_) line_.clear();
  line_ended_ = false;
  const size_t newline = input.find('\n');
  const std::string_view part = input.substr(0, newline);
  if (line_.size() + part.size() > limit) {
    state_ = State::malformed;
    return false;
  }
  line_.append(part);
  input.remove_prefix(newline == std::string_view::npos ? input.size() : newline + 1);
  if (newline == std::string_view::npos) return false;
  if (!line_.ends_with('\r')) {
    state_ = State::malformed;
    return false;
  }
  line_.pop_back();
  line_ended_ = true;
  return true;
}

bool ChunkedDecoder::start_chunk() {
  size_t digits = 0;
  left_ = 0;
  for (; digits < line_.size(); ++digits) {
    const char c = line_[digits];
    const int value = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (value < 0) break;
    if (digits == 15) return false;  // 60 bits are more than any limit
    left_ = left_ * 16 + static_cast<uint64_t>(value);
  }
  if (digits == 0) return false;
  const std::string_view rest = std::string_view(line_).substr(digits);
  return rest.empty() || (trim_blanks(rest).starts_with(';') && is_field_value(rest));
}

ChunkedDecoder::Piece ChunkedDecoder::next(std::string_view& input) {
  for (;;) {
    if (state_ == State::done) return {Kind::done};
    if (state_ == State::malformed) return {Kind::malformed};
    if (input.empty()) return {Kind::more};
    switch (state_) {
      case State::size:
        if (!take_line(input, kChunkLineMax)) break;
        state_ = !start_chunk() ? State::malformed : left_ == 0 ? State::trailer : State::data;
        break;
      case State::data: {
        const std::string_view data = input.substr(0, std::min<uint64_t>(left_, input.size()));
        input.remove_prefix(data.size());
        left_ -= data.size();
        if (left_ == 0) state_ = State::data_end;
        return {Kind::data, data};
      }
      case State::data_end:
        if (!take_line(input, 1)) break;
        state_ = line_.empty() ? State::size : State::malformed;
        break;
      case State::trailer:
        if (!take_line(input, limits_.head_bytes - trailer_bytes_)) break;
        trailer_bytes_ += line_.size();
        if (line_.empty()) {
          state_ = State::done;
        } else if (trailers_.entries().size() == limits_.fields || !parse_field(line_, trailers_)) {
          state_ = State::malformed;
        }
        break;
      case State::done:
      case State::malformed: break;
    }
  }
}

}  // namespace standpipe::net
