// Pages of lists: MaxItems, Marker, IsTruncated. Markers hold the name of the last item, so that a list that changes
// between two pages neither repeats nor skips what stays.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace standpipe::iam {

struct PageRequest {
  std::string after;  // name of the last item before the page; empty for the first page
  size_t count = 100;
};

// Throws ValidationError for a marker that is not ours.
PageRequest page_request(const std::optional<std::string>& marker, const std::optional<int32_t>& max_items);
std::string make_marker(std::string_view name);

// Moves the page's part of `items`, which are sorted by `name_of`, to `list`; sets `output`'s marker and is_truncated.
template <class Item, class NameOf, class Output>
void fill_page(std::vector<Item> items, NameOf name_of, const PageRequest& page, std::vector<Item>& list,
               Output& output) {
  output.is_truncated = false;
  for (Item& item : items) {
    if (!page.after.empty() && name_of(item) <= page.after) continue;
    if (list.size() == page.count) {
      output.is_truncated = true;
      output.marker = make_marker(name_of(list.back()));
      return;
    }
    list.push_back(std::move(item));
  }
}

}  // namespace standpipe::iam
