// The "highlight" member of a search body.
#pragma once

#include "search/dsl/query.h"
#include "search/request.h"

namespace standpipe::search::dsl {

Highlight parse_highlight(QueryParser& queries, const json::Value& body);

}  // namespace standpipe::search::dsl
