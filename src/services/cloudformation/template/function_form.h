// Arguments of intrinsic functions, as far as they can be judged before anything is evaluated.
#pragma once

#include "base/json.h"

namespace standpipe::cloudformation {

// Throws TemplateError with the text that AWS has for each function. In conditions, only those functions may stand that
// need no resource.
void check_function_forms(const json::Value& value, bool in_conditions);

}  // namespace standpipe::cloudformation
