#include "services/cloudformation/resources/property.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/bytes.h"
#include "services/cloudformation/resources/resource_error.h"
#include "services/cloudformation/template/template.h"

namespace standpipe::cloudformation {
namespace {

using json::Value;

class Checker {
 public:
  explicit Checker(std::string_view type) : type_(type) {}

  json::Object object(std::span<const Property> declared, const json::Object& given, const std::string& path) {
    json::Object result;
    std::vector<std::string> unknown;
    for (const auto& [name, value] : given) {
      const auto found =
          std::find_if(declared.begin(), declared.end(), [&](const Property& one) { return one.name == name; });
      if (found == declared.end()) {
        unknown.push_back(name);
      } else if (!found->supported) {
        violations.push_back(fmt::format("Property {{{}/{}}} of {} is not supported", path, name, type_));
      } else {
        result.append(name, convert(*found, value, path + "/" + name));
      }
    }
    if (!unknown.empty()) {
      violations.push_back(fmt::format("Encountered unsupported properties in {{{}}}: [{}]", path.empty() ? "/" : path,
                                       fmt::join(unknown, ", ")));
    }
    for (const Property& one : declared) {
      if (one.required && !given.contains(one.name)) {
        violations.push_back(fmt::format("The property {{{}/{}}} is required", path, one.name));
      }
    }
    return result;
  }

  std::vector<std::string> violations;

 private:
  Value mismatch(const std::string& path, std::string_view wanted) {
    violations.push_back(fmt::format("Value of property {{{}}} does not match type {{{}}}", path, wanted));
    return {};
  }

  Value convert(const Property& property, const Value& value, const std::string& path) {
    switch (property.kind) {
      case PropertyKind::text:
        return is_scalar(value) ? Value(scalar_text(value)) : mismatch(path, "String");
      case PropertyKind::integer: {
        const auto number = is_scalar(value) ? parse_int(scalar_text(value)) : std::nullopt;
        const bool fits = number && *number >= INT32_MIN && *number <= INT32_MAX;
        return fits ? Value(*number) : mismatch(path, "Integer");
      }
      case PropertyKind::boolean: {
        const std::string text = is_scalar(value) ? to_lower(scalar_text(value)) : std::string();
        if (text != "true" && text != "false") return mismatch(path, "Boolean");
        return text == "true";
      }
      case PropertyKind::document:
        return value.is_object() || value.is_string() ? value : mismatch(path, "Json");
      case PropertyKind::texts:
        return texts(value, path);
      case PropertyKind::text_map:
        return text_map(value, path);
      case PropertyKind::object:
        return value.is_object() ? Value(object(property.members, value.object(), path)) : mismatch(path, "Object");
      case PropertyKind::objects:
        return objects(property, value, path);
    }
    return {};
  }

  Value texts(const Value& value, const std::string& path) {
    if (!value.is_array()) return mismatch(path, "List");
    json::Array items;
    for (const Value& item : value.array()) {
      if (!is_scalar(item)) return mismatch(path, "List of String");
      items.emplace_back(scalar_text(item));
    }
    return items;
  }

  Value text_map(const Value& value, const std::string& path) {
    if (!value.is_object()) return mismatch(path, "Map");
    json::Object members;
    for (const auto& [name, member] : value.object()) {
      if (!is_scalar(member)) return mismatch(path + "/" + name, "String");
      members.append(name, scalar_text(member));
    }
    return members;
  }

  Value objects(const Property& property, const Value& value, const std::string& path) {
    if (!value.is_array()) return mismatch(path, "List");
    json::Array items;
    for (size_t i = 0; i < value.array().size(); ++i) {
      const std::string inner = fmt::format("{}/{}", path, i);
      if (!value.array()[i].is_object()) return mismatch(inner, "Object");
      items.emplace_back(object(property.members, value.array()[i].object(), inner));
    }
    return items;
  }

  std::string_view type_;
};

}  // namespace

json::Object check_properties(std::string_view type, std::span<const Property> declared, const json::Object& given) {
  Checker checker(type);
  json::Object result = checker.object(declared, given, "");
  if (!checker.violations.empty()) {
    throw ResourceError(fmt::format("Property validation failure: [{}]", fmt::join(checker.violations, ", ")));
  }
  return result;
}

std::string Properties::text(std::string_view name) const { return maybe_text(name).value_or(std::string()); }

std::optional<std::string> Properties::maybe_text(std::string_view name) const {
  const Value* value = object_->find(name);
  return value == nullptr ? std::nullopt : std::optional(value->string());
}

std::optional<int32_t> Properties::maybe_integer(std::string_view name) const {
  const Value* value = object_->find(name);
  return value == nullptr ? std::nullopt : std::optional(static_cast<int32_t>(value->integer()));
}

std::optional<bool> Properties::maybe_boolean(std::string_view name) const {
  const Value* value = object_->find(name);
  return value == nullptr ? std::nullopt : std::optional(value->boolean());
}

std::optional<std::vector<std::string>> Properties::maybe_texts(std::string_view name) const {
  const Value* value = object_->find(name);
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> items;
  for (const Value& item : value->array()) items.push_back(item.string());
  return items;
}

std::vector<std::string> Properties::texts(std::string_view name) const {
  return maybe_texts(name).value_or(std::vector<std::string>());
}

std::map<std::string, std::string> Properties::text_map(std::string_view name) const {
  std::map<std::string, std::string> members;
  if (const Value* value = object_->find(name)) {
    for (const auto& [key, member] : value->object()) members[key] = member.string();
  }
  return members;
}

std::string Properties::document(std::string_view name) const {
  const Value* value = object_->find(name);
  if (value == nullptr) return {};
  return value->is_string() ? value->string() : json::print(*value);
}

std::optional<Properties> Properties::maybe_object(std::string_view name) const {
  const Value* value = object_->find(name);
  return value == nullptr ? std::nullopt : std::optional(Properties(value->object()));
}

std::vector<Properties> Properties::objects(std::string_view name) const {
  std::vector<Properties> items;
  if (const Value* value = object_->find(name)) {
    for (const Value& item : value->array()) items.emplace_back(item.object());
  }
  return items;
}

}  // namespace standpipe::cloudformation
