// The text of Fn::Sub: literal pieces and the names between ${ and }.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace standpipe::cloudformation {

struct SubstitutionPiece {
  bool is_name = false;
  std::string text;  // literal text, or a name such as "Bucket.Arn"
};

// Throws TemplateError for a name with characters that no name has.
std::vector<SubstitutionPiece> parse_substitution(std::string_view text);

}  // namespace standpipe::cloudformation
