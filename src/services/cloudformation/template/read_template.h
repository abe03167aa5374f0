// From template text, YAML or JSON, to one JSON value. Short forms (!Ref, !Sub, !GetAtt …) become their long forms.
// Plain scalars: true/false/yes/no/on/off are booleans and integers in their usual spelling are numbers; whatever else
// (2010-09-09, 007, 1.10) keeps its text. Bounded: depth, number of nodes, no aliases. Throws TemplateError.
#pragma once

#include <string_view>

#include "base/json.h"

namespace standpipe::cloudformation {

inline constexpr size_t kTemplateDepthMax = 100;
inline constexpr size_t kTemplateNodesMax = 100'000;

json::Value read_template(std::string_view text);

}  // namespace standpipe::cloudformation
