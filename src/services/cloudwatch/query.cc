// ListMetrics and GetMetricStatistics.
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "services/cloudwatch/cloudwatch.h"

namespace standpipe::cloudwatch {
namespace {

constexpr size_t kMetricsPage = 500;
constexpr size_t kScanBatch = 500;
constexpr int64_t kDatapointsMax = 1440;

bool matches(const Series& series, const std::vector<DimensionFilter>& filters) {
  return std::all_of(filters.begin(), filters.end(), [&](const DimensionFilter& filter) {
    return std::any_of(series.dimensions.begin(), series.dimensions.end(), [&](const auto& dimension) {
      return dimension.first == filter.name && (!filter.value || dimension.second == *filter.value);
    });
  });
}

Metric describe(const Series& series) {
  Metric metric{.namespace_ = series.space, .metric_name = series.name, .dimensions = {{}}};
  for (const auto& [name, value] : series.dimensions) metric.dimensions->push_back({.name = name, .value = value});
  return metric;
}

void check(const GetMetricStatisticsInput& input) {
  if (input.statistics && input.extended_statistics) {
    throw InvalidParameterCombinationException(
        "The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both.");
  }
  if (!input.statistics && !input.extended_statistics) {
    throw InvalidParameterCombinationException(
        "At least one of the parameters Statistics and ExtendedStatistics must be specified.");
  }
  if (input.start_time >= input.end_time) {
    throw InvalidParameterValueException("The parameter StartTime must be less than the parameter EndTime.");
  }
  if (!valid_period(input.period)) {
    throw InvalidParameterValueException("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
  }
  size_t index = 0;
  for (const std::string& statistic : input.extended_statistics.value_or(std::vector<std::string>{})) {
    ++index;
    if (percentile_of(statistic)) continue;
    throw InvalidParameterValueException(
        fmt::format("The value {} for parameter ExtendedStatistics.member.{} is not supported.", statistic, index));
  }
  const int64_t range_ms = (input.end_time - input.start_time).count();
  const int64_t count = (range_ms + input.period * 1000LL - 1) / (input.period * 1000LL);
  if (count > kDatapointsMax) {
    throw InvalidParameterCombinationException(fmt::format(
        "You have requested up to {} datapoints, which exceeds the limit of {}. You may reduce the datapoints "
        "requested by increasing Period, or decreasing the time range.",
        count, kDatapointsMax));
  }
}

}  // namespace

bool valid_period(int32_t period) {
  return period == 1 || period == 5 || period == 10 || period == 20 || period == 30 || (period > 0 && period % 60 == 0);
}

ListMetricsOutput CloudWatch::list_metrics(const aws::Request& request, const ListMetricsInput& input) {
  if (input.include_linked_accounts.value_or(false) || input.owning_account) {
    throw InvalidParameterValueException("The parameters IncludeLinkedAccounts and OwningAccount are not supported.");
  }
  const int64_t now = epoch_ms(clock_.now()) / 1000;
  const int64_t active_since = now - (input.recently_active ? 3 * 3600 : 14 * kDay);
  const std::vector<DimensionFilter> filters = input.dimensions.value_or(std::vector<DimensionFilter>{});
  const std::string base = series_prefix(request.account, request.region);
  const std::string name = input.metric_name.value_or("");
  const std::string prefix = below(base, input.namespace_.value_or(""), name);
  std::string after;
  if (input.next_token) {
    const std::optional<std::string> key = base64_decode(*input.next_token);
    if (!key || key->empty()) throw InvalidParameterValueException("Request parameter NextToken is invalid.");
    after = base + *key;
  }
  ListMetricsOutput output{.metrics = {{}}};
  std::string last;
  while (true) {
    const std::vector<Document> batch = store_.series(prefix, after, kScanBatch);
    for (const Document& document : batch) {
      const StoredSeries stored = parse_series(document.value);
      const bool wanted = stored.last_seen >= active_since && (name.empty() || stored.series.name == name);
      if (!wanted || !matches(stored.series, filters)) continue;
      if (output.metrics->size() == kMetricsPage) {
        output.next_token = base64_encode(last.substr(base.size()));
        return output;
      }
      output.metrics->push_back(describe(stored.series));
      last = document.key;
    }
    if (batch.size() < kScanBatch) return output;
    after = batch.back().key;
  }
}

GetMetricStatisticsOutput CloudWatch::get_metric_statistics(const aws::Request& request,
                                                            const GetMetricStatisticsInput& input) {
  check(input);
  const bool seconds = input.period < 60;
  // Periods begin at the start of the range, that at a whole minute.
  const int64_t begin = align(epoch_ms(input.start_time) / 1000, seconds ? input.period : 60);
  const int64_t end = (epoch_ms(input.end_time) + 999) / 1000;
  const Series series = series_of(request, input.namespace_, input.metric_name, input.dimensions);
  Points periods;
  for (const auto& [key, statistics] : points(series, seconds, begin, end)) {
    if (input.unit && key.unit != *input.unit) continue;
    periods[{begin + align(key.time - begin, input.period), key.unit}].merge(statistics);
  }
  GetMetricStatisticsOutput output{.label = input.metric_name, .datapoints = {{}}};
  const std::vector<std::string> simple = input.statistics.value_or(std::vector<std::string>{});
  const auto asked = [&](const char* statistic) {
    return std::find(simple.begin(), simple.end(), statistic) != simple.end();
  };
  for (const auto& [key, statistics] : periods) {
    Datapoint point{.timestamp = from_epoch_ms(key.time * 1000), .unit = key.unit};
    if (asked("SampleCount")) point.sample_count = statistics.value("SampleCount");
    if (asked("Average")) point.average = statistics.value("Average");
    if (asked("Sum")) point.sum = statistics.value("Sum");
    if (asked("Minimum")) point.minimum = statistics.value("Minimum");
    if (asked("Maximum")) point.maximum = statistics.value("Maximum");
    for (const std::string& percentile : input.extended_statistics.value_or(std::vector<std::string>{})) {
      if (!point.extended_statistics) point.extended_statistics.emplace();
      if (const auto value = statistics.value(percentile)) point.extended_statistics->emplace(percentile, *value);
    }
    // Without any percentile there is nothing to say.
    if (point.extended_statistics && point.extended_statistics->empty()) continue;
    output.datapoints->push_back(std::move(point));
  }
  return output;
}

aws::Accesses CloudWatch::access(const aws::Request&, const ListMetricsInput&) {
  return {{"cloudwatch:ListMetrics", "*"}};
}
aws::Accesses CloudWatch::access(const aws::Request&, const GetMetricStatisticsInput&) {
  return {{"cloudwatch:GetMetricStatistics", "*"}};
}
aws::Accesses CloudWatch::access(const aws::Request&, const GetMetricDataInput&) {
  return {{"cloudwatch:GetMetricData", "*"}};
}

}  // namespace standpipe::cloudwatch
