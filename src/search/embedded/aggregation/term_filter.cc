#include "search/embedded/aggregation/term_filter.h"

#include "search/dsl/options.h"

namespace standpipe::search {
namespace {

// Any even spread will do: clients only need every term in exactly one partition.
uint32_t hash_of(std::string_view text) {
  uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619U;
  return hash ^ hash >> 15;
}

}  // namespace

TermTest::Side::Side(const TermFilter& filter)
    : partition(filter.partition), partitions(filter.partitions), given(filter.given()) {
  for (const json::Value& value : filter.values) values.insert(dsl::as_text(value).value_or(""));
  if (filter.pattern) regexp.emplace(*filter.pattern);
}

bool TermTest::Side::holds(std::string_view spelled) const {
  if (partitions > 0) return hash_of(spelled) % partitions == partition;
  return values.contains(spelled) || (regexp && regexp->matches(spelled));
}

TermTest::TermTest(const TermFilter& include, const TermFilter& exclude)
    : include_(include), exclude_(exclude), everything_(!include_.given && !exclude_.given) {}

bool TermTest::admits(std::string_view spelled) const {
  return (!include_.given || include_.holds(spelled)) && (!exclude_.given || !exclude_.holds(spelled));
}

}  // namespace standpipe::search
