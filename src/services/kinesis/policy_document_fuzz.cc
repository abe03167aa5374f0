// Policies and ARNs that clients send: refused or kept, never a crash.
#include "aws/error.h"
#include "services/kinesis/policy_document.h"
#include "services/kinesis/stream.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    standpipe::kinesis::check_policy_document(text, "arn:aws:kinesis:eu-west-1:000000000000:stream/s");
  } catch (const standpipe::aws::Error&) {
  }
  const auto consumer = standpipe::kinesis::parse_consumer_arn(text);
  if (consumer && standpipe::kinesis::parse_consumer_arn(consumer->arn())->name != consumer->name) __builtin_trap();
  return 0;
}
