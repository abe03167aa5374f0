// Any bytes: the reader answers or throws ParseError; what it read, written again, reads the same.
#include <cstdint>
#include <cstdlib>

#include "base/xml.h"

using standpipe::xml::Element;

namespace {

void write(standpipe::xml::Writer& writer, const Element& element) {
  writer.open("e").text(element.text);
  for (const Element& child : element.children) write(writer, child);
  writer.close();
}

size_t count(const Element& element) {
  size_t result = 1;
  for (const Element& child : element.children) result += count(child);
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const Element root = standpipe::xml::parse({reinterpret_cast<const char*>(data), size});
    standpipe::xml::Writer writer;
    write(writer, root);
    if (count(standpipe::xml::parse(writer.take())) != count(root)) std::abort();
  } catch (const standpipe::xml::ParseError&) {
  }
  return 0;
}
