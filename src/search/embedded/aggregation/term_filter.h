// include and exclude of terms aggregations.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "search/aggregation.h"
#include "search/embedded/regexp.h"

namespace standpipe::search {

class TermTest {
 public:
  TermTest(const TermFilter& include, const TermFilter& exclude);
  // `spelled`: the value as clients see it.
  bool admits(std::string_view spelled) const;
  bool admits_everything() const { return everything_; }

 private:
  struct Side {
    explicit Side(const TermFilter& filter);
    bool holds(std::string_view spelled) const;
    std::set<std::string, std::less<>> values;
    std::optional<Regexp> regexp;
    uint32_t partition, partitions;
    bool given;
  };
  Side include_, exclude_;
  bool everything_;
};

}  // namespace standpipe::search
