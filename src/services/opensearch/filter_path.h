// The parameter filter_path: which members of an answer are wanted. Paths are separated by commas; their parts by dots.
// In a part '*' stands for any characters, "**" for any number of parts; a path with '-' in front names what is not
// wanted. Arrays are looked through. Throws illegal_argument_exception for very many parts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace standpipe::opensearch {

class FilterPath {
 public:
  explicit FilterPath(std::string_view paths);
  json::Value apply(const json::Value& answer) const;

 private:
  std::vector<std::vector<std::string>> wanted_, not_wanted_;  // paths, by their parts
};

}  // namespace standpipe::opensearch
