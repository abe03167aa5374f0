#include "services/cloudformation/template/read_template.h"

#include <fmt/core.h>

#include "base/bytes.h"
#include "services/cloudformation/template/json_syntax.h"
#include "services/cloudformation/template/template_error.h"
#include "services/cloudformation/template/yaml_reader.h"

namespace standpipe::cloudformation {

json::Value read_template(std::string_view text) {
  const std::string_view body = trim(text);
  if (body.empty()) throw TemplateError("Template format error: unsupported structure.");
  if (body.front() != '{') return read_yaml(text);
  if (const auto wrong = find_json_error(text, kTemplateDepthMax, kTemplateNodesMax)) {
    throw TemplateError(
        fmt::format("Template format error: JSON not well-formed. (line {}, column {})", wrong->line, wrong->column));
  }
  try {
    return json::parse(text, kTemplateDepthMax + 1);
  } catch (const json::ParseError&) {
    throw TemplateError("Template format error: JSON not well-formed.");
  }
}

}  // namespace standpipe::cloudformation
