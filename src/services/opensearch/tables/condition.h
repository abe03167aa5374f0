// Conditions of SQL's WHERE and PPL's where, as queries of the DSL.
#pragma once

#include "base/json.h"
#include "services/opensearch/tables/fields.h"
#include "services/opensearch/tables/lexer.h"

namespace standpipe::opensearch {

// Comparisons, IN, BETWEEN, LIKE, IS [NOT] NULL, AND, OR, NOT, parentheses, and the functions isnull, isnotnull, like,
// match, match_phrase. Throws SyntaxError.
json::Value parse_condition(Lexer& lexer, const Fields& fields);

}  // namespace standpipe::opensearch
