// The HTTP/2 session: any bytes behind the preface; whatever requests come of them are answered.
#include <cstdint>

#include "base/logging.h"
#include "net/http2_session.h"

using namespace standpipe;
using namespace standpipe::net;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  logging::set_level(logging::Level::error);
  static const ServerOptions options;
  static const SystemClock clock;
  static const Endpoint endpoint;
  const std::string_view preface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // Once as it is, once behind a request in the static table's words: GET / https.
  for (const std::string_view before : {std::string_view(), std::string_view("\0\0\3\1\4\0\0\0\1\x82\x84\x87", 12)}) {
    Http2Session session(options, clock, endpoint, "10.0.0.1", false);
    std::string out;
    bool alive = session.receive(preface) && session.receive(before);
    for (std::string_view rest = input; alive && !rest.empty();) {
      const std::string_view piece = rest.substr(0, 100);
      rest.remove_prefix(piece.size());
      alive = session.receive(piece);
      for (const auto& stream : session.take_unstored()) {
        stream->body->store(stream->body->take());
        session.stored(stream);
      }
      for (const auto& stream : session.take_ready()) {
        if (stream->body) (void)stream->body->finish();
        session.respond(stream, Response::text(200, std::string(stream->request.path())));
      }
      session.fill(out, 1 << 20);
      out.clear();
    }
  }
  return 0;
}
