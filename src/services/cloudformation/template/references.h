// Who refers to whom in a template: what decides the order in which resources are made, and which names are wrong.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "services/cloudformation/template/template.h"

namespace standpipe::cloudformation {

struct Reference {
  std::string name;       // as in Ref, Fn::GetAtt or Fn::Sub
  std::string attribute;  // Fn::GetAtt only; empty if it is computed
  std::string path;       // "/Resources/A/Properties/Name/Fn::GetAtt"
  bool is_attribute = false;
};

// Which branch of Fn::If counts; absent: both.
using ConditionValue = std::function<bool(const std::string& name)>;

void for_each_reference(const json::Value& value, const std::string& path, const ConditionValue& condition,
                        const std::function<void(const Reference&)>& visit);

// Functions have arguments of the right form, all names exist, nothing depends on itself in a circle. Throws
// TemplateError.
void check_references(const Template& checked);

// Resource id → ids that must be made before it. Covers those resources only that exist under `condition`.
// Throws TemplateError for references to resources that do not exist.
using Dependencies = std::map<std::string, std::set<std::string>>;
Dependencies dependencies(const Template& checked, const ConditionValue& condition);

bool is_pseudo_parameter(std::string_view name);

}  // namespace standpipe::cloudformation
