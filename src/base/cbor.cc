#include "base/cbor.h"

#include <bit>
#include <cmath>
#include <limits>

#include "base/bytes.h"

namespace standpipe::cbor {
namespace {

constexpr int kIndefinite = 31;
constexpr unsigned char kBreak = 0xff;

double half_to_double(uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10) & 31;
  const double fraction = static_cast<double>(bits & 1023);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  if (exponent == 31) {
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  return sign * std::ldexp(fraction + 1024, exponent - 25);
}

}  // namespace

unsigned char Reader::peek() const {
  if (at_ >= bytes_.size()) throw ParseError("Unexpected end of the CBOR body");
  return static_cast<unsigned char>(bytes_[at_]);
}

Kind Reader::kind() const {
  const unsigned char first = peek();
  switch (first >> 5) {
    case 0:
    case 1: return Kind::integer;
    case 2: return Kind::bytes;
    case 3: return Kind::text;
    case 4: return Kind::array;
    case 5: return Kind::map;
    case 6: return Kind::tag;
    default: break;
  }
  switch (first & 31) {
    case 20:
    case 21: return Kind::boolean;
    case 22:
    case 23: return Kind::null;
    case 25:
    case 26:
    case 27: return Kind::floating;
    default: throw ParseError("Unexpected CBOR item");
  }
}

std::string_view Reader::take(uint64_t count) {
  if (count > bytes_.size() - at_) throw ParseError("Unexpected end of the CBOR body");
  const std::string_view taken = bytes_.substr(at_, count);
  at_ += count;
  return taken;
}

uint64_t Reader::argument(int info) {
  if (info < 24) return static_cast<uint64_t>(info);
  if (info > 27) throw ParseError("Malformed CBOR item");
  uint64_t value = 0;
  for (const char byte : take(uint64_t{1} << (info - 24))) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

Reader::Head Reader::head() {
  const unsigned char first = peek();
  ++at_;
  const int info = first & 31;
  return {first >> 5, info, info == kIndefinite ? 0 : argument(info)};
}

int64_t Reader::integer() {
  const Head item = head();
  if (item.major > 1 || item.info == kIndefinite) throw ParseError("A CBOR integer is expected");
  if (item.value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) throw ParseError("Integer out of range");
  const auto value = static_cast<int64_t>(item.value);
  return item.major == 0 ? value : -1 - value;
}

double Reader::number() {
  if (kind() == Kind::integer) return static_cast<double>(integer());
  const Head item = head();
  if (item.major != 7) throw ParseError("A CBOR number is expected");
  switch (item.info) {
    case 25: return half_to_double(item.value);
    case 26: return std::bit_cast<float>(static_cast<uint32_t>(item.value));
    case 27: return std::bit_cast<double>(item.value);
    default: throw ParseError("A CBOR number is expected");
  }
}

bool Reader::boolean() {
  if (kind() != Kind::boolean) throw ParseError("A CBOR boolean is expected");
  return head().info == 21;
}

void Reader::null() {
  if (kind() != Kind::null) throw ParseError("CBOR null is expected");
  head();
}

uint64_t Reader::tag() {
  const Head item = head();
  if (item.major != 6 || item.info == kIndefinite) throw ParseError("A CBOR tag is expected");
  return item.value;
}

std::string Reader::string(int major) {
  const Head item = head();
  if (item.major != major) throw ParseError("Unexpected type of CBOR item");
  if (item.info != kIndefinite) return std::string(take(item.value));
  std::string joined;
  while (peek() != kBreak) {
    const Head piece = head();
    if (piece.major != major || piece.info == kIndefinite) throw ParseError("Malformed CBOR string");
    joined += take(piece.value);
  }
  ++at_;
  return joined;
}

std::string Reader::text() {
  std::string result = string(3);
  if (!valid_utf8(result)) throw ParseError("CBOR text is not UTF-8");
  return result;
}

std::string Reader::bytes() { return string(2); }

Reader::Extent Reader::begin(int major) {
  const Head item = head();
  if (item.major != major) throw ParseError("Unexpected type of CBOR item");
  if (++depth_ > kDepthMax) throw ParseError("The CBOR is nested too deeply");
  return {item.value, item.info == kIndefinite};
}

bool Reader::more(Extent& extent) {
  if (extent.indefinite) {
    if (peek() != kBreak) return true;
    ++at_;
    return false;
  }
  return extent.left-- > 0;
}

void Reader::skip() {
  switch (kind()) {
    case Kind::array: return array([&] { skip(); });
    case Kind::map: return map([&](const std::string&) { skip(); });
    case Kind::bytes: bytes(); return;
    case Kind::text: string(3); return;
    case Kind::tag:
      if (++depth_ > kDepthMax) throw ParseError("The CBOR is nested too deeply");
      tag();
      skip();
      --depth_;
      return;
    default: head();
  }
}

void Writer::head(int major, uint64_t value) {
  const int bytes = value < 24 ? 0 : value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffffffff ? 4 : 8;
  const int info = bytes == 0 ? static_cast<int>(value) : bytes == 1 ? 24 : bytes == 2 ? 25 : bytes == 4 ? 26 : 27;
  out_ += static_cast<char>(major << 5 | info);
  for (int i = bytes - 1; i >= 0; --i) out_ += static_cast<char>(value >> (8 * i));
}

void Writer::integer(int64_t value) {
  if (value >= 0) return head(0, static_cast<uint64_t>(value));
  head(1, static_cast<uint64_t>(-1 - value));
}

void Writer::number(double value) {
  out_ += static_cast<char>(0xfb);
  const auto bits = std::bit_cast<uint64_t>(value);
  for (int i = 7; i >= 0; --i) out_ += static_cast<char>(bits >> (8 * i));
}

void Writer::text(std::string_view text) {
  head(3, text.size());
  out_ += text;
}

void Writer::bytes(std::string_view bytes) {
  head(2, bytes.size());
  out_ += bytes;
}

}  // namespace standpipe::cbor
