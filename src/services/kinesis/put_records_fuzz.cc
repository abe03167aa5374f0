// Any body of PutRecords by both ways: where the short one reads it, the long one reads the same.
#include "services/kinesis/put_records_testing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe::kinesis;
  if (compare_readings({reinterpret_cast<const char*>(data), size}) == Reading::different) __builtin_trap();
  return 0;
}
