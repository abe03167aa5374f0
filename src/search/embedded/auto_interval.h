// auto_date_histogram: which interval makes about the wanted number of buckets is known only after looking at the
// matching documents. So a search that has one is run first for the range of its dates, then with date_histograms.
#pragma once

#include <functional>

#include "search/request.h"

namespace standpipe::search {

bool wants_intervals(const std::vector<Aggregation>& aggregations);

// The request with every auto_date_histogram replaced. `run` answers a request without any.
SearchRequest with_intervals(const SearchRequest& request,
                             const std::function<SearchResponse(const SearchRequest&)>& run);

// Adds "interval" to the answers; call with the original request.
void show_intervals(const std::vector<Aggregation>& original, const std::vector<Aggregation>& chosen,
                    json::Object& results, bool typed_keys);

}  // namespace standpipe::search
