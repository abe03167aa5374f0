#include "services/cloudformation/template/substitution.h"

#include <algorithm>
#include <cctype>

#include "base/bytes.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {

std::vector<SubstitutionPiece> parse_substitution(std::string_view text) {
  std::vector<SubstitutionPiece> pieces;
  std::string literal;
  while (!text.empty()) {
    const size_t open = text.find("${");
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos) break;
    literal += text.substr(0, open);
    std::string_view name = text.substr(open + 2, close - open - 2);
    if (name.starts_with('!')) {  // ${!Name} stands for the text ${Name}
      literal += "${" + std::string(name.substr(1)) + "}";
    } else {
      name = trim(name);
      const bool valid = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '_' || c == '.' || c == ':';
      });
      if (!valid) {
        throw TemplateError(
            "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, "
            "periods, and colons");
      }
      if (!literal.empty()) pieces.push_back({false, std::move(literal)});
      literal.clear();
      pieces.push_back({true, std::string(name)});
    }
    text.remove_prefix(close + 1);
  }
  literal += text;
  if (!literal.empty()) pieces.push_back({false, std::move(literal)});
  return pieces;
}

}  // namespace standpipe::cloudformation
