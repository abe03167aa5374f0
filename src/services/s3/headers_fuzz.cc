// Header values that S3 reads by itself: ranges, sources of copies, conditions.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "generated/s3.h"
#include "services/s3/conditions.h"
#include "services/s3/copy_source.h"

namespace {

template <class Read>
void read(Read act) {
  try {
    act();
  } catch (const standpipe::aws::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe;
  using namespace standpipe::s3;
  const std::string text(reinterpret_cast<const char*>(data), size);
  constexpr uint64_t kSize = 1000;
  read([&] {
    const auto range = parse_range(text, kSize);
    if (range) check(range->length > 0 && range->offset + range->length <= kSize);
  });
  read([&] {
    const ByteRange range = parse_copy_range(text, kSize);
    check(range.length > 0 && range.offset + range.length <= kSize);
  });
  read([&] {
    const CopySource source = parse_copy_source(text);
    check(!source.bucket.empty() && !source.key.empty());
  });
  StoredObject object;
  object.etag = "d41d8cd98f00b204e9800998ecf8427e";
  read([&] { check_read({.if_match = text}, object); });
  read([&] { check_read({.if_none_match = text}, object); });
  return 0;
}
