// One field's definition in a mapping: its type and the parameters that the type takes.
#include <set>

#include "base/bytes.h"
#include "search/dsl/options.h"
#include "search/embedded/mapping.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

[[noreturn]] void refuse(const std::string& reason) {
  throw mapper_parsing_exception("Failed to parse mapping [_doc]: " + reason)
      .because("mapper_parsing_exception", reason);
}

class Parameters {
 public:
  Parameters(FieldSpec& field, const json::Object& definition, const Analyzers& analyzers)
      : field_(field), definition_(definition), analyzers_(analyzers) {}

  void read() {
    for (const auto& [name, value] : definition_) {
      if (name == "type" || name == "fields") continue;
      if (!read_common(name, value) && !read_of_type(name, value)) {
        refuse("unknown parameter [" + name + "] on mapper [" + field_.path + "] of type [" +
               std::string(field_.type->name) + "]");
      }
      field_.parameters.append(name, value);
    }
    const auto need = [&](const FieldType& type, const char* parameter) {
      if (field_.type->name == type.name && !definition_.contains(parameter))
        refuse("Field [" + std::string(parameter) + "] is required on mapper [" + field_.path + "] of type [" +
               std::string(type.name) + "]");
    };
    if (field_.type->name == "scaled_float") need(*field_.type, "scaling_factor");
    need(constant_keyword_type(), "value");
    need(alias_type(), "path");
    need(token_count_type(), "analyzer");
  }

 private:
  bool flag(const std::string& name, const json::Value& value) const {
    const auto out = dsl::as_boolean(value);
    if (!out)
      refuse("Failed to parse value [" + dsl::as_text(value).value_or("") +
             "] as only [true] or [false] are allowed. [" + name + "]");
    return *out;
  }
  // Accepted if it asks for what happens anyway.
  void expect(const std::string& name, const json::Value& value, bool wanted) const {
    if (flag(name, value) != wanted) {
      refuse("parameter [" + name + "] on mapper [" + field_.path + "] does not support the value [" +
             json::print(value) + "]");
    }
  }
  const Analyzer* analyzer(const json::Value& value) const {
    const std::string name = dsl::as_text(value).value_or("");
    const Analyzer* found = analyzers_.find(name);
    if (found == nullptr) refuse("analyzer [" + name + "] has not been configured in mappings");
    return found;
  }

  bool read_common(const std::string& name, const json::Value& value) {
    if (name == "index")
      field_.index = flag(name, value);
    else if (name == "doc_values" && field_.type->storage != FieldType::Storage::text)
      field_.doc_values = flag(name, value);
    else if (name == "store")
      expect(name, value, false);
    else if (name == "meta" || name == "boost")
      return value.is_object() || value.is_number();
    else
      return false;
    return true;
  }

  bool read_of_type(const std::string& name, const json::Value& value) {
    const FieldType& type = *field_.type;
    if (type.storage == FieldType::Storage::text) return read_text(name, value);
    if (&type == &alias_type() || &type == &constant_keyword_type()) return read_fixed(name, value);
    if (&type == &flat_object_type()) return name == "dynamic" || name == "aliases";
    if (&type == &binary_type()) return false;
    if (&type == &geo_point_type()) return read_point(name, value);
    if (name == "null_value") {
      if (!value.is_null()) field_.null_value = value;
      check_null_value();
      return true;
    }
    if (type.name == "keyword" || type.name == "wildcard") return read_keyword(name, value);
    if (type.name == "token_count" && (name == "analyzer" || name == "enable_position_increments")) {
      if (name == "analyzer") field_.analyzer = analyzer(value);
      return true;
    }
    if (type.name == "boolean") return false;
    if (name == "ignore_malformed") {
      field_.ignore_malformed = flag(name, value);
      return true;
    }
    if (type.date() || (type.range_of != nullptr && std::string_view(type.range_of) == "date")) {
      if (name == "format") {
        const auto format = dsl::as_text(value);
        if (!format) refuse("[format] on mapper [" + field_.path + "] of type [date] must be a text");
        field_.format = DateFormat::parse(*format);
        return true;
      }
      return name == "locale" && value == json::Value("ROOT");
    }
    if ((type.numeric() || type.range_of != nullptr) && name == "coerce") {
      field_.coerce = flag(name, value);
      return true;
    }
    if (type.name == "scaled_float" && name == "scaling_factor") {
      const auto factor = dsl::as_number(value);
      if (!factor || !(*factor > 0) || *factor > 1e15)
        refuse("[scaling_factor] must be a positive number, got [" + json::print(value) + "]");
      field_.scaling_factor = *factor;
      return true;
    }
    return false;
  }

  bool read_text(const std::string& name, const json::Value& value) {
    if (name == "analyzer") {
      field_.analyzer = analyzer(value);
      if (!definition_.contains("search_analyzer")) field_.search_analyzer = field_.analyzer;
    } else if (name == "search_analyzer" || name == "search_quote_analyzer") {
      field_.search_analyzer = analyzer(value);
    } else if (name == "norms") {
      flag(name, value);
    } else if (name == "fielddata") {
      expect(name, value, false);
    } else {
      return name == "index_options" || name == "position_increment_gap" || name == "eager_global_ordinals" ||
             (name == "similarity" && value == json::Value("BM25")) ||
             (name == "term_vector" && value == json::Value("no"));
    }
    return true;
  }

  bool read_fixed(const std::string& name, const json::Value& value) {
    const auto text = dsl::as_text(value);
    if (name != (field_.type == &alias_type() ? "path" : "value")) return false;
    if (!text) refuse("[" + name + "] on mapper [" + field_.path + "] must be a text");
    if (field_.type == &alias_type())
      field_.alias_of = *text;
    else
      field_.constant = *text;
    return true;
  }

  bool read_point(const std::string& name, const json::Value& value) {
    if (name != "ignore_malformed") return name == "ignore_z_value";
    field_.ignore_malformed = flag(name, value);
    return true;
  }

  bool read_keyword(const std::string& name, const json::Value& value) {
    if (name == "normalizer") {
      const std::string wanted = dsl::as_text(value).value_or("");
      field_.normalizer = analyzers_.find_normalizer(wanted);
      if (field_.normalizer == nullptr) refuse("normalizer [" + wanted + "] not found for field [" + field_.path + "]");
      return true;
    }
    if (name == "ignore_above") {
      const auto limit = dsl::as_integer(value);
      if (!limit || *limit < 0) refuse("[ignore_above] must be positive, got " + json::print(value));
      field_.ignore_above = static_cast<size_t>(*limit);
      return true;
    }
    return name == "norms" || name == "eager_global_ordinals" || name == "split_queries_on_whitespace" ||
           name == "index_options";
  }

  void check_null_value() const {
    if (!field_.null_value) return;
    try {
      const Scalar scalar = Scalar::of(*field_.null_value);
      if (field_.type->numeric())
        field_.type->encode(field_, scalar);
      else
        field_.type->term(field_, scalar);
    } catch (const BadValue& bad) {
      refuse(bad.what());
    }
  }

  FieldSpec& field_;
  const json::Object& definition_;
  const Analyzers& analyzers_;
};

FieldSpec make_spec(const std::string& path, const json::Object& definition, const Analyzers& analyzers) {
  FieldSpec field{.path = path};
  const json::Value* type = definition.find("type");
  const std::string name = type != nullptr && type->is_string() ? type->string() : "";
  field.type = find_field_type(name);
  if (field.type == nullptr)
    refuse("No handler for type [" + name + "] declared on field [" + path.substr(path.rfind('.') + 1) + "]");
  field.analyzer = field.search_analyzer = analyzers.find("default");
  field.format = DateFormat::standard();
  if (field.type == &alias_type()) field.index = field.doc_values = false;
  if (field.type == &binary_type()) field.index = field.doc_values = false;  // only part of the source
  Parameters(field, definition, analyzers).read();
  return field;
}

}  // namespace

std::shared_ptr<MappedField> make_field(const std::string& path, const json::Object& definition,
                                        const Analyzers& analyzers) {
  auto out = std::make_shared<MappedField>();
  out->field = make_spec(path, definition, analyzers);
  if (out->field.type == &flat_object_type()) {
    out->subfields.push_back({.path = path + "._valueAndPath", .type = &keyword_type()});
    return out;
  }
  const json::Value* subfields = definition.find("fields");
  if (subfields == nullptr) return out;
  if (!subfields->is_object()) refuse("expected map for property [fields] on field [" + path + "]");
  for (const auto& [name, body] : subfields->object()) {
    if (name.empty() || name.find('.') != std::string::npos) {
      refuse("Field name [" + name + "] which is a multi field of [" + path + "] cannot contain '.'");
    }
    if (!body.is_object()) refuse("illegal field [" + name + "], only fields can be specified inside fields");
    if (body.find("fields") != nullptr) refuse("cannot nest [fields] in [" + path + "." + name + "]");
    out->subfields.push_back(make_spec(path + "." + name, body.object(), analyzers));
  }
  return out;
}

json::Value print_field(const MappedField& field) {
  const auto print_spec = [](const FieldSpec& spec) {
    json::Object out;
    out.append("type", spec.type->name);
    for (const auto& [name, value] : spec.parameters) out.append(name, value);
    return out;
  };
  json::Object out = print_spec(field.field);
  if (!field.subfields.empty() && field.field.type != &flat_object_type()) {
    json::Object subfields;
    for (const FieldSpec& spec : field.subfields)
      subfields.append(spec.path.substr(field.field.path.size() + 1), print_spec(spec));
    out.append("fields", std::move(subfields));
  }
  return out;
}

}  // namespace standpipe::search
