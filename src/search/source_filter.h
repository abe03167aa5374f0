// Parts of a document's source.
#pragma once

#include <string>

#include "search/request.h"

namespace standpipe::search {

// The source with only what the filter lets through; the text itself if that is everything.
std::string filter_source(const std::string& source, const SourceFilter& filter);

}  // namespace standpipe::search
