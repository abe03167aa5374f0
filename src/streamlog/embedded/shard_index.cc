#include "streamlog/embedded/shard_index.h"

#include <algorithm>
#include <cstdint>

namespace standpipe {
namespace {

constexpr uint64_t kBytesApart = 64u << 10;
constexpr unsigned kSparserMax = 20;
constexpr Duration kTimeApart = std::chrono::minutes(1);

}  // namespace

void ShardIndex::add(Position position, Timestamp arrival, LogPlace place, size_t items_max) {
  if (!items_.empty()) {
    const Item& last = items_.back();
    if (place == last.place) return;
    if (place.segment == last.place.segment && place.offset - last.place.offset < kBytesApart << sparser_ &&
        arrival - last.arrival < kTimeApart * (1 << sparser_)) {
      return;
    }
  }
  if (items_.size() >= items_max) thin_out();
  items_.push_back({position, arrival, place});
}

void ShardIndex::thin_out() {
  sparser_ = std::min(sparser_ + 1, kSparserMax);
  size_t kept = 0;
  for (size_t i = 0; i < items_.size(); i += 2) items_[kept++] = items_[i];
  items_.resize(kept);
}

void ShardIndex::remember(Position position, LogPlace place) {
  for (End& end : ends_) {
    if (!end.known || end.position != position) continue;
    end.place = std::max(end.place, place);
    return;
  }
  ends_[next_end_++ % ends_.size()] = {position, place, true};
}

std::optional<ShardIndex::Span> ShardIndex::find(Position position) const {
  if (items_.empty()) return std::nullopt;
  auto next = std::ranges::upper_bound(items_, position, {}, &Item::position);
  const Position end = next == items_.end() ? UINT64_MAX : next->position;
  // A position before the first item can only have been dropped or damaged: the first item is where to go on.
  if (next == items_.begin()) return Span{next->place, std::next(next) == items_.end() ? UINT64_MAX
                                                                                      : std::next(next)->position};
  LogPlace place = std::prev(next)->place;
  for (const End& known : ends_) {
    if (known.known && known.position == position) place = std::max(place, known.place);
  }
  return Span{place, end};
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

// If items are missing, what is left may begin before the first item that is left.
void ShardIndex::drop_before(uint64_t segment) {
  const auto kept = std::ranges::lower_bound(items_, segment, {}, [](const Item& item) { return item.place.segment; });
  if (kept == items_.begin()) return;
  Item first = *std::prev(kept);
  items_.erase(items_.begin(), kept);
  if (sparser_ > 0) {
    first.place = {segment, log_format::kSegmentHeaderBytes};
    items_.insert(items_.begin(), first);
  }
  items_.shrink_to_fit();
}

}  // namespace standpipe
