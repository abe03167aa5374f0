// The model's limits, checked on a whole input at once.
#pragma once

#include <string>
#include <vector>

#include "aws/shape.h"

namespace standpipe::aws {

// Every violation as AWS words it: "Value 'x' at 'streamName' failed to satisfy constraint: Member must have length
// less than or equal to 128". `structure` is an input's shape and `value` its struct. Thread-safe.
std::vector<std::string> violations(const Shape& structure, const void* value);

// "2 validation errors detected: …; …". At most ten are told.
std::string violations_message(const std::vector<std::string>& found);

// False if RE2 cannot read the shape's pattern: then nothing would be checked. For the test of all models.
bool pattern_usable(const Shape& shape);

}  // namespace standpipe::aws
