#include "services/cloudwatch/statistics.h"

#include <algorithm>
#include <cmath>

#include "base/bytes.h"

namespace standpipe::cloudwatch {
namespace {

constexpr size_t kValuesMax = 64;
constexpr double kRatioMin = 1.02;

// The representative of the bucket that `value` falls into; buckets grow by `ratio`.
double bucket_of(double value, double ratio) {
  if (value == 0 || ratio == 1) return value;
  const double exponent = std::round(std::log(std::abs(value)) / std::log(ratio));
  return std::copysign(std::pow(ratio, exponent), value);
}

}  // namespace

void Statistics::add(double value, double times) {
  count += times;
  sum += value * times;
  minimum = std::min(minimum, value);
  maximum = std::max(maximum, value);
  if (!distribution) return;
  add_value(value, times);
}

void Statistics::add_summary(double samples, double total, double least, double greatest) {
  if (samples == 1 || least == greatest) return add(least, samples);
  count += samples;
  sum += total;
  minimum = std::min(minimum, least);
  maximum = std::max(maximum, greatest);
  distribution = false;
  values.clear();
}

void Statistics::merge(const Statistics& other) {
  count += other.count;
  sum += other.sum;
  minimum = std::min(minimum, other.minimum);
  maximum = std::max(maximum, other.maximum);
  distribution = distribution && other.distribution;
  if (!distribution) {
    values.clear();
    return;
  }
  for (const auto& [value, times] : other.values) add_value(value, times);
}

void Statistics::add_value(double value, double times) {
  values[bucket_of(value, ratio)] += times;
  while (values.size() > kValuesMax) {
    ratio = ratio == 1 ? kRatioMin : ratio * ratio;
    std::map<double, double> coarser;
    for (const auto& [old_value, old_times] : values) coarser[bucket_of(old_value, ratio)] += old_times;
    values = std::move(coarser);
  }
}

std::optional<double> Statistics::value(std::string_view statistic) const {
  if (statistic == "SampleCount") return count;
  if (statistic == "Sum") return sum;
  if (statistic == "Average") return count == 0 ? 0 : sum / count;
  if (statistic == "Minimum") return minimum;
  if (statistic == "Maximum") return maximum;
  const std::optional<double> percentile = percentile_of(statistic);
  if (!percentile || !distribution || values.empty()) return std::nullopt;
  if (*percentile == 0) return minimum;
  if (*percentile == 100) return maximum;
  const double rank = *percentile / 100 * count;
  double seen = 0;
  for (const auto& [value, times] : values) {
    seen += times;
    // Buckets' representatives may lie outside of what was really seen.
    if (seen >= rank) return std::clamp(value, minimum, maximum);
  }
  return maximum;
}

bool is_simple_statistic(std::string_view statistic) {
  return statistic == "SampleCount" || statistic == "Sum" || statistic == "Average" || statistic == "Minimum" ||
         statistic == "Maximum";
}

std::optional<double> percentile_of(std::string_view statistic) {
  if (!statistic.starts_with('p')) return std::nullopt;
  const std::optional<double> number = parse_double(statistic.substr(1));
  if (!number || !(*number >= 0 && *number <= 100)) return std::nullopt;
  return number;
}

}  // namespace standpipe::cloudwatch
