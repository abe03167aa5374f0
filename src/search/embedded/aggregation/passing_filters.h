// Named filters, evaluated on the segment that is open: what filters and adjacency_matrix have in common.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "search/embedded/query/query.h"

namespace standpipe::search {

class PassingFilters {
 public:
  explicit PassingFilters(std::vector<std::pair<std::string, QueryPtr>> filters) : filters_(std::move(filters)) {}
  void open(const QueryContext& context) {
    close();
    for (const auto& [name, filter] : filters_) passing_.push_back(evaluate(context, *filter, false).docs);
  }
  void close() { passing_.clear(); }
  size_t size() const { return filters_.size(); }
  const std::string& name(size_t filter) const { return filters_[filter].first; }
  bool passes(size_t filter, uint32_t doc) const { return passing_[filter].contains(doc); }

 private:
  const std::vector<std::pair<std::string, QueryPtr>> filters_;
  std::vector<DocSet> passing_;
};

}  // namespace standpipe::search
