// What is done with a template before its stack exists: read, checked, its capabilities compared with what was
// acknowledged, its parameters given values. The same for stacks that clients ask for and for nested ones.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aws/caller.h"
#include "services/cloudformation/engine/state.h"
#include "services/cloudformation/template/template.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {

struct MissingCapabilities : TemplateError {
  using TemplateError::TemplateError;
};

struct Capabilities {
  std::vector<std::string> needed;  // CAPABILITY_IAM or CAPABILITY_NAMED_IAM, or none
  std::vector<std::string> types;   // of the resources that need them
  std::string reason() const;       // for answers that list them; empty if there are none
};

// What Ref answers for "AWS::Region" and its like.
std::string pseudo_parameter(const StackState& stack, std::string_view name);

Template read_and_check(const std::string& text);
Capabilities capabilities_of(const Template& checked);

// Fills description, parameters and no_echo of `stack`, whose capabilities are what was acknowledged.
// Throws TemplateError or MissingCapabilities.
void prepare(StackState& stack, const Template& checked, const std::map<std::string, std::string>& given,
             const aws::Calls& calls);

}  // namespace standpipe::cloudformation
