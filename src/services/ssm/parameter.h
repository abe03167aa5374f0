// A parameter as it is kept: the current version under its name, earlier ones beside it. Also the rules of names.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace standpipe::ssm {

struct StoredParameter {
  std::string name;
  std::string type;  // String, StringList
  std::string value;
  int64_t version = 0;
  Timestamp modified{};
  std::string modified_by;  // ARN
  std::string description, allowed_pattern;
  std::string tier = "Standard";
  std::string data_type = "text";
  std::map<std::string, std::string> tags;  // of the parameter, not of the version: kept with the current one
};

std::string print_parameter(const StoredParameter& parameter);
StoredParameter parse_parameter(std::string_view document);

// "name" or "name:selector"; a whole ARN of a parameter is taken for its name.
struct Reference {
  std::string name, selector;  // selector without the colon
};
Reference parse_reference(std::string_view text);

// Throws ValidationException and the like in AWS's words for a name under which nothing may be stored.
void check_name(const std::string& name);
// Throws what AWS answers for a path of GetParametersByPath that is not one.
void check_path(const std::string& path);

// arn:aws:ssm:<region>:<account>:parameter/<name>; one slash, whether the name begins with one or not.
std::string parameter_arn(std::string_view region, std::string_view account, std::string_view name);

}  // namespace standpipe::ssm
