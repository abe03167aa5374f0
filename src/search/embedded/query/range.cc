// range: numbers and dates by their column, texts and addresses by the order of their terms.
#include "search/embedded/query/query.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

struct Bounds {
  int64_t from = INT64_MIN, to = INT64_MAX;
  bool empty = false;
};

Bounds date_bounds(const QueryContext& context, const FieldSpec& field, const RangeQuery& query) {
  Bounds out;
  const auto format = query.format.empty() ? field.format : DateFormat::parse(query.format);
  const TimeZone zone = TimeZone::parse(query.time_zone);
  // As in OpenSearch: "greater than" and "up to" a day mean its end.
  if (query.from) {
    out.from = read_date(field, Scalar::of(*query.from).text(), context.now_ms, *format, zone, !query.include_from);
    if (!query.include_from) ++out.from;
  }
  if (query.to) {
    out.to = read_date(field, Scalar::of(*query.to).text(), context.now_ms, *format, zone, query.include_to);
    if (!query.include_to) --out.to;
  }
  return out;
}

Bounds number_bounds(const FieldSpec& field, const RangeQuery& query) {
  Bounds out;
  if (query.from) {
    const auto from = field.type->bound(field, Scalar::of(*query.from), true, query.include_from);
    if (!from)
      out.empty = true;
    else
      out.from = *from;
  }
  if (query.to) {
    const auto to = field.type->bound(field, Scalar::of(*query.to), false, query.include_to);
    if (!to)
      out.empty = true;
    else
      out.to = *to;
  }
  return out;
}

DocSet range_of_terms(const QueryContext& context, const FieldSpec& spec, const Terms& terms, const RangeQuery& query) {
  DocSet out = context.none();
  const auto bound = [&](const std::optional<json::Value>& value) {
    return value ? spec.type->term(spec, Scalar::of(*value)) : std::string();
  };
  const std::string from = bound(query.from), to = bound(query.to);
  terms.visit(from, [&](std::string_view term, uint32_t ordinal) {
    if (query.to && (query.include_to ? term > to : term >= to)) return false;
    if (query.from && !query.include_from && term == from) return true;
    add_all(out, terms.postings(ordinal));
    return true;
  });
  return out;
}

DocSet range_of_field(const QueryContext& context, const FieldSpec& spec, const RangeQuery& query) {
  require_indexed(context, spec);
  if (spec.type->range_of != nullptr) return match_ranges(context, spec, query);
  refuse_points(context, spec);
  const auto field = context.segment.field(spec.path);
  if (!spec.type->numeric()) {
    return field && field->terms != nullptr ? range_of_terms(context, spec, *field->terms, query) : context.none();
  }
  const Bounds bounds = spec.type->date() ? date_bounds(context, spec, query) : number_bounds(spec, query);
  if (bounds.empty || !field || field->column == nullptr) return context.none();
  return scan_column(*field->column, context.docs(), bounds.from, bounds.to);
}

}  // namespace

Matches evaluate_range(const QueryContext& context, const RangeQuery& query, float boost) {
  Matches out{context.none(), boost, {}};
  if (query.field == kSeqNoField) {
    static const FieldSpec seq_no{.path = std::string(kSeqNoField), .type = find_field_type("long")};
    out.docs = range_of_field(context, seq_no, query);
    return out;
  }
  const bool pattern = query.field.find('*') != std::string::npos;
  for (const FieldSpec* field : context.mapping.match(query.field)) {
    try {
      out.docs |= range_of_field(context, *field, query);
    } catch (const BadValue& bad) {
      if (!pattern) context.refuse(bad.what());
    } catch (const Error&) {
      if (!pattern) throw;
    }
  }
  return out;
}

}  // namespace standpipe::search
