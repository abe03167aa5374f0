#include "services/opensearch/tables/fields.h"

#include <algorithm>
#include <set>

#include "services/opensearch/tables/lexer.h"

namespace standpipe::opensearch {
void Fields::add(const json::Value& mappings) {
  const json::Value* properties = mappings.find("properties");
  if (properties == nullptr) return;
  for (const auto& [name, definition] : properties->object()) {
    if (std::find(columns_.begin(), columns_.end(), name) == columns_.end()) columns_.push_back(name);
  }
  add_properties(*properties, "");
}

void Fields::add_properties(const json::Value& properties, const std::string& path) {
  for (const auto& [name, definition] : properties.object()) {
    const std::string full = path + name;
    Field field{definition.text("type", "object"), full};
    if (field.type == "text" || field.type == "match_only_text") {
      field.exact.clear();
      if (const json::Value* inner = definition.find("fields")) {
        for (const auto& [sub, one] : inner->object()) {
          if (one.text("type") == "keyword" && field.exact.empty()) field.exact = full + "." + sub;
        }
      }
    }
    fields_.emplace(full, std::move(field));
    if (const json::Value* inner = definition.find("properties")) add_properties(*inner, full + ".");
  }
}

const std::string& Fields::type(const std::string& path) const {
  const auto found = fields_.find(path);
  if (found == fields_.end()) throw SyntaxError("can't resolve Symbol(namespace=FIELD_NAME, name=" + path + ")");
  return found->second.type;
}

bool Fields::is_date(const std::string& path) const { return type(path).starts_with("date"); }

bool Fields::is_whole(const std::string& path) const {
  static const std::set<std::string_view> whole = {"byte", "short", "integer", "long", "unsigned_long"};
  return whole.contains(type(path));
}

std::string Fields::exact(const std::string& path) const {
  type(path);
  const std::string& exact = fields_.find(path)->second.exact;
  if (exact.empty()) throw SyntaxError("field [" + path + "] is text without a keyword: it has no whole values");
  return exact;
}

}  // namespace standpipe::opensearch
