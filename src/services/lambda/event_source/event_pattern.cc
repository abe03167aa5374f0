#include "services/lambda/event_source/event_pattern.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace standpipe::lambda {
namespace {

constexpr size_t kDepthMax = 64;
constexpr double kNumberMax = 5e9;  // either way; AWS compares no others

// What is asked of one value that is neither object nor array; nullptr stands for a field that is not there.
using Test = std::function<bool(const json::Value*)>;

[[noreturn]] void refuse(const std::string& why) { throw InvalidPattern("Invalid filter pattern definition. " + why); }

bool is_leaf(const json::Value& value) { return !value.is_object() && !value.is_array(); }

const std::string& text_of(const json::Value& value, std::string_view test) {
  if (!value.is_string() || value.string().empty()) refuse(std::string(test) + " takes a text.");
  return value.string();
}

Test text_test(std::string_view name, const json::Value& argument) {
  const std::string wanted = text_of(argument, name);
  const auto on_text = [](auto holds) {
    return [holds](const json::Value* value) { return value && value->is_string() && holds(value->string()); };
  };
  if (name == "prefix") return on_text([wanted](const std::string& text) { return text.starts_with(wanted); });
  if (name == "suffix") return on_text([wanted](const std::string& text) { return text.ends_with(wanted); });
  return on_text([wanted](const std::string& text) { return equal_ignoring_case(text, wanted); });
}

bool is_text_test(std::string_view name) {
  return name == "prefix" || name == "suffix" || name == "equals-ignore-case";
}

Test equals(json::Value wanted) {
  return [wanted = std::move(wanted)](const json::Value* value) { return value && *value == wanted; };
}

Test any_of(std::vector<Test> tests) {
  return [tests = std::move(tests)](const json::Value* value) {
    return std::ranges::any_of(tests, [&](const Test& test) { return test(value); });
  };
}

Test none_of(std::vector<Test> tests) {
  return [any = any_of(std::move(tests))](const json::Value* value) { return value && !any(value); };
}

std::vector<Test> one_or_more(const json::Value& argument, const std::function<Test(const json::Value&)>& make) {
  std::vector<Test> tests;
  if (!argument.is_array()) return {make(argument)};
  for (const json::Value& one : argument.array()) tests.push_back(make(one));
  if (tests.empty()) refuse("A list of values is empty.");
  return tests;
}

Test anything_but(const json::Value& argument) {
  if (!argument.is_object()) {
    return none_of(one_or_more(argument, [](const json::Value& one) {
      if (!one.is_string() && !one.is_number()) refuse("anything-but takes texts and numbers.");
      return equals(one);
    }));
  }
  if (argument.object().size() != 1) refuse("anything-but takes one test.");
  const auto& [name, inner] = *argument.object().begin();
  if (!is_text_test(name)) refuse("anything-but " + name + " is not supported.");
  return none_of(one_or_more(inner, [&name = name](const json::Value& one) { return text_test(name, one); }));
}

bool holds(const std::string& comparison, double value, double bound) {
  if (comparison == "=") return value == bound;
  if (comparison == "<") return value < bound;
  if (comparison == "<=") return value <= bound;
  if (comparison == ">") return value > bound;
  return value >= bound;
}

// ["=", 5], [">", 0] or [">", 0, "<=", 5].
Test numeric(const json::Value& argument) {
  if (!argument.is_array()) refuse("numeric takes a list.");
  const json::Array& parts = argument.array();
  if (parts.size() != 2 && parts.size() != 4) refuse("numeric takes one or two comparisons.");
  std::vector<std::pair<std::string, double>> bounds;
  for (size_t i = 0; i < parts.size(); i += 2) {
    static constexpr std::string_view kComparisons[] = {"=", "<", "<=", ">", ">="};
    if (!parts[i].is_string() || std::ranges::find(kComparisons, parts[i].string()) == std::end(kComparisons)) {
      refuse("numeric compares with =, <, <=, > and >=.");
    }
    if (!parts[i + 1].is_number() || parts[i + 1].number() < -kNumberMax || parts[i + 1].number() > kNumberMax) {
      refuse("numeric takes numbers from -5.0e9 to 5.0e9.");
    }
    bounds.emplace_back(parts[i].string(), parts[i + 1].number());
  }
  if (bounds.size() == 2 && (bounds[0].first[0] != '>' || bounds[1].first[0] != '<')) {
    refuse("A numeric range has a lower bound, then an upper one.");
  }
  return [bounds = std::move(bounds)](const json::Value* value) {
    return value && value->is_number() && std::ranges::all_of(bounds, [&](const auto& bound) {
             return holds(bound.first, value->number(), bound.second);
           });
  };
}

Test read_test(const json::Value& value) {
  if (is_leaf(value)) return equals(value);
  if (!value.is_object() || value.object().size() != 1) refuse("A test is a value or an object with one name.");
  const auto& [name, argument] = *value.object().begin();
  if (is_text_test(name)) return text_test(name, argument);
  if (name == "anything-but") return anything_but(argument);
  if (name == "numeric") return numeric(argument);
  if (name != "exists") refuse("The test " + name + " is not supported.");
  if (!argument.is_bool()) refuse("exists takes true or false.");
  return [wanted = argument.boolean()](const json::Value* found) { return (found != nullptr) == wanted; };
}

// A field's value as its tests see it: each element of an array by itself; an object is no value.
bool takes(const Test& test, const json::Value* value) {
  if (value && value->is_array()) {
    return std::ranges::any_of(value->array(), [&](const json::Value& element) { return takes(test, &element); });
  }
  return test(value && value->is_object() ? nullptr : value);
}

}  // namespace

struct EventPattern::Node {
  struct Field {
    std::string name;
    std::optional<Test> test;          // of the value itself, or
    std::shared_ptr<const Node> node;  // of the object that it is
  };
  std::vector<Field> fields;
  std::vector<std::vector<std::shared_ptr<const Node>>> alternatives;  // each "$or"

  bool matches(const json::Value* value) const {
    if (value && value->is_array()) {
      return std::ranges::any_of(value->array(), [&](const json::Value& element) { return matches(&element); });
    }
    const auto of_field = [&](const Field& field) {
      const json::Value* found = value ? value->find(field.name) : nullptr;
      return field.test ? takes(*field.test, found) : field.node->matches(found);
    };
    const auto of_one = [&](const auto& nodes) {
      return std::ranges::any_of(nodes, [&](const auto& node) { return node->matches(value); });
    };
    return std::ranges::all_of(fields, of_field) && std::ranges::all_of(alternatives, of_one);
  }
};

namespace {

std::shared_ptr<const EventPattern::Node> read_node(const json::Value& value) {
  if (!value.is_object() || value.object().empty()) refuse("A pattern is an object that names fields.");
  auto node = std::make_shared<EventPattern::Node>();
  for (const auto& [name, inner] : value.object()) {
    if (name == "$or") {
      if (!inner.is_array() || inner.array().empty()) refuse("$or takes a list of patterns.");
      auto& choices = node->alternatives.emplace_back();
      for (const json::Value& choice : inner.array()) choices.push_back(read_node(choice));
    } else if (inner.is_array()) {
      node->fields.push_back({name, any_of(one_or_more(inner, read_test)), nullptr});
    } else if (inner.is_object()) {
      node->fields.push_back({name, std::nullopt, read_node(inner)});
    } else {
      refuse("The field " + name + " takes a list of values or an object.");
    }
  }
  return node;
}

}  // namespace

EventPattern EventPattern::parse(std::string_view text) {
  EventPattern pattern;
  try {
    pattern.root_ = read_node(json::parse(text, kDepthMax));
  } catch (const json::ParseError& error) {
    refuse(error.what());
  }
  return pattern;
}

bool EventPattern::matches(const json::Value& event) const { return root_->matches(&event); }

}  // namespace standpipe::lambda
