#include "services/s3/conditions.h"

#include <algorithm>

#include "base/bytes.h"
#include "generated/s3.h"
#include "services/s3/body.h"

namespace standpipe::s3 {
namespace {

bool etag_listed(const std::string& list, const std::string& etag) {
  for (const std::string& part : split(list, ',')) {
    std::string_view one = trim(part);
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (unquoted(one) == etag) return true;
  }
  return false;
}

aws::Error precondition_failed(const std::string& condition) {
  return PreconditionFailed("At least one of the pre-conditions you specified did not hold")
      .with("Condition", condition);
}

// HTTP dates have seconds.
Timestamp seconds(Timestamp time) { return std::chrono::floor<std::chrono::seconds>(time); }

aws::Error unsatisfiable(const std::string& range, uint64_t size) {
  return InvalidRange("The requested range is not satisfiable")
      .with("RangeRequested", range)
      .with("ActualObjectSize", std::to_string(size));
}

std::optional<uint64_t> parse_offset(std::string_view text) {
  const std::optional<int64_t> number = text.starts_with('+') || text.starts_with('-') ? std::nullopt : parse_int(text);
  return number ? std::optional(static_cast<uint64_t>(*number)) : std::nullopt;
}

}  // namespace

void check_read(const ReadConditions& conditions, const StoredObject& object) {
  const auto not_modified = [&](const std::string& condition) {
    if (!conditions.prefix.empty()) return precondition_failed(condition);
    aws::Error error = NotModified("Not Modified");
    error.headers.emplace_back("ETag", quoted(object.etag));
    error.headers.emplace_back("Last-Modified", format_http_date(object.modified));
    return error;
  };
  const Timestamp modified = seconds(object.modified);
  if (conditions.if_match) {
    if (!etag_listed(*conditions.if_match, object.etag)) throw precondition_failed(conditions.prefix + "If-Match");
  } else if (conditions.if_unmodified_since && modified > *conditions.if_unmodified_since) {
    throw precondition_failed(conditions.prefix + "If-Unmodified-Since");
  }
  if (conditions.if_none_match) {
    if (etag_listed(*conditions.if_none_match, object.etag)) throw not_modified(conditions.prefix + "If-None-Match");
  } else if (conditions.if_modified_since && modified <= *conditions.if_modified_since) {
    throw not_modified(conditions.prefix + "If-Modified-Since");
  }
}

void check_form(const WriteConditions& conditions) {
  if (conditions.if_match && conditions.if_none_match) {
    throw not_implemented("If-Match,If-None-Match")
        .with("additionalMessage", "Multiple conditional request headers present in the request");
  }
  if (conditions.if_none_match && *conditions.if_none_match != "*") {
    throw not_implemented("If-None-Match")
        .with("additionalMessage", "We don't accept the provided value of If-None-Match header for this API");
  }
  if (conditions.if_match && *conditions.if_match == "*") {
    throw not_implemented("If-Match")
        .with("additionalMessage", "We don't accept the provided value of If-Match header for this API");
  }
}

void check_write(const WriteConditions& conditions, const std::optional<StoredObject>& current,
                 const std::string& key) {
  if (conditions.if_none_match && current) throw precondition_failed("If-None-Match");
  if (!conditions.if_match) return;
  if (!current) throw NoSuchKey("The specified key does not exist.").with("Key", key);
  if (unquoted(*conditions.if_match) != current->etag) throw precondition_failed("If-Match");
}

std::optional<ByteRange> parse_range(const std::optional<std::string>& range, uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!range || !range->starts_with(kUnit)) return std::nullopt;
  const std::string_view text = trim(std::string_view(*range).substr(kUnit.size()));
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return std::nullopt;
  const std::string_view first_text = text.substr(0, dash);
  const std::string_view last_text = text.substr(dash + 1);
  const std::optional<uint64_t> first = parse_offset(first_text);
  const std::optional<uint64_t> last = parse_offset(last_text);
  if (first_text.empty()) {
    if (!last) return std::nullopt;
    if (*last == 0 || size == 0) throw unsatisfiable(*range, size);
    const uint64_t length = std::min(*last, size);
    return ByteRange{size - length, length};
  }
  if (!first || (!last && !last_text.empty()) || (last && *last < *first)) return std::nullopt;
  if (*first >= size) throw unsatisfiable(*range, size);
  const uint64_t end = last ? std::min(*last + 1, size) : size;
  return ByteRange{*first, end - *first};
}

ByteRange parse_copy_range(const std::string& range, uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const std::string_view text = range.starts_with(kUnit) ? std::string_view(range).substr(kUnit.size()) : "";
  const size_t dash = text.find('-');
  const auto first = dash == std::string_view::npos ? std::nullopt : parse_offset(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? std::nullopt : parse_offset(text.substr(dash + 1));
  if (!first || !last || *last < *first) {
    throw InvalidArgument(
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
        "zero-based "
        "offsets of the first and last bytes to copy")
        .with("ArgumentName", "x-amz-copy-source-range")
        .with("ArgumentValue", range);
  }
  if (*last >= size) {
    throw InvalidArgument("Range specified is not valid for source object of size: " + std::to_string(size))
        .with("ArgumentName", "x-amz-copy-source-range")
        .with("ArgumentValue", range);
  }
  return {*first, *last - *first + 1};
}

}  // namespace standpipe::s3
