// Any bytes: the reader consumes one item or throws ParseError.
#include <cstdint>

#include "base/cbor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    standpipe::cbor::Reader reader(bytes);
    while (!reader.at_end()) {
      switch (reader.kind()) {
        case standpipe::cbor::Kind::text: reader.text(); break;
        case standpipe::cbor::Kind::floating: reader.number(); break;
        case standpipe::cbor::Kind::integer: reader.integer(); break;
        default: reader.skip();
      }
    }
  } catch (const standpipe::cbor::ParseError&) {
  }
  return 0;
}
