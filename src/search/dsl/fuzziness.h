// "AUTO", "AUTO:3,6", 0, 1, 2: how far a fuzzy term may be from what it matches.
#pragma once

#include "search/dsl/options.h"
#include "search/query.h"

namespace standpipe::search::dsl {

Fuzziness read_fuzziness(const json::Value& value);
// fuzziness, prefix_length, max_expansions, fuzzy_transpositions of a full-text query, if there is a fuzziness.
std::optional<FuzzyOptions> take_fuzzy_options(Options& options);

}  // namespace standpipe::search::dsl
