// A resource type is a row: its properties, what Ref and Fn::GetAtt can ask, and how it is made and removed by calls of
// other services' APIs. Rows are immutable and live for ever.
#pragma once

#include <span>
#include <string_view>

#include "services/cloudformation/resources/property.h"

namespace standpipe::cloudformation {

class Context;

// How a resource without a name of its own is called: <stack>-<logical id>-<12 random characters>, cut to `length_max`.
struct NameRule {
  std::string_view property;  // empty: the type has no name to choose
  size_t length_max = 255;
  bool lower_case = false;
  std::string_view prefix = {};  // instead of the stack's name
};

enum class Maker : uint8_t { calls, nested_stack, custom };

struct ResourceType {
  std::string_view name;
  std::span<const Property> properties;
  NameRule naming = {};
  std::span<const std::string_view> attributes = {};
  // Makes the resource and waits until it can be used. Must go on where it was interrupted: see Context::make.
  void (*create)(Context&) = nullptr;
  // Removes it and waits until it is gone. What is gone already is no error.
  void (*remove)(Context&) = nullptr;
  Maker maker = Maker::calls;
  // "Requires capabilities": the type gives permissions; CAPABILITY_NAMED_IAM if its name was chosen.
  bool gives_permissions = false;
};

// nullptr: no such type. Custom::Name is AWS::CloudFormation::CustomResource.
const ResourceType* find_resource_type(std::string_view name);

}  // namespace standpipe::cloudformation
