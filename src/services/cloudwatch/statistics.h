// What is kept of the values of one metric in one period: count, sum, extremes and, for percentiles, the values
// themselves as long as they are few, in growing buckets when they are many.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace standpipe::cloudwatch {

struct Statistics {
  double count = 0, sum = 0;
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();
  std::map<double, double> values;  // value → how often
  double ratio = 1;                 // by which the buckets of `values` grow; 1: they are the values themselves
  bool distribution = true;         // false: some values are known by their summary only, so percentiles are not

  void add(double value, double times = 1);
  // The summary of `samples` values.
  void add_summary(double samples, double total, double least, double greatest);
  void merge(const Statistics& other);

  // "SampleCount", "Average", "Sum", "Minimum", "Maximum", "p95", "p99.9"; nullopt if it is not known (percentiles).
  std::optional<double> value(std::string_view statistic) const;

 private:
  void add_value(double value, double times);
};

bool is_simple_statistic(std::string_view statistic);
// The number in "p99.9", 0 to 100; nullopt if it is not of that form.
std::optional<double> percentile_of(std::string_view statistic);

}  // namespace standpipe::cloudwatch
