// A hit as clients see it.
#pragma once

#include <string>

#include "search/request.h"

namespace standpipe::search {

// Appends the JSON object; the source is passed through as it was stored.
void append_hit(std::string& out, const Hit& hit);

}  // namespace standpipe::search
