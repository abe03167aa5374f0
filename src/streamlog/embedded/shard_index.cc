#include "streamlog/embedded/shard_index.h"

#include <algorithm>
#include <cstdint>

namespace standpipe {
namespace {

constexpr uint64_t kBytesApart = 64u << 10;
constexpr Duration kTimeApart = std::chrono::minutes(1);
constexpr size_t kItemsMax = 65536;

}  // namespace

void ShardIndex::add(Position position, Timestamp arrival, LogPlace place) {
  if (!items_.empty()) {
    const Item& last = items_.back();
    if (place == last.place) return;
    if (place.segment == last.place.segment && place.offset - last.place.offset < kBytesApart << sparser_ &&
        arrival - last.arrival < kTimeApart * (1 << sparser_)) {
      return;
    }
  }
  if (items_.size() >= kItemsMax && sparser_ < 20) thin_out();
  items_.push_back({position, arrival, place});
}

// The first item of each segment stays: it tells what is left when earlier segments are dropped.
void ShardIndex::thin_out() {
  ++sparser_;
  std::vector<Item> kept;
  for (size_t i = 0; i < items_.size(); ++i) {
    if (i % 2 == 0 || items_[i].place.segment != items_[i - 1].place.segment) kept.push_back(items_[i]);
  }
  items_ = std::move(kept);
}

std::optional<ShardIndex::Span> ShardIndex::find(Position position) const {
  if (items_.empty()) return std::nullopt;
  auto next = std::ranges::upper_bound(items_, position, {}, &Item::position);
  const Position end = next == items_.end() ? UINT64_MAX : next->position;
  // A position before the first item can only have been dropped or damaged: the first item is where to go on.
  if (next == items_.begin()) return Span{next->place, std::next(next) == items_.end() ? UINT64_MAX
                                                                                      : std::next(next)->position};
  return Span{std::prev(next)->place, end};
}

std::optional<Position> ShardIndex::before(Timestamp time) const {
  if (items_.empty()) return std::nullopt;
  auto next = std::ranges::lower_bound(items_, time, {}, &Item::arrival);
  if (next != items_.begin()) --next;
  return next->position;
}

std::optional<Position> ShardIndex::expired(Timestamp time) const {
  auto next = std::ranges::lower_bound(items_, time, {}, &Item::arrival);
  if (next == items_.begin()) return std::nullopt;
  return std::prev(next)->position;
}

std::optional<Position> ShardIndex::first() const {
  return items_.empty() ? std::nullopt : std::optional(items_.front().position);
}

void ShardIndex::drop_before(uint64_t segment) {
  const auto kept = std::ranges::lower_bound(items_, segment, {}, [](const Item& item) { return item.place.segment; });
  items_.erase(items_.begin(), kept);
  items_.shrink_to_fit();
}

}  // namespace standpipe
