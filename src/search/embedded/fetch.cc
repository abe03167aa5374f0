#include "search/embedded/fetch.h"

#include <algorithm>

#include "base/bytes.h"
#include "search/embedded/aggregation/collector.h"
#include "search/geo.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

void load_values(const QueryContext& context, const FieldSpec& spec, uint32_t doc, BlockValues& block,
                 const Terms*& terms) {
  const auto field = context.segment.field(spec.path);
  block.first = doc / kBlockDocs * kBlockDocs;
  block.docs = std::min(kBlockDocs, context.docs() - block.first);
  block.values.clear();
  block.starts.assign(block.docs + 1, 0);
  if (!field || field->column == nullptr) return;
  terms = field->terms;
  field->column->decode(doc / kBlockDocs, block);
}

json::Array doc_values(const QueryContext& context, const FieldSpec& spec, uint32_t doc, const std::string& format) {
  const bool point = spec.type == &geo_point_type();
  if (spec.type->storage == FieldType::Storage::text || !spec.doc_values || (spec.type->opaque && !point))
    refuse_field_data(spec);
  BlockValues block;
  const Terms* terms = nullptr;
  load_values(context, spec, doc, block, terms);
  json::Array out;
  for (uint32_t i = block.starts[doc - block.first]; i < block.starts[doc - block.first + 1]; ++i) {
    if (terms != nullptr) {
      std::string term;
      terms->read(static_cast<uint32_t>(block.values[i]), term);
      out.push_back(spec.type->spell(term));
    } else if (point) {
      const GeoPoint at = unpack(block.values[i]);
      out.push_back(json::print(json::Value(at.lat)) + ", " + json::print(json::Value(at.lon)));
    } else if (spec.type->date()) {
      const auto wanted = format.empty() || format == "use_field_mapping" ? spec.format : DateFormat::parse(format);
      out.push_back(print_date(spec, block.values[i], *wanted));
    } else if (spec.type == &boolean_type()) {
      out.push_back(block.values[i] != 0);
    } else {
      out.push_back(print_number(spec, block.values[i]));
    }
  }
  if (terms != nullptr) {  // ordinals of a segment in memory are in order of arrival
    std::sort(out.begin(), out.end(),
              [](const json::Value& a, const json::Value& b) { return a.string() < b.string(); });
  }
  return out;
}

// Every value at a path of the source, through arrays and objects.
void collect_path(const json::Value& value, std::string_view path, json::Array& into) {
  if (value.is_array()) {
    for (const json::Value& item : value.array()) collect_path(item, path, into);
    return;
  }
  if (path.empty()) {
    if (!value.is_null() && !value.is_object()) into.push_back(value);
    return;
  }
  if (!value.is_object()) return;
  for (const auto& [name, child] : value.object()) {
    if (path == name)
      collect_path(child, {}, into);
    else if (path.starts_with(name) && path[name.size()] == '.')
      collect_path(child, path.substr(name.size() + 1), into);
  }
}

}  // namespace

json::Array source_values(const Mapping& mapping, const FieldSpec& spec, const json::Value& source) {
  json::Array out;
  collect_path(source, spec.path, out);
  const size_t dot = spec.path.rfind('.');
  if (out.empty() && dot != std::string::npos && mapping.find(spec.path.substr(0, dot)) != nullptr) {
    collect_path(source, std::string_view(spec.path).substr(0, dot), out);
  }
  return out;
}

// As `fields` shows them: in the form that the mapping says, and only what became part of the field.
json::Array shown_values(const Mapping& mapping, const FieldSpec& spec, const json::Value& source) {
  json::Array out;
  if (spec.constant) return {*spec.constant};
  for (const json::Value& value : source_values(mapping, spec, source)) {
    const Scalar scalar = Scalar::of(value);
    try {
      if (spec.type->storage == FieldType::Storage::terms && !spec.type->opaque) {
        std::string term = spec.type->term(spec, scalar);
        if (utf8_length(term) <= spec.ignore_above) out.push_back(spec.type->spell(term));
      } else if (spec.type == &boolean_type()) {
        out.push_back(spec.type->encode(spec, scalar) != 0);
      } else if (spec.type->numeric() && !spec.type->date()) {
        out.push_back(value.is_number() && !spec.type->whole_numbers
                          ? value
                          : print_number(spec, spec.type->encode(spec, scalar)));
      } else {
        out.push_back(value);
      }
    } catch (const BadValue&) {  // malformed and ignored
    }
  }
  return out;
}

json::Value fetch_fields(const QueryContext& context, uint32_t doc, const std::string& source,
                         const SearchRequest& request) {
  json::Object out;
  for (const FieldAndFormat& wanted : request.docvalue_fields) {
    const bool pattern = wanted.field.find('*') != std::string::npos;
    for (const FieldSpec* spec : context.mapping.match(wanted.field)) {
      if (pattern && (spec->type->storage == FieldType::Storage::text || !spec->doc_values || spec->type->opaque))
        continue;
      json::Array values = doc_values(context, *spec, doc, wanted.format);
      if (!values.empty()) out[pattern ? spec->path : wanted.field] = std::move(values);
    }
  }
  if (!request.fields.empty()) {
    const json::Value root = json::parse(source);
    for (const FieldAndFormat& wanted : request.fields) {
      const bool pattern = wanted.field.find('*') != std::string::npos;
      for (const FieldSpec* spec : context.mapping.match(wanted.field)) {
        json::Array values;
        if (spec->type->date() && spec->doc_values) {
          values = doc_values(context, *spec, doc, wanted.format);
        } else {
          values = shown_values(context.mapping, *spec, root);
        }
        if (!values.empty()) out[pattern ? spec->path : wanted.field] = std::move(values);
      }
    }
  }
  if (out.empty()) return {};
  return out;
}

int64_t fetch_number(const Segment& segment, std::string_view path, uint32_t doc) {
  const auto field = segment.field(path);
  if (!field || field->column == nullptr) return 0;
  BlockValues block;
  block.first = doc / kBlockDocs * kBlockDocs;
  block.docs = std::min(kBlockDocs, segment.docs() - block.first);
  field->column->decode(doc / kBlockDocs, block);
  const uint32_t start = block.starts[doc - block.first];
  return start < block.starts[doc - block.first + 1] ? block.values[start] : 0;
}

}  // namespace standpipe::search
