#include "services/iam/pages.h"

#include <algorithm>

#include "base/bytes.h"
#include "generated/iam.h"

namespace standpipe::iam {

PageRequest page_request(const std::optional<std::string>& marker, const std::optional<int32_t>& max_items) {
  PageRequest page{.count = static_cast<size_t>(std::max(max_items.value_or(100), 1))};
  if (marker) {
    const auto name = base64_decode(*marker);
    if (!name || name->empty() || !valid_utf8(*name)) throw ValidationError("Invalid Marker.");
    page.after = *name;
  }
  return page;
}

std::string make_marker(std::string_view name) { return base64_encode(name); }

}  // namespace standpipe::iam
