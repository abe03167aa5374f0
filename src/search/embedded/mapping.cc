#include "search/embedded/mapping.h"

#include "base/bytes.h"
#include "search/dsl/options.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

[[noreturn]] void refuse(const std::string& reason) {
  throw mapper_parsing_exception("Failed to parse mapping [_doc]: " + reason)
      .because("mapper_parsing_exception", reason);
}

std::shared_ptr<MappedObject> deep_copy(const MappedObject& object) {
  auto out = std::make_shared<MappedObject>(object);
  for (auto& [name, child] : out->children) {
    if (child.object) child.object = deep_copy(*child.object);
  }
  return out;
}

std::optional<Dynamic> read_dynamic(const json::Value& value) {
  const std::string word = to_lower(dsl::as_text(value).value_or(""));
  if (word == "true") return Dynamic::yes;
  if (word == "false") return Dynamic::no;
  if (word == "strict") return Dynamic::strict;
  refuse("Could not convert [dynamic] to boolean: [" + word + "]");
}

std::string_view dynamic_name(Dynamic dynamic) {
  return dynamic == Dynamic::yes ? "true" : dynamic == Dynamic::no ? "false" : "strict";
}

std::string join_path(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

bool is_object_definition(const json::Object& definition) {
  const json::Value* type = definition.find("type");
  return type == nullptr || *type == json::Value("object") || *type == json::Value("nested");
}

}  // namespace

Mapping::Mapping(const Mapping& other)
    : analyzers_(other.analyzers_),
      root_(deep_copy(*other.root_)),
      date_detection_(other.date_detection_),
      numeric_detection_(other.numeric_detection_),
      extras_(other.extras_),
      dynamic_templates_(other.dynamic_templates_) {
  number_fields(&other);
}

void Mapping::merge(const json::Value& mappings) {
  if (mappings.is_null()) return;
  if (!mappings.is_object()) refuse("Expected map for property [mappings]");
  const json::Value* body = &mappings;
  // The type-wrapped form of old clients.
  if (const json::Value* inner = mappings.find("_doc"); inner != nullptr && mappings.object().size() == 1) body = inner;
  if (!body->is_object()) refuse("Expected map for property [_doc]");
  for (const auto& [name, value] : body->object()) {
    if (name == "properties" || name == "dynamic") continue;
    if (name == "date_detection" || name == "numeric_detection") {
      const auto flag = dsl::as_boolean(value);
      if (!flag) refuse("Failed to parse [" + name + "]");
      (name == "date_detection" ? date_detection_ : numeric_detection_) = *flag;
      extras_[name] = *flag;
    } else if (name == "dynamic_templates") {
      if (!value.is_array()) refuse("Dynamic template syntax error. An array of named objects is expected.");
      for (const json::Value& item : value.array()) {
        if (!item.is_object() || item.object().size() != 1 ||
            item.object().begin()->second.find("mapping") == nullptr) {
          refuse("template must have mapping set");
        }
      }
      dynamic_templates_ = value.array();
      extras_[name] = value;
    } else if (name == "_meta") {
      extras_[name] = value;
    } else if (name == "_source" && (value.find("enabled") == nullptr || *value.find("enabled") == json::Value(true)) &&
               value.is_object() && value.object().size() <= 1) {
      continue;
    } else {
      refuse("Root mapping definition has unsupported parameters:  [" + name + " : " + json::print(value) + "]");
    }
  }
  merge_object(*root_, "", *body, 0);
}

void Mapping::merge_object(MappedObject& into, const std::string& path, const json::Value& body, int depth) {
  if (depth > kObjectDepthMax) {
    throw illegal_argument("Limit of mapping depth [" + std::to_string(kObjectDepthMax) +
                           "] has been exceeded due to object field [" + path + "]");
  }
  for (const auto& [name, value] : body.object()) {
    if (name == "dynamic") {
      into.dynamic = read_dynamic(value);
    } else if (name == "enabled" && depth > 0) {
      into.enabled = dsl::as_boolean(value).value_or(true);
    } else if (into.nested && (name == "include_in_parent" || name == "include_in_root")) {
      (name == "include_in_root" ? into.include_in_root : into.include_in_parent) =
          dsl::as_boolean(value).value_or(false);
    } else if (name == "properties") {
      if (value.is_array() && value.array().empty()) continue;
      if (!value.is_object())
        refuse("Expected map for property [properties] on field [" + path + "] but got a " +
               std::string(dsl::token_name(value)));
      for (const auto& [child, definition] : value.object())
        merge_child(into, child, join_path(path, child), definition, depth);
    } else if (depth > 0 && name != "type") {
      refuse("unknown parameter [" + name + "] on mapper [" + path + "] of type [" +
             (into.nested ? "nested" : "object") + "]");
    }
  }
}

void Mapping::merge_child(MappedObject& into, const std::string& name, const std::string& path, const json::Value& body,
                          int depth) {
  if (name.empty()) refuse("name cannot be empty string");
  if (name[0] == '_' && depth == 0 && (name == "_id" || name == "_source" || name == "_seq_no" || name == "_version")) {
    refuse("Field [" + name + "] is defined more than once");
  }
  if (!body.is_object()) {
    refuse("Expected map for property [fields] on field [" + name + "] but got a class java.lang.String");
  }
  if (const size_t dot = name.find('.'); dot != std::string::npos) {  // "a.b" means a: {properties: {b: …}}
    if (dot == 0 || dot + 1 == name.size())
      refuse("field name cannot contain only whitespace or empty parts: [" + name + "]");
    json::Object rest{{name.substr(dot + 1), body}};
    json::Object outer{{"properties", json::Value(std::move(rest))}};
    const std::string first = name.substr(0, dot);
    merge_child(into, first, path.substr(0, path.size() - name.size()) + first, outer, depth);
    return;
  }
  auto& child = into.children[name];
  if (is_object_definition(body.object()) &&
      (body.find("type") != nullptr || body.find("properties") != nullptr || !child.field)) {
    if (child.field) throw illegal_argument("can't merge a non object mapping [" + path + "] with an object mapping");
    if (body.find("type") == nullptr && body.find("properties") == nullptr && body.find("dynamic") == nullptr &&
        body.find("enabled") == nullptr && !child.object) {
      into.children.erase(name);
      refuse("No type specified for field [" + name + "]");
    }
    const json::Value* type = body.find("type");
    const bool nested = type != nullptr && *type == json::Value("nested");
    if (!child.object) {
      child.object = std::make_shared<MappedObject>();
      child.object->nested = nested;
    } else if (type != nullptr && child.object->nested != nested) {
      throw illegal_argument(nested ? "cannot change object mapping from non-nested to nested"
                                    : "cannot change object mapping from nested to non-nested");
    }
    merge_object(*child.object, path, body, depth + 1);
    return;
  }
  if (child.object) throw illegal_argument("can't merge a non object mapping [" + path + "] with an object mapping");
  if (!child.field) {
    child.field = make_field(path, body.object(), *analyzers_);
    return;
  }
  const MappedField& before = *child.field;
  const std::string type = body.text("type", before.field.type->name);
  if (type != before.field.type->name) {
    throw illegal_argument("mapper [" + path + "] cannot be changed from type [" +
                           std::string(before.field.type->name) + "] to [" + type + "]");
  }
  auto merged = make_field(path, body.object(), *analyzers_);
  for (const char* fixed : {"analyzer", "format", "scaling_factor", "index", "doc_values", "normalizer", "value"}) {
    const json::Value* old_value = before.field.parameters.find(fixed);
    const json::Value* new_value = merged->field.parameters.find(fixed);
    if (new_value != nullptr && (old_value == nullptr || !(*old_value == *new_value)) &&
        !(old_value == nullptr && (*new_value == json::Value(true) || *new_value == json::Value("standard")))) {
      throw illegal_argument("Mapper for [" + path + "] conflicts with existing mapper:\n\tCannot update parameter [" +
                             std::string(fixed) + "] from [" + (old_value ? json::print(*old_value) : "default") +
                             "] to [" + json::print(*new_value) + "]");
    }
  }
  for (const FieldSpec& old : before.subfields) {
    const bool kept = std::any_of(merged->subfields.begin(), merged->subfields.end(),
                                  [&](const FieldSpec& spec) { return spec.path == old.path; });
    if (!kept) merged->subfields.push_back(old);
  }
  child.field = std::move(merged);
}

void Mapping::add(const NewField& added) {
  MappedObject* object = root_.get();
  std::string path;
  for (size_t i = 0; i + 1 < added.path.size(); ++i) {
    path = join_path(path, added.path[i]);
    auto& child = object->children[added.path[i]];
    if (child.field) {
      throw mapper_parsing_exception("Could not dynamically add mapping for field [" +
                                     join_path(path, added.path[i + 1]) + "]. Existing mapping for [" + path +
                                     "] must be of type object but found [" +
                                     std::string(child.field->field.type->name) + "].");
    }
    if (!child.object) child.object = std::make_shared<MappedObject>();
    object = child.object.get();
  }
  path = join_path(path, added.path.back());
  auto& child = object->children[added.path.back()];
  if (child.object) {
    throw mapper_parsing_exception("object mapping for [" + path + "] tried to parse field [" + added.path.back() +
                                   "] as object, but found a concrete value");
  }
  if (!child.field) child.field = make_field(path, template_for(added).object(), *analyzers_);
}

// What a new field is mapped to: the first dynamic template that fits, or OpenSearch's defaults.
json::Value Mapping::template_for(const NewField& field) const {
  static constexpr std::string_view kinds[] = {"string", "date", "long", "double", "boolean"};
  const std::string_view kind = kinds[static_cast<size_t>(field.kind)];
  const std::string& name = field.path.back();
  const std::string path = join(field.path, ".");
  for (const json::Value& item : dynamic_templates_) {
    const json::Value& rule = item.object().begin()->second;
    const auto fits = [&](const char* key, std::string_view text, bool wanted) {
      const json::Value* pattern = rule.find(key);
      return pattern == nullptr || !pattern->is_string() || glob_match(pattern->string(), text) == wanted;
    };
    const std::string type = rule.text("match_mapping_type", "*");
    if (type != "*" && type != kind) continue;
    if (!fits("match", name, true) || !fits("unmatch", name, false) || !fits("path_match", path, true) ||
        !fits("path_unmatch", path, false))
      continue;
    std::string text = json::print(*rule.find("mapping"));
    text = replace_all(std::move(text), "{name}", name);
    text = replace_all(std::move(text), "{dynamic_type}", kind == "string" ? "text" : std::string(kind));
    json::Value definition = json::parse(text);
    if (!definition.is_object()) refuse("dynamic template mapping must be an object");
    if (definition.find("type") == nullptr)
      definition.object().append("type", kind == "string" ? "text" : std::string(kind));
    return definition;
  }
  switch (field.kind) {
    case NewField::Kind::date: return json::Object{{"type", "date"}};
    case NewField::Kind::whole: return json::Object{{"type", "long"}};
    case NewField::Kind::real: return json::Object{{"type", "float"}};
    case NewField::Kind::boolean: return json::Object{{"type", "boolean"}};
    case NewField::Kind::text: break;
  }
  json::Object keyword{{"type", "keyword"}, {"ignore_above", 256}};
  return json::Object{{"type", "text"},
                      {"fields", json::Value(json::Object{{"keyword", json::Value(std::move(keyword))}})}};
}

void Mapping::number_fields(const Mapping* before) {
  fields_.clear();
  aliases_.clear();
  flat_objects_.clear();
  constants_.clear();
  objects_.clear();
  nested_.clear();
  index_object(*root_, "");
  resolve_aliases();
  if (fields_.size() + objects_.size() > kFieldsMax) {
    throw illegal_argument("Limit of total fields [" + std::to_string(kFieldsMax) + "] has been exceeded");
  }
  if (nested_.size() > kNestedFieldsMax) {
    throw illegal_argument("Limit of nested fields [" + std::to_string(kNestedFieldsMax) + "] has been exceeded");
  }
  slots_ = before == nullptr ? 0 : before->slots_;
  for (auto& [path, spec] : fields_) {
    const FieldSpec* known = before == nullptr ? nullptr : before->find(path);
    // Specs of new mappings are ours alone until they are published.
    if (known != spec) const_cast<FieldSpec*>(spec)->slot = known != nullptr ? known->slot : slots_++;
  }
}

void Mapping::index_object(const MappedObject& object, const std::string& path) {
  for (const auto& [name, child] : object.children) {
    const std::string child_path = join_path(path, name);
    if (child_path.size() > kFieldNameMax) {
      throw illegal_argument("Field name [" + child_path.substr(0, 100) + "...] is longer than the limit of [" +
                             std::to_string(kFieldNameMax) + "] characters");
    }
    if (child.object) {
      objects_[child_path] = child.object.get();
      if (child.object->nested) nested_.push_back(child_path);
      index_object(*child.object, child_path);
    } else {
      const FieldSpec& field = child.field->field;
      if (field.type == &alias_type()) {
        aliases_[child_path] = &field;
        continue;
      }
      fields_[child_path] = &field;
      if (field.type == &constant_keyword_type()) constants_.push_back(&field);
      if (field.type == &flat_object_type()) flat_objects_[child_path] = &child.field->subfields.front();
      for (const FieldSpec& spec : child.field->subfields) fields_[spec.path] = &spec;
    }
  }
}

void Mapping::resolve_aliases() {
  for (auto& [path, spec] : aliases_) {
    const auto target = fields_.find(spec->alias_of);
    if (target == fields_.end()) {
      refuse("Invalid [path] value [" + spec->alias_of + "] for field alias [" + path +
             "]: an alias must refer to an existing field in the mappings.");
    }
    spec = target->second;
  }
}

const FieldSpec* Mapping::find(std::string_view path) const {
  const auto found = fields_.find(path);
  if (found != fields_.end()) return found->second;
  const auto alias = aliases_.find(path);
  return alias == aliases_.end() ? nullptr : alias->second;
}

const FieldSpec* Mapping::flat_companion(std::string_view path) const {
  for (const auto& [object, companion] : flat_objects_) {
    if (path.size() > object.size() && path.starts_with(object) && path[object.size()] == '.' &&
        path != companion->path) {
      return companion;
    }
  }
  return nullptr;
}

bool Mapping::is_object(std::string_view path) const { return objects_.contains(path); }

bool Mapping::is_nested(std::string_view path) const {
  const auto found = objects_.find(path);
  return found != objects_.end() && found->second->nested;
}

std::vector<std::string> Mapping::nested_levels(std::string_view path) const {
  std::vector<std::string> out;
  for (const std::string& level : nested_) {
    if (path.starts_with(level) && (path.size() == level.size() || path[level.size()] == '.')) out.push_back(level);
  }
  return out;
}

std::vector<const FieldSpec*> Mapping::match(std::string_view pattern) const {
  std::vector<const FieldSpec*> out;
  if (pattern.find('*') == std::string_view::npos) {
    if (const FieldSpec* spec = find(pattern)) out.push_back(spec);
    return out;
  }
  for (const auto& [path, spec] : fields_) {
    if (glob_match(pattern, path)) out.push_back(spec);
  }
  return out;
}

static json::Value print_object(const MappedObject& object, bool root) {
  json::Object out;
  if (object.nested) out.append("type", "nested");
  if (object.include_in_parent) out.append("include_in_parent", true);
  if (object.include_in_root) out.append("include_in_root", true);
  if (object.dynamic) out.append("dynamic", dynamic_name(*object.dynamic));
  if (!object.enabled) out.append("enabled", false);
  if (!root && object.children.empty() && !object.nested) {
    json::Object typed{{"type", "object"}};
    for (const auto& [name, value] : out) typed.append(name, value);
    return typed;
  }
  if (object.children.empty()) return out;
  json::Object properties;
  for (const auto& [name, child] : object.children) {
    properties.append(name, child.object ? print_object(*child.object, false) : print_field(*child.field));
  }
  out.append("properties", std::move(properties));
  return out;
}

json::Value Mapping::print() const {
  json::Value body = print_object(*root_, true);
  json::Object out = extras_;
  for (const auto& [name, value] : body.object()) out.append(name, value);
  return out;
}

}  // namespace standpipe::search
