#include "services/cloudwatch/recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/json.h"

namespace standpipe::cloudwatch {
namespace {

constexpr size_t kEntriesPerShardMax = 1500;
constexpr size_t kEarlierPerShardMax = 3000;

size_t combine(size_t seed, std::string_view text) {
  return (seed ^ std::hash<std::string_view>()(text)) * 0x9E3779B97F4A7C15ULL;
}

size_t hash_of(const Measurement& measurement) {
  size_t hash = combine(0, measurement.account);
  for (const std::string_view text : {measurement.region, measurement.space, measurement.name, measurement.unit}) {
    hash = combine(hash, text);
  }
  // Independent of the order, as the dimensions are.
  for (const auto& [name, value] : measurement.dimensions) hash += combine(combine(0, name), value);
  return hash ^ hash >> 32;
}

bool same(const Dimensions& dimensions, const Measurement& measurement) {
  return dimensions.size() == measurement.dimensions.size() &&
         std::all_of(measurement.dimensions.begin(), measurement.dimensions.end(), [&](const auto& one) {
           return std::any_of(dimensions.begin(), dimensions.end(), [&](const auto& other) {
             return other.first == one.first && other.second == one.second;
           });
         });
}

bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// "GetRecords.IteratorAgeMilliseconds" → get_records_iterator_age_milliseconds, "AWS/Kinesis" → aws_kinesis.
void append_snake(std::string& out, std::string_view name) {
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (upper(c)) {
      const bool begins =
          i > 0 && (lower_or_digit(name[i - 1]) || (upper(name[i - 1]) && i + 1 < name.size() && name[i + 1] >= 'a'));
      if (begins && !out.ends_with('_')) out += '_';
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += lower_or_digit(c) ? c : '_';
    }
  }
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += ',';
  append_snake(out, name);
  out += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') out += "\\n";
    else out += c;
  }
  out += '"';
}

}  // namespace

Recorder::Entry* Recorder::find(Shard& shard, size_t hash, const Measurement& measurement) {
  const auto [begin, end] = shard.entries.equal_range(hash);
  for (auto found = begin; found != end; ++found) {
    const Series& series = found->second.series;
    if (series.account == measurement.account && series.region == measurement.region &&
        series.space == measurement.space && series.name == measurement.name &&
        found->second.unit == measurement.unit && same(series.dimensions, measurement)) {
      return &found->second;
    }
  }
  if (shard.entries.size() == kEntriesPerShardMax) return nullptr;
  Entry& entry = shard.entries.emplace(std::piecewise_construct, std::tuple(hash), std::tuple())->second;
  entry.series = {std::string(measurement.account),
                  std::string(measurement.region),
                  std::string(measurement.space),
                  std::string(measurement.name),
                  {}};
  for (const auto& [name, value] : measurement.dimensions) entry.series.dimensions.emplace_back(name, value);
  std::sort(entry.series.dimensions.begin(), entry.series.dimensions.end());
  entry.unit = measurement.unit;
  return &entry;
}

void Recorder::record(const Measurement& measurement, int64_t second) {
  const int64_t minute = align(second, kMinute.seconds);
  const size_t hash = hash_of(measurement);
  Shard& shard = shards_[hash % kShards];
  const std::lock_guard lock(shard.mutex);
  Entry* entry = find(shard, hash, measurement);
  if (entry == nullptr) return;
  entry->sum += measurement.value;
  ++entry->count;
  if (entry->minute != minute) {
    if (entry->recent.count != 0 && shard.earlier.size() < kEarlierPerShardMax) {
      shard.earlier.push_back({entry->series, {entry->minute, entry->unit}, std::move(entry->recent)});
    }
    entry->recent = {};
    entry->minute = minute;
  }
  entry->recent.add(measurement.value);
  if (kept_by_second(measurement.space)) entry->seconds.record(second, measurement.value);
}

void Recorder::read_seconds(const Series& series, int64_t begin, int64_t end, int64_t now, Points& into) const {
  if (!kept_by_second(series.space)) return;
  // The unit is part of the hash and not of the question, so all are looked at.
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [hash, entry] : shard.entries) {
      if (entry.series == series) entry.seconds.read(begin, end, now, is_gauge(series.space), entry.unit, into);
    }
  }
}

std::vector<Recorder::Drained> Recorder::drain() {
  std::vector<Drained> drained;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    std::move(shard.earlier.begin(), shard.earlier.end(), std::back_inserter(drained));
    shard.earlier.clear();
    for (auto& [hash, entry] : shard.entries) {
      if (entry.recent.count == 0) continue;
      drained.push_back({entry.series, {entry.minute, entry.unit}, std::move(entry.recent)});
      entry.recent = {};
    }
  }
  return drained;
}

std::string Recorder::print() const {
  struct Total {
    double sum = 0;
    uint64_t count = 0;
  };
  std::map<std::string, std::map<std::string, Total>> totals;  // metric → labels
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [hash, entry] : shard.entries) {
      std::string metric, labels;
      append_snake(metric, entry.series.space);
      metric += '_';
      append_snake(metric, entry.series.name);
      append_label(labels, "account", entry.series.account);
      append_label(labels, "region", entry.series.region);
      for (const auto& [name, value] : entry.series.dimensions) append_label(labels, name, value);
      Total& total = totals[metric][labels];  // units fall together
      total.sum += entry.sum;
      total.count += entry.count;
    }
  }
  std::string out;
  for (const auto& [metric, of_metric] : totals) {
    out += fmt::format("# TYPE {} summary\n", metric);
    for (const auto& [labels, total] : of_metric) {
      out += fmt::format("{}_sum{{{}}} ", metric, labels);
      json::append_number(out, total.sum);
      out += fmt::format("\n{}_count{{{}}} {}\n", metric, labels, total.count);
    }
  }
  return out;
}

}  // namespace standpipe::cloudwatch
