#include "search/embedded/document.h"

#include <simdjson.h>

#include "base/bytes.h"
#include "search/embedded/document_values.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

class DocumentReader {
 public:
  DocumentReader(std::string_view id, const Mapping& mapping) : id_(id), mapping_(mapping) {
    levels_.push_back({&mapping.root(), {}});
  }

  void read(const simdjson::dom::object& root) {
    const Dynamic dynamic = mapping_.dynamic();
    read_object(root, &mapping_.root(), dynamic, 1);
  }
  const std::vector<NewField>& unknown() const { return unknown_; }
  ParsedDocument take() {
    for (const FieldSpec* field : mapping_.constants())
      add_term(*field, Scalar::of(std::string_view(*field->constant)));
    return levels_.front().values.take();
  }

 private:
  // `object` is null below fields that no mapping knows yet; then only their kinds are noted.
  void read_object(const simdjson::dom::object& values, const MappedObject* object, Dynamic dynamic, int depth) {
    if (depth > kObjectDepthMax) {
      throw illegal_argument("Limit of mapping depth [" + std::to_string(kObjectDepthMax) +
                             "] has been exceeded due to object field [" + join(path_, ".") + "]");
    }
    for (const auto& [key, value] : values) {
      const size_t before = path_.size();
      const MappedObject* parent = object;
      Dynamic inherited = dynamic;
      std::string_view name = key;
      if (name.empty() || trim(name).empty())
        throw mapper_parsing_exception("failed to parse")
            .because("illegal_argument_exception", "field name cannot be an empty string");
      // A dotted name is a path of objects.
      for (size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
        if (dot == 0 || dot + 1 == name.size() || path_.size() > static_cast<size_t>(kObjectDepthMax)) {
          throw mapper_parsing_exception("failed to parse")
              .because("illegal_argument_exception",
                       "field name cannot contain only whitespace or empty parts: ['" + std::string(key) + "']");
        }
        path_.emplace_back(name.substr(0, dot));
        if (parent != nullptr) {
          const auto found = parent->children.find(name.substr(0, dot));
          if (found != parent->children.end() && found->second.field) refuse_object_over(*found->second.field);
          parent = found == parent->children.end() ? nullptr : found->second.object.get();
          if (parent != nullptr && parent->nested) refuse_nested_between(key);
          if (parent != nullptr) inherited = parent->dynamic.value_or(inherited);
        }
        name = name.substr(dot + 1);
      }
      path_.emplace_back(name);
      if (parent == nullptr || parent->enabled) read_child(value, parent, name, inherited, depth);
      path_.resize(before);
    }
  }

  [[noreturn]] void refuse_object_over(const MappedField& field) const {
    throw mapper_parsing_exception("failed to parse field [" + field.field.path + "] of type [" +
                                   std::string(field.field.type->name) + "] in document with id '" + std::string(id_) +
                                   "'.")
        .because("illegal_argument_exception", "Can't get text on a START_OBJECT");
  }

  [[noreturn]] void refuse_nested_between(std::string_view key) const {
    throw mapper_parsing_exception("failed to parse")
        .because("mapper_parsing_exception", "Cannot add a value for field [" + std::string(key) +
                                                 "] since one of the intermediate objects is mapped as a nested "
                                                 "object: [" + join(path_, ".") + "]");
  }

  void read_child(const element& value, const MappedObject* parent, std::string_view name, Dynamic dynamic, int depth) {
    const MappedObject::Child* child = nullptr;
    if (parent != nullptr) {
      const auto found = parent->children.find(name);
      if (found != parent->children.end()) child = &found->second;
    }
    if (child == nullptr) {
      read_unknown(value, dynamic, depth);
    } else if (child->object) {
      read_mapped_object(value, *child->object, dynamic, depth);
    } else {
      read_field(value, *child->field, depth);
    }
  }

  void read_mapped_object(const element& value, const MappedObject& object, Dynamic dynamic, int depth) {
    if (!object.enabled) return;
    switch (value.type()) {
      case element_type::OBJECT:
        if (object.nested) open_nested(object);
        read_object(simdjson::dom::object(value), &object, object.dynamic.value_or(dynamic), depth + 1);
        if (object.nested) close_nested();
        return;
      case element_type::ARRAY:
        bounded(depth);
        for (const element item : simdjson::dom::array(value)) read_mapped_object(item, object, dynamic, depth + 1);
        return;
      case element_type::NULL_VALUE: return;
      default:
        throw mapper_parsing_exception("object mapping for [" + join(path_, ".") + "] tried to parse field [" +
                                       path_.back() + "] as object, but found a concrete value");
    }
  }

  // What follows belongs to an object of a nested field: a document of its own.
  void open_nested(const MappedObject& object) {
    if (++nested_objects_ > kNestedObjectsMax) {
      throw mapper_parsing_exception("The number of nested documents has exceeded the allowed limit of [" +
                                     std::to_string(kNestedObjectsMax) +
                                     "]. This limit can be set by changing the "
                                     "[index.mapping.nested_objects.limit] index level setting.");
    }
    levels_.push_back({&object, {}});
  }
  void close_nested() {
    ParsedDocument object = levels_.back().values.take();
    object.nested_path = join(path_, ".");
    levels_.pop_back();
    levels_.back().values.add_nested(std::move(object));
  }
  // The document or object that is being read, and those around it that take its fields too.
  template <class Add>
  void each_taker(Add add) {
    size_t level = levels_.size() - 1;
    bool root = false;
    add(levels_[level].values);
    for (; level > 0; --level) {
      root |= levels_[level].object->include_in_root;
      if (!levels_[level].object->include_in_parent) break;
      add(levels_[level - 1].values);
    }
    if (root && level > 0) add(levels_.front().values);
  }

  void bounded(int depth) const {
    if (depth > 4 * kObjectDepthMax)
      throw mapper_parsing_exception("failed to parse")
          .because("illegal_argument_exception", "arrays are nested too deeply");
  }

  // Fields without a mapping: refused, ignored, or noted to be added.
  void read_unknown(const element& value, Dynamic dynamic, int depth) {
    if (dynamic == Dynamic::no) return;
    bounded(depth);
    if (value.type() == element_type::NULL_VALUE) return;
    if (dynamic == Dynamic::strict) {
      std::vector<std::string> parent(path_.begin(), path_.end() - 1);
      throw Error("strict_dynamic_mapping_exception", 400,
                  "mapping set to strict, dynamic introduction of [" + path_.back() + "] within [" +
                      (parent.empty() ? "_doc" : join(parent, ".")) + "] is not allowed");
    }
    switch (value.type()) {
      case element_type::OBJECT: read_object(simdjson::dom::object(value), nullptr, dynamic, depth + 1); return;
      case element_type::ARRAY:
        for (const element item : simdjson::dom::array(value)) read_unknown(item, dynamic, depth + 1);
        return;
      case element_type::BOOL: note(NewField::Kind::boolean); return;
      case element_type::INT64:
      case element_type::UINT64: note(NewField::Kind::whole); return;
      case element_type::DOUBLE: note(NewField::Kind::real); return;
      case element_type::STRING: note(kind_of(std::string_view(value))); return;
      case element_type::NULL_VALUE: return;
    }
  }

  NewField::Kind kind_of(std::string_view text) const {
    const bool number_like = parse_double(text).has_value();
    if (number_like && mapping_.numeric_detection())
      return parse_int(text) ? NewField::Kind::whole : NewField::Kind::real;
    if (!number_like && mapping_.date_detection() && text.size() >= 4 && text.size() < 64) {
      static const auto formats = DateFormat::parse("strict_date_optional_time");
      if (formats->read(text)) return NewField::Kind::date;
    }
    return NewField::Kind::text;
  }

  void note(NewField::Kind kind) {
    for (const NewField& known : unknown_) {
      if (known.path == path_) return;
    }
    if (unknown_.size() > kFieldsMax)
      throw illegal_argument("Limit of total fields [" + std::to_string(kFieldsMax) + "] has been exceeded");
    unknown_.push_back({path_, kind});
  }

  void read_field(const element& value, const MappedField& field, int depth) {
    const FieldType& type = *field.field.type;
    if (&type == &alias_type()) {
      throw mapper_parsing_exception("failed to parse")
          .because("illegal_argument_exception", "Cannot write to a field alias [" + field.field.path + "].");
    }
    switch (value.type()) {
      case element_type::ARRAY:
        bounded(depth);
        if (&type == &geo_point_type() && is_pair(value)) return add_object(field.field, value);
        for (const element item : simdjson::dom::array(value)) read_field(item, field, depth + 1);
        return;
      case element_type::NULL_VALUE:
        add_null(field.field);
        for (const FieldSpec& spec : field.subfields) add_null(spec);
        return;
      case element_type::OBJECT:
        if (&type == &flat_object_type()) return add_leaves(value, field, field.field.path, depth);
        if (type.object_term != nullptr || type.object_number != nullptr) return add_object(field.field, value);
        if (field.field.ignore_malformed) return;
        throw mapper_parsing_exception("failed to parse field [" + field.field.path + "] of type [" +
                                       std::string(field.field.type->name) + "] in document with id '" +
                                       std::string(id_) + "'. Preview of field's value: '" +
                                       preview(simdjson::minify(value)) + "'")
            .because("illegal_argument_exception", "Can't get text on a START_OBJECT");
      default: break;
    }
    const Scalar scalar = scalar_of(value);
    if (&type == &flat_object_type()) {
      throw mapper_parsing_exception("failed to parse field [" + field.field.path + "] of type [flat_object]")
          .because("parsing_exception", "[" + field.field.path + "] unexpected token, expected an object");
    }
    if (field.field.constant && scalar.text() != *field.field.constant) {
      throw mapper_parsing_exception("failed to parse field [" + field.field.path + "] of type [constant_keyword]")
          .because("illegal_argument_exception", "constant keyword field [" + field.field.path +
                                                     "] must have a value of [" + *field.field.constant + "]");
    }
    if (field.field.constant) return;  // added to every document
    add(field.field, scalar);
    for (const FieldSpec& spec : field.subfields) add(spec, scalar);
  }

  static bool is_pair(const element& value) {
    const simdjson::dom::array items(value);
    return items.size() > 0 && (*items.begin()).is_number();
  }

  // An object that is one value: a range, a point.
  void add_object(const FieldSpec& field, const element& value) {
    if (!field.index && !field.doc_values) return;
    const std::string text = simdjson::minify(value);
    try {
      const json::Value object = json::parse(text);
      if (field.type->object_number != nullptr)
        add_number(field, field.type->object_number(field, object));
      else
        add_term(field, field.type->object_term(field, object));
    } catch (const BadValue& bad) {
      if (field.ignore_malformed) return;
      refuse_value(field, text, bad);
    }
  }

  [[noreturn]] void refuse_value(const FieldSpec& field, const std::string& shown, const BadValue& bad) const {
    throw mapper_parsing_exception("failed to parse field [" + field.path + "] of type [" +
                                   std::string(field.type->name) + "] in document with id '" + std::string(id_) +
                                   "'. Preview of field's value: '" + preview(shown) + "'")
        .because("illegal_argument_exception", bad.what());
  }

  void add_leaves(const element& value, const MappedField& field, const std::string& path, int depth) {
    bounded(depth);
    switch (value.type()) {
      case element_type::OBJECT:
        for (const auto& [key, child] : simdjson::dom::object(value))
          add_leaves(child, field, path + "." + std::string(key), depth + 1);
        return;
      case element_type::ARRAY:
        for (const element item : simdjson::dom::array(value)) add_leaves(item, field, path, depth + 1);
        return;
      case element_type::NULL_VALUE: return;
      default: break;
    }
    const std::string text = scalar_of(value).text(), placed = path + "=" + text;
    add_term(field.field, Scalar::of(std::string_view(text)));
    add_term(field.subfields.front(), Scalar::of(std::string_view(placed)));
  }

  static Scalar scalar_of(const element& value) {
    switch (value.type()) {
      case element_type::INT64: return Scalar::of(int64_t(value));
      case element_type::UINT64: return Scalar::of_big(uint64_t(value));
      case element_type::DOUBLE: return Scalar::of(double(value));
      case element_type::BOOL: return Scalar::of(bool(value));
      default: return Scalar::of(std::string_view(value));
    }
  }
  static std::string preview(std::string text) {
    if (text.size() > 100) text.resize(100);
    while (!valid_utf8(text)) text.pop_back();
    return text;
  }

  void add_null(const FieldSpec& field) {
    if (field.null_value) add(field, Scalar::of(*field.null_value));
  }

  void add(const FieldSpec& field, const Scalar& scalar) {
    if (!field.index && !field.doc_values) return;  // only part of the source
    try {
      switch (field.type->storage) {
        case FieldType::Storage::numbers: add_number(field, field.type->encode(field, scalar)); return;
        case FieldType::Storage::terms: add_term(field, scalar); return;
        case FieldType::Storage::text: add_text(field, scalar); return;
      }
    } catch (const BadValue& bad) {
      if (field.ignore_malformed) return;
      refuse_value(field, scalar.text(), bad);
    }
  }

  void add_number(const FieldSpec& field, int64_t value) {
    each_taker([&](DocumentValues& values) { values.add_number(field, value); });
  }
  void add_term(const FieldSpec& field, std::string_view term) {
    each_taker([&](DocumentValues& values) { values.add_term(field, term); });
  }
  void add_term(const FieldSpec& field, const Scalar& scalar) {
    const std::string term = field.type->term(field, scalar);
    if (term.size() > field.ignore_above && utf8_length(term) > field.ignore_above) return;
    add_term(field, std::string_view(term));
  }
  void add_text(const FieldSpec& field, const Scalar& scalar) {
    if (!field.index) return;
    const std::string own = scalar.kind == Scalar::Kind::text ? std::string() : scalar.text();
    const std::string_view text = scalar.kind == Scalar::Kind::text ? scalar.string : std::string_view(own);
    each_taker([&](DocumentValues& values) { values.add_text(field, text); });
  }

  struct Level {  // the document, then the nested objects that are being read
    const MappedObject* object;
    DocumentValues values;
  };
  const std::string_view id_;
  const Mapping& mapping_;
  std::vector<std::string> path_;
  std::vector<NewField> unknown_;
  std::vector<Level> levels_;
  size_t nested_objects_ = 0;
};

constexpr size_t kParserKeptBytes = 1024 * 1024;

}  // namespace

ParsedDocument parse_document(std::string_view source, std::string_view id, std::shared_ptr<const Mapping>& mapping) {
  thread_local std::unique_ptr<simdjson::dom::parser> kept;
  std::unique_ptr<simdjson::dom::parser> own;
  auto& parser = source.size() > kParserKeptBytes ? own : kept;
  if (!parser) parser = std::make_unique<simdjson::dom::parser>();
  simdjson::dom::object root;
  const auto parsed = parser->parse(source.data(), source.size(), true);
  if (parsed.error() != simdjson::SUCCESS) {
    throw mapper_parsing_exception("failed to parse")
        .because("json_parse_exception", simdjson::error_message(parsed.error()));
  }
  if (parsed.get(root) != simdjson::SUCCESS) {
    throw mapper_parsing_exception("failed to parse")
        .because("not_x_content_exception",
                 "Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes");
  }
  DocumentReader first(id, *mapping);
  first.read(root);
  if (first.unknown().empty()) return first.take();
  // The document brought new fields: read it again with a mapping that has them.
  auto changed = std::make_shared<Mapping>(*mapping);
  for (const NewField& field : first.unknown()) changed->add(field);
  changed->number_fields(mapping.get());
  DocumentReader second(id, *changed);
  second.read(root);
  ParsedDocument out = second.take();
  mapping = std::move(changed);
  return out;
}

}  // namespace standpipe::search
