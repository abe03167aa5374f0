// YAML 1.1 as CloudFormation reads it; see read_template.h.
#pragma once

#include <string_view>

#include "base/json.h"

namespace standpipe::cloudformation {

json::Value read_yaml(std::string_view text);

}  // namespace standpipe::cloudformation
