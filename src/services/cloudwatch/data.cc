// GetMetricData: several queries at once, statistics of metrics or expressions over other queries, in pages.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "services/cloudwatch/cloudwatch.h"

namespace standpipe::cloudwatch {
namespace {

constexpr size_t kQueriesMax = 500;
constexpr size_t kDatapointsMax = 100'800;
constexpr size_t kNestingMax = 16;
constexpr size_t kRememberedMax = 2'000'000;

bool valid_id(const std::string& id) {
  const auto rest = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return id[0] >= 'a' && id[0] <= 'z' && std::all_of(id.begin(), id.end(), rest);
}

void check_query(const MetricDataQuery& query, const std::string& name, const std::string& account) {
  if (query.id.empty() || !valid_id(query.id)) {
    throw ValidationError(
        fmt::format("The value {} for parameter {}.Id is not matching the expected pattern "
                    "^[a-z][a-zA-Z0-9_]*$.",
                    query.id, name));
  }
  if (query.expression && query.metric_stat) {
    throw ValidationError(
        fmt::format("The parameters {0}.Expression and {0}.MetricStat are mutually exclusive and you "
                    "have specified both.",
                    name));
  }
  if (!query.expression && !query.metric_stat) {
    throw ValidationError(
        fmt::format("At least one of the parameters {0}.Expression and {0}.MetricStat must be specified.", name));
  }
  if (query.account_id && *query.account_id != account) {
    throw ValidationError("The parameter " + name + ".AccountId names another account, which is not supported.");
  }
  if (query.label && query.label->find("${") != std::string::npos) {
    throw ValidationError("The parameter " + name + ".Label is a dynamic label, which is not supported.");
  }
  if (!query.metric_stat) return;
  const MetricStat& stat = *query.metric_stat;
  if (!stat.metric.namespace_ || !stat.metric.metric_name) {
    throw ValidationError(fmt::format("The parameter {}.MetricStat.Metric.{} is required.", name,
                                      stat.metric.namespace_ ? "MetricName" : "Namespace"));
  }
  if (!is_simple_statistic(stat.stat) && !percentile_of(stat.stat)) {
    throw ValidationError(
        fmt::format("The value {} for parameter {}.MetricStat.Stat is not supported.", stat.stat, name));
  }
  if (!valid_period(stat.period)) {
    throw ValidationError(
        fmt::format("The value {} for parameter {}.MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60.",
                    stat.period, name));
  }
}

void check(const GetMetricDataInput& input, const std::string& account) {
  if (input.start_time >= input.end_time) {
    throw ValidationError("The parameter StartTime must be less than the parameter EndTime.");
  }
  if (input.metric_data_queries.empty() || input.metric_data_queries.size() > kQueriesMax) {
    throw ValidationError("The collection MetricDataQueries must have a size between 1 and 500.");
  }
  std::set<std::string> ids;
  for (size_t i = 0; i < input.metric_data_queries.size(); ++i) {
    check_query(input.metric_data_queries[i], fmt::format("MetricDataQueries.member.{}", i + 1), account);
    if (!ids.insert(input.metric_data_queries[i].id).second) {
      throw ValidationError("The values for parameter id in MetricDataQueries are not unique");
    }
  }
}

// Where a page begins: how many queries are done, and how many points of the next one.
struct Mark {
  size_t query = 0, point = 0;
};

Mark read_mark(const std::optional<std::string>& token) {
  if (!token) return {};
  const std::vector<std::string> parts = split(base64_decode(*token).value_or(""), ':');
  const auto query = parse_int(parts[0]);
  const auto point = parts.size() == 2 ? parse_int(parts[1]) : std::nullopt;
  if (!query || !point || *query < 0 || *point < 0) throw InvalidNextToken("The specified NextToken is invalid.");
  return {static_cast<size_t>(*query), static_cast<size_t>(*point)};
}

// The queries' results: read, or computed from each other.
class Curves {
 public:
  Curves(const std::vector<MetricDataQuery>& queries, std::function<Curve(const MetricStat&)> read)
      : queries_(queries), read_(std::move(read)) {}

  // Throws ValidationError for an expression that cannot be computed.
  Curve of(const MetricDataQuery& query) {
    try {
      return compute(query, 0);
    } catch (const InvalidExpression& invalid) {
      throw ValidationError("Error in expression '" + query.id + "': " + invalid.what() + ".");
    }
  }

 private:
  Curve compute(const MetricDataQuery& query, size_t depth) {
    if (query.metric_stat) return read_(*query.metric_stat);
    if (depth > kNestingMax) throw InvalidExpression("expressions refer to each other too deeply");
    ExpressionValue value =
        evaluate(*query.expression, [&](const std::string& id) { return remembered(id, depth + 1); });
    if (!std::holds_alternative<Curve>(value)) throw InvalidExpression("it has no points in time");
    return std::get<Curve>(std::move(value));
  }

  // What expressions refer to, perhaps several times.
  Curve remembered(const std::string& id, size_t depth) {
    if (const auto known = remembered_.find(id); known != remembered_.end()) return known->second;
    const auto query =
        std::find_if(queries_.begin(), queries_.end(), [&](const MetricDataQuery& one) { return one.id == id; });
    if (query == queries_.end()) throw InvalidExpression("there is no query with the id " + id);
    Curve result = compute(*query, depth);
    remembered_points_ += result.size();
    if (remembered_points_ > kRememberedMax) throw InvalidExpression("it needs too many datapoints");
    return remembered_[id] = std::move(result);
  }

  const std::vector<MetricDataQuery>& queries_;
  std::function<Curve(const MetricStat&)> read_;
  std::map<std::string, Curve> remembered_;
  size_t remembered_points_ = 0;
};

}  // namespace

Curve CloudWatch::curve(const aws::Request& request, const GetMetricDataInput& input, const MetricStat& stat) {
  const bool seconds = stat.period < 60;
  const int64_t begin = align(epoch_ms(input.start_time) / 1000, stat.period);
  const int64_t end = (epoch_ms(input.end_time) + 999) / 1000;
  const Series series = series_of(request, *stat.metric.namespace_, *stat.metric.metric_name, stat.metric.dimensions);
  std::map<int64_t, Statistics> periods;
  for (const auto& [key, statistics] : points(series, seconds, begin, end)) {
    if (stat.unit && key.unit != *stat.unit) continue;
    periods[align(key.time, stat.period)].merge(statistics);
  }
  Curve curve;
  for (const auto& [time, statistics] : periods) {
    if (const auto value = statistics.value(stat.stat)) curve[time] = *value;
  }
  return curve;
}

GetMetricDataOutput CloudWatch::get_metric_data(const aws::Request& request, const GetMetricDataInput& input) {
  check(input, request.account);
  const std::vector<MetricDataQuery>& queries = input.metric_data_queries;
  Curves curves(queries, [&](const MetricStat& stat) { return curve(request, input, stat); });
  size_t room =
      static_cast<size_t>(std::clamp<int64_t>(input.max_datapoints.value_or(kDatapointsMax), 1, kDatapointsMax));
  const bool ascending = input.scan_by == "TimestampAscending";
  const Mark mark = read_mark(input.next_token);
  GetMetricDataOutput output{.metric_data_results = {{}}, .messages = {{}}};
  for (size_t i = mark.query; i < queries.size(); ++i) {
    const MetricDataQuery& query = queries[i];
    if (!query.return_data.value_or(true)) continue;
    MetricDataResult result{.id = query.id, .timestamps = {{}}, .values = {{}}, .status_code = "Complete"};
    result.label = query.label ? *query.label : query.metric_stat ? *query.metric_stat->metric.metric_name : query.id;
    const Curve points = curves.of(query);
    std::vector<std::pair<int64_t, double>> ordered(points.begin(), points.end());
    if (!ascending) std::reverse(ordered.begin(), ordered.end());
    size_t at = i == mark.query ? std::min(mark.point, ordered.size()) : 0;
    for (; at < ordered.size() && room > 0; ++at, --room) {
      result.timestamps->push_back(from_epoch_ms(ordered[at].first * 1000));
      result.values->push_back(ordered[at].second);
    }
    const bool partial = at < ordered.size();
    if (partial) result.status_code = "PartialData";
    output.metric_data_results->push_back(std::move(result));
    if (!partial) continue;
    output.next_token = base64_encode(fmt::format("{}:{}", i, at));
    return output;
  }
  return output;
}

}  // namespace standpipe::cloudwatch
