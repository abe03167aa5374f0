#include "services/cloudformation/template/cidr.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <array>
#include <cstring>

#include "base/bytes.h"
#include "services/cloudformation/template/template.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

constexpr int64_t kBlocksMax = 256;

struct Block {
  std::array<uint8_t, 16> address{};
  int family = AF_INET;
  int bits = 32;  // of an address
  int prefix = 0;
};

[[noreturn]] void refuse(const std::string& what) { throw TemplateError("Template error: Fn::Cidr: " + what); }

Block parse_block(const std::string& text) {
  Block block;
  const size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  if (address.find(':') != std::string::npos) {
    block.family = AF_INET6;
    block.bits = 128;
  }
  const auto prefix = slash == std::string::npos ? std::nullopt : parse_int(text.substr(slash + 1));
  if (!prefix || *prefix < 0 || *prefix > block.bits ||
      inet_pton(block.family, address.c_str(), block.address.data()) != 1) {
    refuse(text + " is not a valid CIDR block");
  }
  block.prefix = static_cast<int>(*prefix);
  for (int bit = block.prefix; bit < block.bits; ++bit) {
    block.address[static_cast<size_t>(bit / 8)] &= static_cast<uint8_t>(~(0x80 >> (bit % 8)));
  }
  return block;
}

// The `index`th block of `1 << host_bits` addresses after the beginning of `block`.
std::string nth(const Block& block, uint64_t index, int host_bits) {
  std::array<uint8_t, 16> address = block.address;
  for (int bit = block.bits - host_bits - 1; bit >= 0 && index > 0; --bit, index >>= 1) {
    if (index & 1) address[static_cast<size_t>(bit / 8)] |= static_cast<uint8_t>(0x80 >> (bit % 8));
  }
  char text[INET6_ADDRSTRLEN];
  inet_ntop(block.family, address.data(), text, sizeof text);
  return fmt::format("{}/{}", text, block.bits - host_bits);
}

}  // namespace

json::Value cidr_blocks(const json::Value& arguments) {
  if (!arguments.is_array() || arguments.array().size() < 2 || arguments.array().size() > 3) {
    refuse("two or three parameters are required");
  }
  for (const json::Value& argument : arguments.array()) {
    if (!is_scalar(argument)) refuse("parameters must be strings or numbers");
  }
  const Block block = parse_block(scalar_text(arguments.array()[0]));
  const auto count = parse_int(scalar_text(arguments.array()[1]));
  if (!count || *count < 1 || *count > kBlocksMax) refuse("the count must be between 1 and 256");
  int64_t host_bits = 0;
  if (arguments.array().size() == 3) {
    const auto bits = parse_int(scalar_text(arguments.array()[2]));
    if (!bits || *bits < 0 || *bits > block.bits) refuse("the subnet bits are out of range");
    host_bits = *bits;
  } else {
    int64_t needed = 0;  // as large as the count allows
    while ((int64_t{1} << needed) < *count) ++needed;
    host_bits = block.bits - block.prefix - needed;
  }
  const int64_t room = block.bits - block.prefix - host_bits;
  if (host_bits < 0 || room < 0 || (room < 9 && *count > (int64_t{1} << room))) {
    const std::string whole = scalar_text(arguments.array()[0]);
    refuse(fmt::format("{} blocks of {} bits do not fit into {}", *count, host_bits, whole));
  }
  json::Array blocks;
  for (uint64_t i = 0; i < static_cast<uint64_t>(*count); ++i) {
    blocks.emplace_back(nth(block, i, static_cast<int>(host_bits)));
  }
  return blocks;
}

}  // namespace standpipe::cloudformation
