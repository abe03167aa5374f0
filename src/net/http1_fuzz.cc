// The HTTP/1 parsers: any bytes, in any pieces, must give the same requests or a refusal.
#include <algorithm>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "net/http1_parser.h"

using namespace standpipe;
using namespace standpipe::net;

namespace {

// What the parsers make of the input when it arrives in pieces of `step` bytes.
std::string outcome(std::string_view input, size_t step) {
  const HeadLimits limits{.head_bytes = 4096, .fields = 20, .target_bytes = 1024};
  HeadScanner scanner;
  auto found = HeadScanner::Found::nothing;
  for (size_t size = step; found == HeadScanner::Found::nothing; size += step) {
    found = scanner.scan(input.substr(0, size));
    if (size >= input.size()) break;
  }
  if (found != HeadScanner::Found::end) return found == HeadScanner::Found::malformed ? "malformed" : "incomplete";
  const auto head = parse_head(input.substr(0, scanner.end()), limits);
  if (!head) return std::to_string(head.error().status);
  check(head->request.headers.entries().size() <= limits.fields, "too many fields");
  std::string seen = head->request.method + " " + head->request.target;
  seen += "|" + head->request.host() + "|" + std::string(head->request.query());
  (void)parse_query(head->request.query());
  if (head->framing != Head::Framing::chunked) return seen;
  ChunkedDecoder decoder(limits);
  for (std::string_view rest = input.substr(scanner.end()); !rest.empty();) {
    std::string_view piece = rest.substr(0, step);
    rest.remove_prefix(piece.size());
    for (;;) {
      const auto [kind, data] = decoder.next(piece);
      if (kind == ChunkedDecoder::Kind::malformed) return seen + " malformed";
      if (kind == ChunkedDecoder::Kind::done) return seen + " done";
      if (kind == ChunkedDecoder::Kind::more) break;
      seen += data;
    }
  }
  return seen + " more";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string request = "PUT /a?b=c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n";
  for (const std::string& text :
       {std::string(input), request + std::string(input), request + "\r\n" + std::string(input)}) {
    const std::string whole = outcome(text, std::max<size_t>(1, text.size()));
    check(whole == outcome(text, 1) && whole == outcome(text, 7), "pieces change the meaning");
  }
  (void)parse_response_head("HTTP/1.1 200 OK\r\n" + std::string(input) + "\r\n\r\n", "GET", {});
  (void)parse_response_head(std::string(input) + "\r\n\r\n", "GET", {});
  return 0;
}
