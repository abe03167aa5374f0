// term: documents with exactly this value.
#include "search/embedded/query/query.h"

namespace standpipe::search {

Matches score_term(const QueryContext& context, const FieldSpec& spec, std::string_view term, float boost,
                   bool scored) {
  Matches out{.docs = context.none(), .constant = boost};
  scored = scored && spec.type->scored;
  const auto field = context.segment.field(spec.path);
  // Asked for even if this segment lacks the field: the numbers must be known before memory is let go.
  double idf = 1;
  FieldStatistics statistics;
  if (scored) {
    statistics = context.statistics.field(spec.path);
    idf = Bm25::idf(context.statistics.documents_with(spec.path, term), statistics.docs);
  }
  if (!field || field->terms == nullptr) return out;
  const auto ordinal = field->terms->find(term);
  if (!ordinal) return out;
  const Postings postings = field->terms->postings(*ordinal);
  if (!scored) {
    add_all(out.docs, postings);
    return out;
  }
  const bool lengths = !field->norms.empty();
  const Bm25 bm25(idf, statistics, lengths, boost);
  if (!lengths && !postings.frequencies) {
    add_all(out.docs, postings);
    out.constant = bm25.score(1, 1);
    return out;
  }
  out.scores.assign(context.docs(), 0);
  for (PostingsCursor cursor(postings, context.docs()); cursor.next();) {
    const uint32_t doc = cursor.doc();
    out.docs.add(doc);
    const auto norm = doc < field->norms.size() ? static_cast<uint8_t>(field->norms[doc]) : uint8_t{1};
    out.scores[doc] = bm25.score(static_cast<float>(cursor.frequency()), norm);
  }
  return out;
}

static DocSet documents_with_number(const QueryContext& context, const FieldSpec& spec, const Column& column,
                                    const Scalar& scalar) {
  if (spec.type->date()) {
    // A date that names no smaller units means all of them: 2026-01-01 is a day.
    const std::string text = scalar.text();
    const int64_t from = read_date(spec, text, context.now_ms, *spec.format, {}, false);
    return scan_column(column, context.docs(), from, read_date(spec, text, context.now_ms, *spec.format, {}, true));
  }
  const auto from = spec.type->bound(spec, scalar, true, true), to = spec.type->bound(spec, scalar, false, true);
  return from && to ? scan_column(column, context.docs(), *from, *to) : context.none();
}

DocSet documents_with(const QueryContext& context, const FieldSpec& spec, const json::Value& value, bool ignore_case) {
  const Scalar scalar = Scalar::of(value);
  refuse_points(context, spec);
  if (spec.type->range_of != nullptr) {
    return match_ranges(context, spec, {.field = spec.path, .from = value, .to = value});
  }
  const auto field = context.segment.field(spec.path);
  if (spec.type->numeric()) {
    if (field && field->column != nullptr) return documents_with_number(context, spec, *field->column, scalar);
    if (!spec.type->date()) spec.type->bound(spec, scalar, true, true);  // still refuses what is no value
    return context.none();
  }
  DocSet out = context.none();
  if (spec.type == &ip_type() && scalar.kind == Scalar::Kind::text) {
    if (const auto range = parse_cidr(scalar.string)) {
      if (!field) return out;
      field->terms->visit(range->from, [&](std::string_view term, uint32_t ordinal) {
        if (term > range->to) return false;
        add_all(out, field->terms->postings(ordinal));
        return true;
      });
      return out;
    }
  }
  const std::string term = spec.type->term(spec, scalar);
  if (!field || field->terms == nullptr) return out;
  if (ignore_case) {
    const std::string lower = to_lower_unicode(term);
    field->terms->visit("", [&](std::string_view found, uint32_t ordinal) {
      if (to_lower_unicode(found) == lower) add_all(out, field->terms->postings(ordinal));
      return true;
    });
  } else if (const auto ordinal = field->terms->find(term)) {
    add_all(out, field->terms->postings(*ordinal));
  }
  return out;
}

Matches evaluate_term(const QueryContext& context, const TermQuery& query, float boost, bool scored) {
  if (query.field == "_index") {
    const bool same = Scalar::of(query.value).text() == context.index;
    return {DocSet(context.docs(), same), boost, {}};
  }
  if (query.field == kIdField) return evaluate_ids(context, {{Scalar::of(query.value).text()}}, boost);
  const FieldSpec* field = context.mapping.find(query.field);
  if (field == nullptr) return {context.none()};
  require_indexed(context, *field);
  try {
    if (!field->type->numeric() && !field->type->opaque && field->type != &ip_type() && !query.ignore_case) {
      return score_term(context, *field, field->type->term(*field, Scalar::of(query.value)), boost, scored);
    }
    return {documents_with(context, *field, query.value, query.ignore_case), boost, {}};
  } catch (const BadValue& bad) {
    context.refuse(bad.what());
  }
}

}  // namespace standpipe::search
