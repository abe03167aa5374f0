// _analyze: the tokens that a text becomes, with an analyzer by name, of a field, or put together in the request.
#pragma once

#include "search/embedded/mapping.h"

namespace standpipe::search {

json::Value analyze_text(const Mapping& mapping, const json::Value& request);

}  // namespace standpipe::search
