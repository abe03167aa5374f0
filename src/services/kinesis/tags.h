// The rules of stream tags.
#pragma once

#include <map>
#include <string>

namespace standpipe::kinesis {

// Throws InvalidArgumentException for tags that AWS refuses, or too many of them. `resource` is named in the message.
void add_tags(std::map<std::string, std::string>& present, const std::map<std::string, std::string>& added,
              const std::string& resource, const std::string& account);

}  // namespace standpipe::kinesis
