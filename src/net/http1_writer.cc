#include "net/http1_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace standpipe::net {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Payload Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 424: return "Failed Dependency";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Status";
  }
}

const std::string& http_date(const Clock& clock) {
  thread_local int64_t second = -1;
  thread_local std::string text;
  const Timestamp now = clock.now();
  if (const int64_t current = epoch_ms(now) / 1000; current != second) {
    text = format_http_date(now);
    second = current;
  }
  return text;
}

bool well_formed(const Headers& headers) {
  return std::ranges::all_of(headers.entries(), [](const Headers::Entry& entry) {
    const bool name = !entry.first.empty() && std::ranges::all_of(entry.first, [](unsigned char c) {
      return c > 0x20 && c < 0x7f && c != ':';
    });
    return name && std::ranges::all_of(entry.second, [](unsigned char c) { return c >= 0x20 ? c != 0x7f : c == '\t'; });
  });
}

bool set_by_server(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {"content-length", "transfer-encoding", "connection", "date",
                                                      "keep-alive",     "upgrade",           "te",         "trailer"};
  return std::ranges::any_of(kNames, [&](std::string_view own) { return equal_ignoring_case(own, name); });
}

std::string write_response_head(const Response& response, const ResponseFraming& framing, const Clock& clock) {
  std::string head;
  head.reserve(512);
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\nDate: ", response.status, reason_phrase(response.status));
  head += http_date(clock);
  head += "\r\n";
  for (const auto& [name, value] : response.headers.entries()) {
    if (set_by_server(name)) continue;
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (framing.length) fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", *framing.length);
  if (framing.chunked) head += "Transfer-Encoding: chunked\r\n";
  if (framing.close) head += "Connection: close\r\n";
  if (framing.keep_alive) head += "Connection: keep-alive\r\n";
  head += "\r\n";
  return head;
}

std::string chunk_begin(size_t size) { return fmt::format("{:x}\r\n", size); }

}  // namespace standpipe::net
