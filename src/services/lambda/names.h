// Functions and layers as callers name them, and their ARNs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/request.h"

namespace standpipe::lambda {

struct FunctionName {
  std::string account, region, name;
  std::string qualifier;              // empty, "$LATEST", a version or an alias
  std::string arn() const;            // without the qualifier
  std::string qualified_arn() const;  // with it, if there is one
};

// From a name, a partial ARN ("123456789012:function:f") or a full one, each perhaps with ":qualifier". A `qualifier`
// given beside it must agree. Account and region default to the request's. Throws InvalidParameterValueException.
FunctionName parse_function_name(const aws::Request& request, const std::string& text,
                                 const std::optional<std::string>& qualifier = std::nullopt);

struct LayerName {
  std::string account, region, name;
  int64_t version = 0;      // 0: none
  std::string arn() const;  // of the layer
  std::string version_arn() const;
};

// A layer's name or ARN, or the ARN of a version; nullopt for anything else.
std::optional<LayerName> parse_layer_name(const aws::Request& request, const std::string& text);

}  // namespace standpipe::lambda
