// One search over the views of several indices.
#pragma once

#include <functional>
#include <span>

#include "search/embedded/index.h"
#include "search/request.h"

namespace standpipe::search {

SearchResponse run_search(std::span<const std::shared_ptr<Index>> indices, const SearchRequest& request,
                          int64_t now_ms);
SearchResponse run_search(std::span<const Index::Frozen> indices, const SearchRequest& request, int64_t now_ms);

}  // namespace standpipe::search
