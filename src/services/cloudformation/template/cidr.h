// Fn::Cidr: consecutive blocks of equal size within an IPv4 or IPv6 block.
#pragma once

#include "base/json.h"

namespace standpipe::cloudformation {

// `arguments` is [block, count] or [block, count, bits of the host part], evaluated. Throws TemplateError.
json::Value cidr_blocks(const json::Value& arguments);

}  // namespace standpipe::cloudformation
