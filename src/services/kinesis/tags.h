// The rules of stream tags.
#pragma once

#include <map>
#include <string>

#include "services/kinesis/stream.h"

namespace standpipe::kinesis {

// Throws InvalidArgumentException for tags that AWS refuses, or too many of them.
void add_tags(StreamState& stream, const std::map<std::string, std::string>& tags);

}  // namespace standpipe::kinesis
