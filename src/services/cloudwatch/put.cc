// PutMetricData: all of a request or nothing of it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/logging.h"
#include "services/cloudwatch/cloudwatch.h"

namespace standpipe::cloudwatch {
namespace {

constexpr size_t kDataMax = 1000;
constexpr size_t kValuesMax = 150;
constexpr Duration kFlushInterval = std::chrono::seconds(10);
constexpr Duration kSweepInterval = std::chrono::minutes(30);
const double kValueMax = std::ldexp(1, 360);

aws::Error exclusive(const std::string& datum, const char* one, const char* other) {
  return InvalidParameterCombinationException(fmt::format(
      "The parameters {0}.{1} and {0}.{2} are mutually exclusive and you have specified both.", datum, one, other));
}

void check_number(double value, const std::string& parameter) {
  if (std::isfinite(value) && std::abs(value) <= kValueMax) return;
  throw InvalidParameterValueException(fmt::format("The value {} for parameter {} is invalid.",
                                                   std::isnan(value) ? "NaN" : fmt::format("{}", value), parameter));
}

void check_values(const MetricDatum& datum, const std::string& name) {
  if (datum.value && datum.values) throw exclusive(name, "Value", "Values");
  if (datum.value && datum.statistic_values) throw exclusive(name, "Value", "StatisticValues");
  if (datum.values && datum.statistic_values) throw exclusive(name, "Values", "StatisticValues");
  if (!datum.value && !datum.values && !datum.statistic_values) {
    throw InvalidParameterCombinationException("At least one of the parameters must be specified.");
  }
  if (datum.counts && !datum.values) {
    throw MissingRequiredParameterException("The parameter " + name + ".Values is required.");
  }
  if (datum.value) check_number(*datum.value, name + ".Value");
  if (datum.values) {
    if (datum.values->size() > kValuesMax) {
      throw InvalidParameterValueException("The collection " + name + ".Values must not have a size greater than 150.");
    }
    if (datum.counts && datum.counts->size() != datum.values->size()) {
      throw InvalidParameterValueException(
          fmt::format("The parameters {0}.Values and {0}.Counts must be of the same size.", name));
    }
    for (size_t i = 0; i < datum.values->size(); ++i) {
      check_number(datum.values->at(i), fmt::format("{}.Values.member.{}", name, i + 1));
      if (!datum.counts) continue;
      const double count = datum.counts->at(i);
      check_number(count, fmt::format("{}.Counts.member.{}", name, i + 1));
      if (count < 0) check_number(std::nan(""), fmt::format("{}.Counts.member.{}", name, i + 1));
    }
  }
  if (!datum.statistic_values) return;
  const StatisticSet& set = *datum.statistic_values;
  check_number(set.sample_count, name + ".StatisticValues.SampleCount");
  check_number(set.sum, name + ".StatisticValues.Sum");
  check_number(set.minimum, name + ".StatisticValues.Minimum");
  check_number(set.maximum, name + ".StatisticValues.Maximum");
  if (set.minimum > set.maximum) {
    throw InvalidParameterValueException(fmt::format(
        "The parameter {0}.StatisticValues.Maximum must be greater than or equal to {0}.StatisticValues.Minimum.",
        name));
  }
  if (set.sample_count < 0) {
    throw InvalidParameterValueException(
        fmt::format("The parameter {}.StatisticValues.SampleCount must be greater than or equal to 0.", name));
  }
}

void check_datum(const MetricDatum& datum, const std::string& name, Timestamp now) {
  check_values(datum, name);
  if (datum.storage_resolution && *datum.storage_resolution != 1 && *datum.storage_resolution != 60) {
    throw InvalidParameterValueException("The parameter " + name + ".StorageResolution must be either 1 or 60.");
  }
  const Timestamp time = datum.timestamp.value_or(now);
  if (time > now + std::chrono::hours(2)) {
    throw InvalidParameterValueException("The parameter " + name +
                                         ".Timestamp must specify a time no more than two hours in the future.");
  }
  if (time < now - std::chrono::hours(24 * 14)) {
    throw InvalidParameterValueException("The parameter " + name +
                                         ".Timestamp must specify a time within the past two weeks.");
  }
}

Statistics statistics_of(const MetricDatum& datum) {
  Statistics statistics;
  if (datum.value) statistics.add(*datum.value);
  if (datum.values) {
    for (size_t i = 0; i < datum.values->size(); ++i) {
      statistics.add(datum.values->at(i), datum.counts ? datum.counts->at(i) : 1);
    }
  }
  if (datum.statistic_values) {
    const StatisticSet& set = *datum.statistic_values;
    statistics.add_summary(set.sample_count, set.sum, set.minimum, set.maximum);
  }
  return statistics;
}

}  // namespace

Series series_of(const aws::Request& request, const std::string& space, const std::string& name,
                 const std::optional<std::vector<Dimension>>& dimensions) {
  Series series{request.account, request.region, space, name, {}};
  for (const Dimension& dimension : dimensions.value_or(std::vector<Dimension>{})) {
    series.dimensions.emplace_back(dimension.name, dimension.value);
  }
  std::sort(series.dimensions.begin(), series.dimensions.end());
  return series;
}

PutMetricDataOutput CloudWatch::put_metric_data(const aws::Request& request, const PutMetricDataInput& input) {
  if (input.namespace_.starts_with("AWS/")) {
    throw InvalidParameterValueException("The value " + input.namespace_ + " for parameter Namespace is invalid.");
  }
  if (input.entity_metric_data) {
    throw InvalidParameterCombinationException("The parameter EntityMetricData is not supported.");
  }
  if (!input.metric_data || input.metric_data->empty()) {
    throw MissingRequiredParameterException("The parameter MetricData is required.");
  }
  if (input.metric_data->size() > kDataMax) {
    throw InvalidParameterValueException("The collection MetricData must not have a size greater than 1000.");
  }
  const Timestamp now = clock_.now();
  MetricStore::Batch batch;
  for (size_t i = 0; i < input.metric_data->size(); ++i) {
    const MetricDatum& datum = input.metric_data->at(i);
    check_datum(datum, fmt::format("MetricData.member.{}", i + 1), now);
    const Statistics statistics = statistics_of(datum);
    if (statistics.count == 0) continue;
    const int64_t time = epoch_ms(datum.timestamp.value_or(now)) / 1000;
    const std::string unit = datum.unit.value_or("None");
    SeriesPoints& points = batch[series_of(request, input.namespace_, datum.metric_name, datum.dimensions)];
    points[kMinute.seconds][{align(time, kMinute.seconds), unit}].merge(statistics);
    if (datum.storage_resolution == 1) points[kSecond.seconds][{time, unit}].merge(statistics);
  }
  store_.write(batch);
  return {};
}

void CloudWatch::record(const Measurement& measurement) {
  if (!std::isfinite(measurement.value)) return;
  try {
    recorder_.record(measurement, epoch_ms(clock_.now()) / 1000);
  } catch (const std::exception& error) {
    logging::warning("cloudwatch: a measurement was lost: {}", error.what());
  }
}

void CloudWatch::collect() {
  for (const Recorder::Drained& drained : recorder_.drain())
    store_.add(drained.series, drained.key, drained.statistics);
}

Points CloudWatch::points(const Series& series, bool seconds, int64_t begin, int64_t end) {
  collect();
  Points points = store_.read(series, seconds, begin, end);
  if (seconds) recorder_.read_seconds(series, begin, end, epoch_ms(clock_.now()) / 1000, points);
  return points;
}

void CloudWatch::flush() {
  collect();
  store_.flush();
}

void CloudWatch::start() {
  const auto loop = [](const char* what, Duration interval, auto act) {
    return [what, interval, act](std::stop_token stop) {
      while (pause(Deadline::in(interval), stop)) {
        try {
          act(stop);
        } catch (const std::exception& error) {
          logging::warning("cloudwatch: {} failed, trying again: {}", what, error.what());
        }
      }
    };
  };
  flusher_ = Background("cloudwatch-flush", loop("flushing", kFlushInterval, [this](std::stop_token) { flush(); }));
  sweeper_ = Background("cloudwatch-sweep",
                        loop("sweeping", kSweepInterval, [this](std::stop_token stop) { store_.sweep(stop); }));
}

void CloudWatch::stop() {
  sweeper_.stop();
  flusher_.stop();
  sweeper_.join();
  flusher_.join();
  try {
    flush();
  } catch (const std::exception& error) {
    logging::error("cloudwatch: the last measurements were lost: {}", error.what());
  }
}

aws::Accesses CloudWatch::access(const aws::Request&, const PutMetricDataInput& input) {
  aws::Access access{"cloudwatch:PutMetricData", "*"};
  access.conditions["cloudwatch:namespace"] = {input.namespace_};
  return {std::move(access)};
}

}  // namespace standpipe::cloudwatch
