// Properties of a resource type, as AWS's registry describes them: checked before anything is called, and brought into
// the form that the rows read. A property that AWS knows and we do not support is refused by name, never skipped.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace standpipe::cloudformation {

enum class PropertyKind : uint8_t { text, integer, boolean, document, texts, text_map, object, objects };

struct Property {
  std::string_view name;
  PropertyKind kind = PropertyKind::text;
  bool required = false;
  std::span<const Property> members = {};  // of objects and of each of a list of objects
  bool supported = true;
};

// "Foo" of AWS's that we cannot honour.
constexpr Property refused(std::string_view name) { return {.name = name, .supported = false}; }

// Resource properties whose form was checked. Cheap view; `object` must outlive it.
class Properties {
 public:
  explicit Properties(const json::Object& object) : object_(&object) {}

  bool contains(std::string_view name) const { return object_->contains(name); }
  std::string text(std::string_view name) const;  // empty if absent
  std::optional<std::string> maybe_text(std::string_view name) const;
  std::optional<int32_t> maybe_integer(std::string_view name) const;
  std::optional<bool> maybe_boolean(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;  // empty if absent
  std::optional<std::vector<std::string>> maybe_texts(std::string_view name) const;
  std::map<std::string, std::string> text_map(std::string_view name) const;
  std::string document(std::string_view name) const;  // as JSON text
  std::optional<Properties> maybe_object(std::string_view name) const;
  std::vector<Properties> objects(std::string_view name) const;

 private:
  const json::Object* object_;
};

// The properties with scalars converted ("24" → 24 for an integer, 24 → "24" for a text). Throws ResourceError with all
// violations: "Property validation failure: [The property {/Type} is required]".
json::Object check_properties(std::string_view type, std::span<const Property> declared, const json::Object& given);

inline constexpr Property kTagMembers[] = {{.name = "Key", .required = true}, {.name = "Value", .required = true}};

}  // namespace standpipe::cloudformation
