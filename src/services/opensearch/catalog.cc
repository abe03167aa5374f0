#include "services/opensearch/catalog.h"

#include "base/bytes.h"
#include "search/dsl/options.h"

namespace standpipe::opensearch {
namespace {

constexpr size_t kAliasesMax = 1000, kTemplatesMax = 500;

const char* kind_name(TemplateKind kind) {
  return kind == TemplateKind::index ? "index_template" : "component_template";
}

std::vector<std::string> texts(const json::Value* value) {
  std::vector<std::string> out;
  if (value == nullptr) return out;
  if (value->is_string()) out.push_back(value->string());
  if (value->is_array()) {
    for (const json::Value& item : value->array()) {
      if (item.is_string()) out.push_back(item.string());
    }
  }
  return out;
}

}  // namespace

std::string Catalog::prefix(const Collection& collection, const std::string& kind) {
  return collection.metadata_prefix() + kind + "/";
}

std::shared_ptr<const Aliases> Catalog::aliases(const Collection& collection) const {
  const std::lock_guard lock(aliases_mutex_);
  std::shared_ptr<const Aliases>& known = aliases_[collection.id];
  if (!known) known = std::make_shared<const Aliases>(read_aliases(collection));
  return known;
}

Aliases Catalog::read_aliases(const Collection& collection) const {
  Aliases out;
  const std::string keys = prefix(collection, "alias");
  for (const Document& document : metadata_.scan(keys)) {
    const std::string rest = document.key.substr(keys.size());
    const size_t slash = rest.find('/');
    out[rest.substr(0, slash)][rest.substr(slash + 1)] = json::parse(document.value);
  }
  return out;
}

void Catalog::change_aliases(const Collection& collection, const std::vector<AliasChange>& changes, bool must_exist) {
  const std::string keys = prefix(collection, "alias");
  metadata_.transaction([&](MetadataTransaction& transaction) {
    for (const AliasChange& change : changes) {
      const std::string key = keys + change.alias + "/" + change.index;
      if (change.kind == AliasChange::Kind::add) {
        transaction.put(key, json::print(change.options));
      } else if (!transaction.remove(key) && must_exist) {
        throw search::Error("aliases_not_found_exception", 404, "aliases [" + change.alias + "] missing");
      }
    }
    if (transaction.scan(keys).size() > kAliasesMax) throw search::illegal_argument("too many aliases");
  });
  const std::lock_guard lock(aliases_mutex_);
  aliases_.erase(collection.id);
}

void Catalog::forget_index(const Collection& collection, const std::string& index) {
  std::vector<AliasChange> changes;
  for (const auto& [alias, members] : *aliases(collection)) {
    if (members.contains(index)) changes.push_back({AliasChange::Kind::remove, alias, index, {}});
  }
  if (!changes.empty()) change_aliases(collection, changes, false);
}

std::map<std::string, json::Value> Catalog::templates(const Collection& collection, TemplateKind kind) const {
  std::map<std::string, json::Value> out;
  const std::string keys = prefix(collection, kind_name(kind));
  for (const Document& document : metadata_.scan(keys)) {
    out[document.key.substr(keys.size())] = json::parse(document.value);
  }
  return out;
}

void Catalog::put_template(const Collection& collection, TemplateKind kind, const std::string& name,
                           const json::Value& body) {
  const std::string keys = prefix(collection, kind_name(kind));
  metadata_.transaction([&](MetadataTransaction& transaction) {
    transaction.put(keys + name, json::print(body));
    if (transaction.scan(keys).size() > kTemplatesMax) throw search::illegal_argument("too many templates");
  });
}

bool Catalog::remove_template(const Collection& collection, TemplateKind kind, const std::string& name) {
  return metadata_.remove(prefix(collection, kind_name(kind)) + name);
}

std::optional<json::Object> Catalog::template_for(const Collection& collection, const std::string& index) const {
  const json::Value* best = nullptr;
  int64_t priority = -1;
  const auto templates_here = templates(collection, TemplateKind::index);
  for (const auto& [name, body] : templates_here) {
    const json::Value* given = body.find("priority");
    const int64_t own = given == nullptr ? 0 : search::dsl::as_integer(*given).value_or(0);
    for (const std::string& pattern : texts(body.find("index_patterns"))) {
      if (glob_match(pattern, index) && own > priority) {
        best = &body;
        priority = own;
      }
    }
  }
  if (best == nullptr) return std::nullopt;
  json::Object out;
  const auto components = templates(collection, TemplateKind::component);
  for (const std::string& component : texts(best->find("composed_of"))) {
    const auto found = components.find(component);
    const json::Value* inner = found == components.end() ? nullptr : found->second.find("template");
    if (inner != nullptr && inner->is_object()) merge_over(out, inner->object());
  }
  if (const json::Value* own = best->find("template"); own != nullptr && own->is_object())
    merge_over(out, own->object());
  return out;
}

void merge_over(json::Object& into, const json::Object& over) {
  for (const auto& [name, value] : over) {
    json::Value& member = into[name];
    if (member.is_object() && value.is_object())
      merge_over(member.object(), value.object());
    else
      member = value;
  }
}

}  // namespace standpipe::opensearch
