// The parameter filter_path: which members of an answer are wanted. Paths are separated by commas; their parts by dots.
// In a part '*' stands for any characters, "**" for any number of parts; a path with '-' in front names what is not
// wanted. Arrays are looked through. Throws illegal_argument_exception for very many parts.
#pragma once

#include <string_view>

#include "base/json.h"

namespace standpipe::opensearch {

json::Value filter_by_path(const json::Value& answer, std::string_view paths);

}  // namespace standpipe::opensearch
