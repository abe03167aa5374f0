#include "search/dsl/fuzziness.h"

#include "base/bytes.h"

namespace standpipe::search::dsl {

Fuzziness read_fuzziness(const json::Value& value) {
  const std::string text = to_lower(as_text(value).value_or(""));
  Fuzziness out;
  if (text == "auto") return out;
  if (text.starts_with("auto:")) {
    const std::vector<std::string> bounds = split(std::string_view(text).substr(5), ',');
    const auto low = parse_int(bounds[0]), high = bounds.size() == 2 ? parse_int(bounds[1]) : std::nullopt;
    if (!low || !high || *low < 0 || *high < *low || *high > 1000) {
      throw Error("parse_exception", 400, "failed to find low and high distance values");
    }
    out.low = static_cast<uint32_t>(*low);
    out.high = static_cast<uint32_t>(*high);
    return out;
  }
  const auto edits = parse_double(text);
  if (!edits || !(*edits >= 0 && *edits <= 2)) {
    throw illegal_argument("Invalid fuzziness value: " + as_text(value).value_or("null"));
  }
  out.edits = static_cast<int>(*edits);
  return out;
}

std::optional<FuzzyOptions> take_fuzzy_options(Options& options) {
  FuzzyOptions out;
  out.prefix_length = static_cast<uint32_t>(options.integer("prefix_length", 0, 0, INT32_MAX));
  out.expansions_max = static_cast<uint32_t>(options.integer("max_expansions", 50, 1, kFuzzyExpansionsMax));
  out.transpositions = options.boolean("fuzzy_transpositions", true);
  options.text("fuzzy_rewrite");
  const json::Value* fuzziness = options.take("fuzziness");
  if (fuzziness == nullptr) return std::nullopt;
  out.fuzziness = read_fuzziness(*fuzziness);
  return out;
}

}  // namespace standpipe::search::dsl
