// The mapping of an index: which fields it has, of which types, and what becomes of fields that it does not know.
// A Mapping is built once and then shared as const; changes make a new one. Field specs live as long as any mapping
// that has them. Errors: mapper_parsing_exception, illegal_argument_exception, strict_dynamic_mapping_exception.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "search/embedded/analyzers.h"
#include "search/embedded/field_type.h"

namespace standpipe::search {

inline constexpr int kObjectDepthMax = 20;       // index.mapping.depth.limit
inline constexpr size_t kFieldsMax = 1000;       // index.mapping.total_fields.limit
inline constexpr size_t kFieldNameMax = 50'000;  // index.mapping.field_name_length.limit
inline constexpr size_t kNestedFieldsMax = 50;       // index.mapping.nested_fields.limit
inline constexpr size_t kNestedObjectsMax = 10'000;  // index.mapping.nested_objects.limit, of one document

enum class Dynamic { yes, no, strict };

// A field with its sub-fields ("name" and "name.keyword").
struct MappedField {
  FieldSpec field;
  std::vector<FieldSpec> subfields;
};

struct MappedObject {
  struct Child {
    std::shared_ptr<const MappedField> field;  // one of the two
    std::shared_ptr<MappedObject> object;
  };
  std::optional<Dynamic> dynamic;  // inherited if absent
  bool enabled = true;
  // Nested: each object is a document of its own beside the one that it stands in, which may take its fields too.
  bool nested = false, include_in_parent = false, include_in_root = false;
  std::map<std::string, Child, std::less<>> children;
};

// What a document showed of a field that the mapping does not have.
struct NewField {
  std::vector<std::string> path;
  enum class Kind { text, date, whole, real, boolean } kind;
};

class Mapping {
 public:
  explicit Mapping(std::shared_ptr<const Analyzers> analyzers = Analyzers::built_in())
      : analyzers_(std::move(analyzers)), root_(std::make_shared<MappedObject>()) {}
  Mapping(const Mapping& other);
  Mapping& operator=(const Mapping&) = delete;

  // From PUT /{index} or PUT /{index}/_mapping; null is empty. Existing fields may only gain sub-fields and the few
  // parameters that OpenSearch lets change.
  void merge(const json::Value& mappings);
  void add(const NewField& field);
  void number_fields(const Mapping* before);  // call after changes: rebuilds lookups, checks limits

  const FieldSpec* find(std::string_view path) const;  // fields and sub-fields; of an alias, what it stands for
  // The field that holds places and values of the flat_object that `path` leads into; null if there is none.
  const FieldSpec* flat_companion(std::string_view path) const;
  bool has_flat_objects() const { return !flat_objects_.empty(); }
  // Fields that every document has with the same value.
  const std::vector<const FieldSpec*>& constants() const { return constants_; }
  const Analyzers& analyzers() const { return *analyzers_; }
  bool is_object(std::string_view path) const;
  bool is_nested(std::string_view path) const;
  // Nested fields that lead to `path`, outermost first, itself included if it is one.
  std::vector<std::string> nested_levels(std::string_view path) const;
  std::vector<const FieldSpec*> match(std::string_view pattern) const;  // '*' patterns; in order of path
  const MappedObject& root() const { return *root_; }
  Dynamic dynamic() const { return root_->dynamic.value_or(Dynamic::yes); }
  bool date_detection() const { return date_detection_; }
  bool numeric_detection() const { return numeric_detection_; }
  uint32_t slots() const { return slots_; }
  json::Value print() const;

 private:
  void merge_object(MappedObject& into, const std::string& path, const json::Value& body, int depth);
  void merge_child(MappedObject& into, const std::string& name, const std::string& path, const json::Value& body,
                   int depth);
  void index_object(const MappedObject& object, const std::string& path);
  void resolve_aliases();
  json::Value template_for(const NewField& field) const;

  std::shared_ptr<const Analyzers> analyzers_;  // outlives the fields that point into it
  std::shared_ptr<MappedObject> root_;
  bool date_detection_ = true, numeric_detection_ = false;
  json::Object extras_;  // root parameters, printed back
  json::Array dynamic_templates_;
  std::map<std::string, const FieldSpec*, std::less<>> fields_;
  std::map<std::string, const FieldSpec*, std::less<>> aliases_, flat_objects_;  // flat objects: their companions
  std::vector<const FieldSpec*> constants_;
  std::map<std::string, const MappedObject*, std::less<>> objects_;
  std::vector<std::string> nested_;  // outer ones before those within them
  uint32_t slots_ = 0;
};

// Builds the spec of a leaf from its definition; refuses unknown types and parameters.
std::shared_ptr<MappedField> make_field(const std::string& path, const json::Object& definition,
                                        const Analyzers& analyzers);
// The definition as GET _mapping shows it.
json::Value print_field(const MappedField& field);

}  // namespace standpipe::search
