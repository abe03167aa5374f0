// Fills in the templates of search templates: mustache as OpenSearch has it, where a variable is escaped for JSON.
//   {{name}} {{a.b.0}} {{.}}   a value; {{{name}}} and {{&name}} without escaping
//   {{#name}} … {{/name}}      for each element of an array, or once if there is such a value
//   {{^name}} … {{/name}}      if there is none
//   {{#toJson}}name{{/toJson}} {{#join}}name{{/join}} {{#join delimiter='|'}}name{{/join delimiter='|'}}
//   {{! a comment }}
// Throws general_script_exception: tags that do not fit together, what is not listed above, and what would become
// larger than kFilledBytesMax.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace standpipe::opensearch {

inline constexpr size_t kFilledBytesMax = 1u << 20;

std::string fill_in(std::string_view text, const json::Value& parameters);

}  // namespace standpipe::opensearch
