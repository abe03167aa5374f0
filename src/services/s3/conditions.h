// Conditional requests: which headers make a read answer 304 or 412 and a write 412, and byte ranges.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "services/s3/stored_object.h"

namespace standpipe::s3 {

struct ReadConditions {
  std::optional<std::string> if_match, if_none_match;
  std::optional<Timestamp> if_modified_since, if_unmodified_since;
  std::string prefix;  // "x-amz-copy-source-" for the source of a copy: there, nothing is "not modified"
};

// Throws PreconditionFailed, or NotModified with the object's ETag and time.
void check_read(const ReadConditions& conditions, const StoredObject& object);

struct WriteConditions {
  std::optional<std::string> if_match, if_none_match;
  bool any() const { return if_match || if_none_match; }
};

// What no object can fulfil. Throws NotImplemented.
void check_form(const WriteConditions& conditions);
// `current` is what would be replaced. Throws PreconditionFailed, NoSuchKey.
void check_write(const WriteConditions& conditions, const std::optional<StoredObject>& current, const std::string& key);

struct ByteRange {
  uint64_t offset = 0, length = 0;
};
// nullopt: no range, several, or not understood, so the whole object is meant. Throws InvalidRange.
std::optional<ByteRange> parse_range(const std::optional<std::string>& range, uint64_t size);
// The strict form of x-amz-copy-source-range. Throws InvalidArgument.
ByteRange parse_copy_range(const std::string& range, uint64_t size);

}  // namespace standpipe::s3
