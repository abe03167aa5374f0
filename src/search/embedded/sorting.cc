#include "search/embedded/sorting.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "search/dsl/options.h"
#include "search/embedded/aggregation/collector.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

int64_t ordered_score(float score) { return ordered(static_cast<double>(score)); }

}  // namespace

json::Value SortValue::print() const {
  switch (kind) {
    case Kind::integer: return integer;
    case Kind::real:
      if (std::isinf(real)) return real > 0 ? "Infinity" : "-Infinity";
      return real;
    case Kind::text: return text;
    case Kind::missing: break;
  }
  return {};
}

SortColumn::SortColumn(const QueryContext& context, const SortField& field)
    : context_(context),
      field_(field),
      descending_(field.descending),
      missing_high_(field.missing_first == field.descending),
      take_max_(field.mode.empty() ? field.descending : field.mode == "max") {
  if (field.distance)
    find_distance_values();
  else if (field.field == "_score")
    kind_ = Kind::score;
  else if (field.field == "_doc")
    kind_ = Kind::doc;
  else
    find_values();
}

// The distance of a document without a point is infinite.
void SortColumn::find_distance_values() {
  kind_ = Kind::distance;
  missing_value_ = ordered(INFINITY);
  spec_ = context_.mapping.find(field_.field);
  if (spec_ == nullptr && field_.distance->ignore_unmapped) return;
  if (spec_ == nullptr || spec_->type != &geo_point_type())
    throw illegal_argument("failed to find mapper for [" + field_.field + "] for geo distance based sort");
  if (field_.nested) {
    nested_ = std::make_unique<NestedColumn>(context_, *field_.nested, spec_->path);
    column_ = nested_.get();
  } else if (const auto found = context_.segment.field(spec_->path)) {
    column_ = found->column;
  }
}

// From the nearest origin to the nearest point, or as the mode says.
int64_t SortColumn::distance_key(std::span<const int64_t> points) const {
  std::vector<double> distances;
  for (const int64_t packed : points) {
    for (const GeoPoint origin : field_.distance->origins)
      distances.push_back(distance_meters(unpack(packed), origin) / field_.distance->unit_meters);
  }
  std::sort(distances.begin(), distances.end());
  const size_t middle = distances.size() / 2;
  if (field_.mode == "avg") {
    double sum = 0;
    for (const double distance : distances) sum += distance;
    return ordered(sum / static_cast<double>(distances.size()));
  }
  if (field_.mode == "median")
    return ordered(distances.size() % 2 == 1 ? distances[middle] : (distances[middle - 1] + distances[middle]) / 2);
  return ordered(take_max_ ? distances.back() : distances.front());
}

void SortColumn::find_values() {
  const QueryContext& context = context_;
  const SortField& field = field_;
  spec_ = context.mapping.find(field.field);
  if (field.field == kIdField) {
    static const FieldSpec id{.path = std::string(kIdField), .type = &keyword_type()};
    spec_ = &id;
  } else if (field.field == kSeqNoField) {
    static const FieldSpec seq_no{.path = std::string(kSeqNoField), .type = find_field_type("long")};
    spec_ = &seq_no;
  }
  if (spec_ == nullptr) {
    if (field.unmapped_type.empty()) {
      throw Error("query_shard_exception", 400, "No mapping found for [" + field.field + "] in order to sort on")
          .on(context.index);
    }
    return;
  }
  if (spec_->type->storage == FieldType::Storage::text || !spec_->doc_values || spec_->type->opaque)
    refuse_field_data(*spec_);
  kind_ = spec_->type->numeric() ? Kind::numbers : Kind::terms;
  if (!field.mode.empty() && field.mode != "min" && field.mode != "max") {
    if (kind_ == Kind::terms)
      throw illegal_argument("[" + field.field + "] sort does not support mode [" + field.mode + "] on terms");
    kind_ = Kind::computed;
  }
  if (field.missing && kind_ != Kind::terms) missing_value_ = key_of(*field.missing);
  if (field.nested) {
    nested_ = std::make_unique<NestedColumn>(context, *field.nested, spec_->path);
    column_ = nested_.get();
    terms_ = nested_->terms();
    if (kind_ == Kind::terms && terms_ == nullptr) column_ = nullptr;
  } else if (const auto found = context.segment.field(spec_->path)) {
    column_ = found->column;
    terms_ = found->terms;
  }
  if (kind_ == Kind::terms && terms_ != nullptr) {
    ranks_ = terms_->ranks();
    by_rank_.resize(ranks_.size());
    for (uint32_t ordinal = 0; ordinal < ranks_.size(); ++ordinal) by_rank_[ranks_[ordinal]] = ordinal;
  }
  if (field.missing && kind_ == Kind::terms) missing_value_ = key_of(*field.missing);
}

// Sum, average or median of several values, as an integer that orders as the number does.
int64_t SortColumn::compute(std::span<const int64_t> values) const {
  const FieldType& type = *spec_->type;
  double number = 0;
  if (field_.mode == "median") {
    const size_t middle = values.size() / 2;
    number = type.number(*spec_, values[middle]);
    if (values.size() % 2 == 0) number = (type.number(*spec_, values[middle - 1]) + number) / 2;
  } else {
    for (const int64_t value : values) number += type.number(*spec_, value);
    if (field_.mode == "avg") number /= static_cast<double>(values.size());
  }
  return ordered(type.whole_numbers ? std::floor(number + 0.5) : number);
}

void SortColumn::load(uint32_t block) {
  if (column_ == nullptr) return;
  block_.first = block * kBlockDocs;
  block_.docs = std::min(kBlockDocs, context_.docs() - block_.first);
  column_->decode(block, block_);
}

int64_t SortColumn::key(uint32_t doc, float score) const {
  if (kind_ == Kind::score) return ordered_score(score);
  if (kind_ == Kind::doc) return doc;
  if (column_ == nullptr) return missing_value_.value_or(missing_key());
  const uint32_t row = doc - block_.first, start = block_.starts[row], end = block_.starts[row + 1];
  if (start == end) return missing_value_.value_or(missing_key());
  if (kind_ == Kind::computed) return compute(std::span(block_.values).subspan(start, end - start));
  if (kind_ == Kind::distance) return distance_key(std::span(block_.values).subspan(start, end - start));
  if (kind_ == Kind::numbers) return block_.values[take_max_ ? end - 1 : start];
  if (ranks_.empty()) return block_.values[take_max_ ? end - 1 : start] * 2;
  int64_t best = ranks_[static_cast<size_t>(block_.values[start])];
  for (uint32_t i = start + 1; i < end; ++i) {
    const int64_t rank = ranks_[static_cast<size_t>(block_.values[i])];
    best = take_max_ ? std::max(best, rank) : std::min(best, rank);
  }
  return best * 2;  // even: search_after can stand between two terms
}

bool SortColumn::bounded(uint32_t block, int64_t& best) const {
  if (kind_ != Kind::numbers || column_ == nullptr) return false;
  const Zone zone = column_->zone(block);
  if (!zone.each_has_one) return false;
  best = descending_ ? zone.max : zone.min;
  return true;
}

SortValue SortColumn::value(int64_t key) const {
  using Value = SortValue::Kind;
  switch (kind_) {
    case Kind::score: return {Value::real, 0, from_ordered(key), {}};
    case Kind::doc: return {Value::integer, key, 0, {}};
    case Kind::unmapped: return {Value::missing, 0, 0, {}};
    case Kind::distance: return {Value::real, 0, from_ordered(key), {}};
    case Kind::numbers:
      if (spec_->type == &unsigned_long_type()) {
        const json::Value shown = print_number(*spec_, key);
        if (!shown.is_int()) return {Value::real, 0, shown.number(), {}};
        return {Value::integer, shown.integer(), 0, {}};
      }
      if (spec_->type->whole_numbers) return {Value::integer, key, 0, {}};
      if (key == INT64_MAX || key == INT64_MIN) return {Value::real, 0, key > 0 ? INFINITY : -INFINITY, {}};
      return {Value::real, 0, spec_->type->number(*spec_, key), {}};
    case Kind::computed: {
      const double number = from_ordered(key);
      if (spec_->type->whole_numbers && std::abs(number) < 9.2e18)
        return {Value::integer, static_cast<int64_t>(number), 0, {}};
      if (key == INT64_MAX || key == INT64_MIN) return {Value::real, 0, key > 0 ? INFINITY : -INFINITY, {}};
      return {Value::real, 0, number, {}};
    }
    case Kind::terms: break;
  }
  if (key == INT64_MAX || key == INT64_MIN) return {Value::missing, 0, 0, {}};
  // Between two terms stands only the value for documents without one.
  if (key % 2 != 0 || terms_ == nullptr) return {Value::text, 0, 0, dsl::as_text(*field_.missing).value_or("")};
  std::string term;
  const auto rank = static_cast<uint32_t>(key / 2);
  terms_->read(by_rank_.empty() ? rank : by_rank_[rank], term);
  return {Value::text, 0, 0, spec_->type->spell(term)};
}

int64_t SortColumn::key_of(const json::Value& after) const {
  if (after.is_null()) return missing_key();
  const auto text = dsl::as_text(after).value_or("");
  switch (kind_) {
    case Kind::score: return ordered_score(static_cast<float>(dsl::as_number(after).value_or(0)));
    case Kind::doc:
    case Kind::unmapped: return dsl::as_integer(after).value_or(0);
    case Kind::numbers: {
      if (text == "Infinity") return INT64_MAX;
      if (text == "-Infinity") return INT64_MIN;
      if (after.is_int() && spec_->type->whole_numbers && spec_->type != &unsigned_long_type()) return after.integer();
      try {
        if (spec_->type->date()) return read_date(*spec_, text, context_.now_ms, *spec_->format, {}, false);
        return spec_->type->encode(*spec_, Scalar::of(after));
      } catch (const BadValue& bad) {
        throw illegal_argument("Failed to parse search_after value for field [" + spec_->path + "].")
            .because("number_format_exception", bad.what());
      }
    }
    case Kind::distance:
      if (text == "Infinity") return ordered(INFINITY);
      return ordered(dsl::as_number(after).value_or(0));
    case Kind::computed: return ordered(dsl::as_number(after).value_or(0));
    case Kind::terms: break;
  }
  if (terms_ == nullptr) return -1;
  std::string wanted = text;
  if (spec_->type == &ip_type()) wanted = parse_ip(text).value_or(text);
  int64_t key = static_cast<int64_t>(terms_->count()) * 2 - 1;  // after all terms
  terms_->visit(wanted, [&](std::string_view term, uint32_t ordinal) {
    const int64_t rank = ranks_.empty() ? ordinal : ranks_[ordinal];
    key = term == wanted ? rank * 2 : rank * 2 - 1;
    return false;
  });
  return key;
}

int compare(const SortValue& a, const SortValue& b, const SortField& field) {
  using Kind = SortValue::Kind;
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  if (a.kind == Kind::missing || b.kind == Kind::missing) {
    if (a.kind == b.kind) return 0;
    return (a.kind == Kind::missing) == field.missing_first ? -1 : 1;
  }
  int result;
  if (a.kind == Kind::text && b.kind == Kind::text)
    result = order(a.text, b.text);
  else if (a.kind == Kind::integer && b.kind == Kind::integer)
    result = order(a.integer, b.integer);
  else if (a.kind == Kind::text || b.kind == Kind::text)
    result = a.kind == Kind::text ? 1 : -1;
  else {
    const double x = a.kind == Kind::integer ? static_cast<double>(a.integer) : a.real;
    const double y = b.kind == Kind::integer ? static_cast<double>(b.integer) : b.real;
    result = order(x, y);
  }
  return field.descending ? -result : result;
}

}  // namespace standpipe::search
