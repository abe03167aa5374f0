// Where a JSON text stops being well formed. The base parser is fast but does not say where; a template's author is
// told line and column. Duplicate names, too deep nesting and too many values are errors as well.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace standpipe::cloudformation {

struct TextPosition {
  size_t line = 1, column = 1;
};

std::optional<TextPosition> find_json_error(std::string_view text, size_t depth_max, size_t values_max);

}  // namespace standpipe::cloudformation
