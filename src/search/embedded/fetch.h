// What a hit shows of its document.
#pragma once

#include <string>

#include "search/embedded/query/query.h"
#include "search/request.h"
#include "search/source_filter.h"

namespace standpipe::search {

// docvalue_fields and fields of one document: an object of arrays, or null if there are none.
json::Value fetch_fields(const QueryContext& context, uint32_t doc, const std::string& source,
                         const SearchRequest& request);

// Every value of a field in a parsed source; a sub-field has its field's.
json::Array source_values(const Mapping& mapping, const FieldSpec& spec, const json::Value& source);

// The one value of `_version` or `_seq_no`.
int64_t fetch_number(const Segment& segment, std::string_view path, uint32_t doc);

}  // namespace standpipe::search
