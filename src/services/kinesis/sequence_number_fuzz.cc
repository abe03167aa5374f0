// Sequence numbers and hash keys come from clients.
#include <cstdint>

#include "base/check.h"
#include "services/kinesis/hash_key.h"
#include "services/kinesis/sequence_number.h"
#include "services/kinesis/stream.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto number = kinesis::parse_sequence_number(text)) {
    check(kinesis::print_sequence_number(*number) == text, "a sequence number changed");
  }
  // Most inputs are no digits: try them as digits, too.
  std::string digits(text);
  for (char& byte : digits) byte = static_cast<char>('0' + static_cast<unsigned char>(byte) % 10);
  if (const auto number = kinesis::parse_sequence_number(digits)) {
    check(kinesis::print_sequence_number(*number) == digits, "a sequence number changed");
  }
  if (const auto key = kinesis::parse_hash_key(digits)) {
    check(digits.ends_with(kinesis::print_hash_key(*key)), "a hash key changed");
  }
  kinesis::parse_stream_arn(text);
  kinesis::StreamShard::parse_id(text);
  return 0;
}
