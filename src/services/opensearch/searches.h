// What searches have in common, however they are asked for.
#pragma once

#include <functional>
#include <string>

#include "services/opensearch/call.h"

namespace standpipe::opensearch {

// The body of the answer to a search of the indices that `expression` names.
std::string run_search(const Call& call, const std::string& expression, const json::Value& body,
                       bool ignore_unavailable = false);

// Those of a request with pairs of lines, header and body; `read` makes a search of the latter.
net::Response run_searches(Call& call, const std::function<json::Value(const json::Value&)>& read);

// An index that is reached through aliases with filters only shows what they let through.
search::QueryPtr with_alias_filters(const Call& call, const std::string& expression, search::QueryPtr query);

}  // namespace standpipe::opensearch
