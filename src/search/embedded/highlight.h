// Fragments of a hit's text with the query's terms marked. The text is taken from the source and analysed again.
#pragma once

#include "search/embedded/query/query.h"
#include "search/request.h"

namespace standpipe::search {

// An object of arrays of fragments; null if nothing is to be shown.
json::Value highlight(const QueryContext& context, const Query& query, const Highlight& wanted,
                      const json::Value& source);

}  // namespace standpipe::search
