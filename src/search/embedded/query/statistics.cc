#include "search/embedded/query/statistics.h"

#include <cmath>

#include "search/embedded/document.h"

namespace standpipe::search {

FieldStatistics IndexStatistics::field(const std::string& path) {
  const auto known = fields_.find(path);
  if (known != fields_.end()) return known->second;
  FieldStatistics sum;
  each_segment([&](const Segment& segment) {
    const auto field = segment.field(path);
    if (!field) return;
    sum.docs += field->statistics.docs;
    sum.tokens += field->statistics.tokens;
  });
  return fields_[path] = sum;
}

uint64_t IndexStatistics::documents_with(const std::string& path, std::string_view term) {
  std::string key = path;
  key += '\0';
  key += term;
  const auto known = terms_.find(key);
  if (known != terms_.end()) return known->second;
  uint64_t sum = 0;
  each_segment([&](const Segment& segment) {
    const auto field = segment.field(path);
    if (!field || field->terms == nullptr) return;
    if (const auto ordinal = field->terms->find(term)) sum += field->terms->postings(*ordinal).count;
  });
  return terms_[key] = sum;
}

IndexStatistics& IndexStatistics::nested(const std::string& path) {
  auto& known = nested_[path];
  if (known) return *known;
  std::vector<const Segment*> objects;
  for (const Segment* segment : segments_) {
    if (const Segment* found = segment->nested(path)) objects.push_back(found);
  }
  known = std::make_unique<IndexStatistics>(std::move(objects), memory_ == nullptr ? nullptr : memory_->nested(path));
  return *known;
}

double Bm25::idf(uint64_t documents_with_term, uint64_t documents_with_field) {
  const auto n = static_cast<double>(documents_with_term),
             all = static_cast<double>(std::max(documents_with_field, documents_with_term));
  return std::log(1 + (all - n + 0.5) / (n + 0.5));
}

Bm25::Bm25(double idf_sum, const FieldStatistics& field, bool lengths, float boost) {
  constexpr double k1 = 1.2, b = 0.75;
  weight_ = static_cast<float>(boost * idf_sum * (k1 + 1));
  const double average = field.docs == 0 ? 1 : std::max(1.0, static_cast<double>(field.tokens)) / field.docs;
  for (int norm = 0; norm < 256; ++norm) {
    const double length = lengths && norm > 0 ? decode_length(static_cast<uint8_t>(norm)) : 1;
    inverse_[norm] = static_cast<float>(1 / (k1 * (1 - b + b * length / average)));
  }
}

}  // namespace standpipe::search
