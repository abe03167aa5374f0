#include "services/cloudformation/template/references.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "services/cloudformation/template/function_form.h"
#include "services/cloudformation/template/substitution.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

using json::Value;
using Visit = std::function<void(const Reference&)>;

void visit_attribute(const Value& argument, const std::string& path, const Visit& visit) {
  Reference reference{.path = path, .is_attribute = true};
  if (argument.is_string()) {
    const size_t dot = argument.string().find('.');
    reference.name = argument.string().substr(0, dot);
    if (dot != std::string::npos) reference.attribute = argument.string().substr(dot + 1);
  } else if (argument.is_array() && !argument.array().empty() && argument.array()[0].is_string()) {
    reference.name = argument.array()[0].string();
    if (argument.array().size() > 1 && argument.array()[1].is_string())
      reference.attribute = argument.array()[1].string();
  }
  if (!reference.name.empty()) visit(reference);
}

void visit_substitution(const Value& argument, const std::string& path, const Visit& visit) {
  const Value* text = &argument;
  const json::Object* own = nullptr;
  if (argument.is_array() && argument.array().size() == 2) {
    text = &argument.array()[0];
    if (argument.array()[1].is_object()) own = &argument.array()[1].object();
  }
  if (!text->is_string()) return;
  for (const SubstitutionPiece& piece : parse_substitution(text->string())) {
    if (!piece.is_name || (own != nullptr && own->contains(piece.text))) continue;
    const size_t dot = piece.text.find('.');
    if (dot == std::string::npos) {
      visit({piece.text, "", path, false});
    } else {
      visit({piece.text.substr(0, dot), piece.text.substr(dot + 1), path, true});
    }
  }
}

// Names of conditions that a value asks for, in Fn::If and {"Condition": …}.
void for_each_condition(const Value& value, const std::function<void(const std::string&, bool in_if)>& visit,
                        bool in_conditions) {
  if (value.is_array()) {
    for (const Value& item : value.array()) for_each_condition(item, visit, in_conditions);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.object()) {
      if (name == "Fn::If" && member.is_array() && !member.array().empty() && member.array()[0].is_string()) {
        visit(member.array()[0].string(), true);
      } else if (in_conditions && name == "Condition" && value.object().size() == 1 && member.is_string()) {
        visit(member.string(), false);
      }
      for_each_condition(member, visit, in_conditions);
    }
  }
}

void check_conditions(const Template& checked) {
  const auto check_use = [&](const std::string& name, bool in_if) {
    if (checked.conditions.contains(name)) return;
    if (in_if) throw TemplateError(fmt::format("Template error: unresolved condition dependency {} in Fn::If", name));
    throw TemplateError(fmt::format(
        "Template format error: Unresolved condition dependency {} in the Conditions block of the template", name));
  };
  for (const auto& [name, body] : checked.conditions) {
    check_function_forms(body, true);
    for_each_condition(body, check_use, true);
    for_each_reference(body, "/Conditions/" + name, {}, [&](const Reference& reference) {
      if (!reference.is_attribute && (checked.parameter(reference.name) || is_pseudo_parameter(reference.name))) return;
      throw TemplateError(
          fmt::format("Template format error: Unresolved dependencies [{}]. Cannot reference resources "
                      "in the Conditions block of the template",
                      reference.name));
    });
  }
  const auto check_named = [&](const std::string& condition, std::string_view block) {
    if (condition.empty() || checked.conditions.contains(condition)) return;
    throw TemplateError(fmt::format(
        "Template format error: Unresolved condition dependency {} in the {} block of the template", condition, block));
  };
  for (const auto& resource : checked.resources) {
    check_named(resource.condition, "Resources");
    for_each_condition(resource.properties, check_use, false);
  }
  for (const auto& output : checked.outputs) {
    check_named(output.condition, "Outputs");
    for_each_condition(output.value, check_use, false);
  }
}

void check_names(const Template& checked) {
  std::set<std::string> unresolved;
  const auto visit = [&](const Reference& reference) {
    const bool known =
        checked.resource(reference.name) != nullptr ||
        (!reference.is_attribute && (checked.parameter(reference.name) || is_pseudo_parameter(reference.name)));
    if (!known) unresolved.insert(reference.name);
  };
  for (const auto& resource : checked.resources) {
    check_function_forms(resource.properties, false);
    for_each_reference(resource.properties, "", {}, visit);
    for (const std::string& id : resource.depends_on) {
      if (checked.resource(id) == nullptr) unresolved.insert(id);
    }
  }
  if (!unresolved.empty()) {
    throw TemplateError(fmt::format(
        "Template format error: Unresolved resource dependencies [{}] in the Resources block of the template",
        fmt::join(unresolved, ", ")));
  }
  for (const auto& output : checked.outputs) {
    check_function_forms(output.value, false);
    for_each_reference(output.value, "", {}, visit);
    if (!output.export_name) continue;
    check_function_forms(*output.export_name, false);
    for_each_reference(*output.export_name, "", {}, visit);
  }
  if (!unresolved.empty()) {
    throw TemplateError(fmt::format("Unresolved resource dependencies [{}] in the Outputs block of the template",
                                    fmt::join(unresolved, ", ")));
  }
}

// Takes away, again and again, whatever nothing left refers to (or: refers to nothing left); circles remain.
void shave(Dependencies& graph) {
  for (bool changed = true; changed;) {
    changed = std::erase_if(graph, [](const auto& node) { return node.second.empty(); }) > 0;
    for (auto& [id, needs] : graph)
      std::erase_if(needs, [&](const std::string& need) { return !graph.contains(need); });
  }
}

void check_circles(Dependencies graph) {
  shave(graph);
  Dependencies reverse;
  for (const auto& [id, needs] : graph) {
    reverse[id];
    for (const std::string& need : needs) reverse[need].insert(id);
  }
  shave(reverse);
  if (reverse.empty()) return;
  std::vector<std::string> ids;
  for (const auto& [id, needs] : reverse) ids.push_back(id);
  throw TemplateError(fmt::format("Circular dependency between resources: [{}]", fmt::join(ids, ", ")));
}

Dependencies collect(const Template& checked, const ConditionValue& condition, std::set<std::string>& absent) {
  Dependencies graph;
  const auto exists = [&](const DeclaredResource& resource) {
    return !condition || resource.condition.empty() || condition(resource.condition);
  };
  for (const auto& resource : checked.resources) {
    if (exists(resource)) graph[resource.id];
  }
  for (const auto& resource : checked.resources) {
    if (!exists(resource)) continue;
    std::set<std::string>& needs = graph[resource.id];
    for (const std::string& id : resource.depends_on) {
      if (graph.contains(id)) needs.insert(id);  // an absent one is not waited for
    }
    for_each_reference(resource.properties, "", condition, [&](const Reference& reference) {
      if (checked.resource(reference.name) == nullptr) return;
      (graph.contains(reference.name) ? needs : absent).insert(reference.name);
    });
  }
  return graph;
}

}  // namespace

bool is_pseudo_parameter(std::string_view name) {
  static constexpr std::string_view kNames[] = {"AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue",
                                                "AWS::Partition", "AWS::Region",           "AWS::StackId",
                                                "AWS::StackName", "AWS::URLSuffix"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

void for_each_reference(const Value& value, const std::string& path, const ConditionValue& condition,
                        const Visit& visit) {
  if (value.is_array()) {
    for (size_t i = 0; i < value.array().size(); ++i) {
      for_each_reference(value.array()[i], fmt::format("{}/{}", path, i), condition, visit);
    }
    return;
  }
  if (!value.is_object()) return;
  const bool single = value.object().size() == 1;
  for (const auto& [name, member] : value.object()) {
    const std::string inner = path + "/" + name;
    if (single && name == "Ref" && member.is_string()) {
      visit({member.string(), "", inner, false});
    } else if (single && name == "Fn::GetAtt") {
      visit_attribute(member, inner, visit);
      for_each_reference(member, inner, condition, visit);
    } else if (single && name == "Fn::Sub") {
      visit_substitution(member, inner, visit);
      for_each_reference(member, inner, condition, visit);
    } else if (single && name == "Fn::If" && condition && member.is_array() && member.array().size() == 3 &&
               member.array()[0].is_string()) {
      const size_t branch = condition(member.array()[0].string()) ? 1 : 2;
      for_each_reference(member.array()[branch], inner, condition, visit);
    } else {
      for_each_reference(member, inner, condition, visit);
    }
  }
}

void check_references(const Template& checked) {
  check_conditions(checked);
  check_names(checked);
  std::set<std::string> absent;
  check_circles(collect(checked, {}, absent));
}

Dependencies dependencies(const Template& checked, const ConditionValue& condition) {
  std::set<std::string> absent;
  Dependencies graph = collect(checked, condition, absent);
  if (!absent.empty()) {
    throw TemplateError(fmt::format(
        "Template format error: Unresolved resource dependencies [{}] in the Resources block of the template",
        fmt::join(absent, ", ")));
  }
  check_circles(graph);
  return graph;
}

}  // namespace standpipe::cloudformation
