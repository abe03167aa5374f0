// The body of _search, _count and _msearch.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "search/dsl/query.h"
#include "search/request.h"

namespace standpipe::search::dsl {

inline constexpr uint32_t kResultWindowMax = 10'000;

// Refuses unknown keys and values out of bounds in OpenSearch's words.
SearchRequest parse_search_request(const json::Value& body);
// The body of a top_hits aggregation: which hits of a bucket, and what they show.
inline constexpr uint32_t kTopHitsWindowMax = 100;
SearchRequest parse_top_hits(QueryParser& queries, const json::Value& body);
// {"query": …} or {}; `_count` and `_validate/query` take nothing else.
QueryPtr parse_query_body(const json::Value& body);
std::vector<SortField> parse_sort(QueryParser& queries, const json::Value& value);
SourceFilter parse_source_filter(const json::Value& value);
// Bounds and combinations that also depend on URL parameters; call when the request is complete.
void check_request(const SearchRequest& request);

}  // namespace standpipe::search::dsl
