#include "services/cloudwatch/cloudwatch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "metadata/sqlite.h"

namespace standpipe::cloudwatch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CloudWatchTest : public testing::Test {
 protected:
  CloudWatchTest() {
    char path[] = "/tmp/cloudwatch_test_XXXXXX";
    folder_ = mkdtemp(path);
    metadata_ = open_sqlite_metadata(folder_ / "metadata.db");
    cloudwatch_.emplace(*metadata_, clock_);
    request_.account = "000000000000";
    request_.region = "eu-west-1";
    minute_ = from_epoch_ms(align(epoch_ms(clock_.now()), 60'000));
  }
  ~CloudWatchTest() override {
    cloudwatch_.reset();
    metadata_.reset();
    std::filesystem::remove_all(folder_);
  }

  void put(MetricDatum datum) {
    if (datum.metric_name.empty()) datum.metric_name = "m";
    cloudwatch_->put_metric_data(request_, {.namespace_ = "app", .metric_data = std::vector{datum}});
  }
  // Datapoints of the hour before and after now.
  std::vector<Datapoint> points(const std::string& statistic, int32_t period = 60, const std::string& space = "app") {
    GetMetricStatisticsInput input{.namespace_ = space,
                                   .metric_name = "m",
                                   .start_time = minute_ - std::chrono::hours(1),
                                   .end_time = minute_ + std::chrono::hours(1),
                                   .period = period};
    if (percentile_of(statistic)) input.extended_statistics = {statistic};
    else input.statistics = {statistic};
    return *cloudwatch_->get_metric_statistics(request_, input).datapoints;
  }
  void measure(double value, const std::string& stream = "orders") {
    cloudwatch_->record({.account = "000000000000",
                         .region = "eu-west-1",
                         .space = "AWS/Kinesis",
                         .name = "m",
                         .unit = "Count",
                         .value = value,
                         .dimensions = {{"StreamName", stream}}});
  }
  double measured(const std::string& stream = "orders") {
    GetMetricStatisticsInput input{.namespace_ = "AWS/Kinesis",
                                   .metric_name = "m",
                                   .dimensions = std::vector<Dimension>{{"StreamName", stream}},
                                   .start_time = minute_ - std::chrono::hours(1),
                                   .end_time = minute_ + std::chrono::hours(1),
                                   .period = 7200,
                                   .statistics = std::vector<std::string>{"Sum"}};
    const auto output = cloudwatch_->get_metric_statistics(request_, input);
    return output.datapoints->empty() ? 0 : *output.datapoints->front().sum;
  }
  template <class Act>
  static std::string code_of(Act act, const std::string& part = "") {
    try {
      act();
    } catch (const aws::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(part));
      return error.code;
    }
    return "none";
  }
  GetMetricDataOutput data(std::vector<MetricDataQuery> queries, std::optional<int32_t> max = {},
                           std::optional<std::string> token = {}) {
    return cloudwatch_->get_metric_data(request_, {.metric_data_queries = std::move(queries),
                                                   .start_time = minute_ - std::chrono::hours(1),
                                                   .end_time = minute_ + std::chrono::hours(1),
                                                   .next_token = token,
                                                   .scan_by = "TimestampAscending",
                                                   .max_datapoints = max});
  }
  static MetricDataQuery query(const std::string& id, const std::string& stat = "Sum", const std::string& name = "m") {
    MetricDataQuery result{.id = id};
    result.metric_stat = MetricStat{.metric = {.namespace_ = "app", .metric_name = name}, .period = 60, .stat = stat};
    return result;
  }

  std::filesystem::path folder_;
  FakeClock clock_;
  std::unique_ptr<Metadata> metadata_;
  std::optional<CloudWatch> cloudwatch_;
  aws::Request request_;
  Timestamp minute_;
};

TEST_F(CloudWatchTest, AggregatesPerMinute) {
  put({.timestamp = minute_, .value = 1.5});
  put({.timestamp = minute_ + std::chrono::seconds(59), .value = 2.5});
  put({.timestamp = minute_ + std::chrono::seconds(60), .value = 10});
  auto sums = points("Sum");
  ASSERT_EQ(sums.size(), 2u);
  EXPECT_EQ(sums[0].timestamp, minute_);
  EXPECT_EQ(sums[0].sum, 4);
  EXPECT_EQ(sums[0].unit, "None");
  EXPECT_FALSE(sums[0].average);
  EXPECT_EQ(points("Average")[0].average, 2);
  EXPECT_EQ(points("Minimum", 7200)[0].minimum, 1.5);
  EXPECT_EQ(points("Maximum", 7200)[0].maximum, 10);
  EXPECT_EQ(points("SampleCount", 7200)[0].sample_count, 3);
}

TEST_F(CloudWatchTest, ValuesCountsAndSummaries) {
  put({.values = std::vector<double>{1, 2, 3}, .counts = std::vector<double>{98, 1, 1}});
  EXPECT_EQ(points("Sum")[0].sum, 103);
  EXPECT_EQ(points("p50")[0].extended_statistics->at("p50"), 1);
  EXPECT_EQ(points("p99")[0].extended_statistics->at("p99"), 2);
  EXPECT_EQ(points("p100")[0].extended_statistics->at("p100"), 3);
  put({.statistic_values = StatisticSet{.sample_count = 10, .sum = 50, .minimum = 0, .maximum = 20}});
  EXPECT_EQ(points("Sum")[0].sum, 153);
  EXPECT_EQ(points("Maximum")[0].maximum, 20);
  EXPECT_THAT(points("p50"), IsEmpty()) << "a summary hides the values";
}

TEST(StatisticsTest, ManyValuesKeepPercentilesNear) {
  Statistics statistics;
  for (int i = 1; i <= 10'000; ++i) statistics.add(i);
  EXPECT_LE(statistics.values.size(), 64u);
  EXPECT_NEAR(*statistics.value("p50"), 5000, 1000);
  EXPECT_NEAR(*statistics.value("p99"), 9900, 1500);
  EXPECT_EQ(*statistics.value("p100"), 10'000);
}

TEST_F(CloudWatchTest, RefusesBadData) {
  const auto refused = [&](MetricDatum datum, const std::string& part) { return code_of([&] { put(datum); }, part); };
  EXPECT_EQ(refused({.value = 1, .values = std::vector<double>{1}},
                    "The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive"),
            "InvalidParameterCombination");
  EXPECT_EQ(
      refused({.values = std::vector<double>{1}, .counts = std::vector<double>{1, 2}}, "must be of the same size."),
      "InvalidParameterValue");
  EXPECT_EQ(refused({}, "At least one of the parameters must be specified."), "InvalidParameterCombination");
  EXPECT_EQ(refused({.value = std::nan("")}, "The value NaN for parameter MetricData.member.1.Value is invalid."),
            "InvalidParameterValue");
  EXPECT_EQ(refused({.timestamp = clock_.now() + std::chrono::hours(3), .value = 1}, "two hours in the future"),
            "InvalidParameterValue");
  EXPECT_EQ(refused({.timestamp = clock_.now() - std::chrono::hours(24 * 15), .value = 1}, "two weeks"),
            "InvalidParameterValue");
  EXPECT_EQ(refused({.value = 1, .storage_resolution = 5}, "StorageResolution"), "InvalidParameterValue");
  EXPECT_EQ(code_of([&] { cloudwatch_->put_metric_data(request_, {.namespace_ = "AWS/Kinesis"}); }, "AWS/Kinesis"),
            "InvalidParameterValue");
  EXPECT_TRUE(metadata_->scan("").empty());
}

TEST_F(CloudWatchTest, LimitsStatistics) {
  GetMetricStatisticsInput input{.namespace_ = "app",
                                 .metric_name = "m",
                                 .start_time = minute_ - std::chrono::hours(24),
                                 .end_time = minute_,
                                 .period = 1,
                                 .statistics = std::vector<std::string>{"Sum"}};
  EXPECT_EQ(code_of([&] { cloudwatch_->get_metric_statistics(request_, input); },
                    "You have requested up to 86400 datapoints, which exceeds the limit of 1440."),
            "InvalidParameterCombination");
  input.period = 90;
  EXPECT_EQ(code_of([&] { cloudwatch_->get_metric_statistics(request_, input); }, "Period"), "InvalidParameterValue");
  input.period = 60;
  input.end_time = input.start_time;
  EXPECT_EQ(code_of([&] { cloudwatch_->get_metric_statistics(request_, input); },
                    "The parameter StartTime must be less than the parameter EndTime."),
            "InvalidParameterValue");
}

TEST_F(CloudWatchTest, SecondsOnlyIfAsked) {
  put({.timestamp = minute_ + std::chrono::seconds(1), .value = 1, .storage_resolution = 1});
  put({.timestamp = minute_ + std::chrono::seconds(7), .value = 2, .storage_resolution = 1});
  put({.timestamp = minute_ + std::chrono::seconds(8), .value = 4});
  GetMetricStatisticsInput input{.namespace_ = "app",
                                 .metric_name = "m",
                                 .start_time = minute_,
                                 .end_time = minute_ + std::chrono::seconds(60),
                                 .period = 5,
                                 .statistics = std::vector<std::string>{"Sum"}};
  const auto fives = *cloudwatch_->get_metric_statistics(request_, input).datapoints;
  ASSERT_EQ(fives.size(), 2u);
  EXPECT_EQ(fives[0].sum, 1);
  EXPECT_EQ(fives[1].timestamp, minute_ + std::chrono::seconds(5));
  EXPECT_EQ(points("Sum")[0].sum, 7);
}

TEST_F(CloudWatchTest, MeasurementsCountBeforeAndAfterTheFlushAndARestart) {
  measure(1);
  measure(2);
  measure(10, "other");
  EXPECT_EQ(measured(), 3);
  cloudwatch_->flush();
  EXPECT_EQ(measured(), 3);
  measure(4);
  EXPECT_EQ(measured(), 7);
  EXPECT_EQ(measured("other"), 10);
  clock_.advance(std::chrono::minutes(2));
  measure(8);
  EXPECT_EQ(measured(), 15);
  EXPECT_THAT(
      cloudwatch_->prometheus(),
      HasSubstr("# TYPE aws_kinesis_m summary\n"
                "aws_kinesis_m_sum{account=\"000000000000\",region=\"eu-west-1\",stream_name=\"orders\"} 15.0\n"
                "aws_kinesis_m_count{account=\"000000000000\",region=\"eu-west-1\",stream_name=\"orders\"} 4\n"));
  cloudwatch_.emplace(*metadata_, clock_);  // the destructor flushes
  EXPECT_EQ(measured(), 15);
}

TEST_F(CloudWatchTest, ListsMetrics) {
  put({.metric_name = "a", .dimensions = std::vector<Dimension>{{"x", "1"}, {"y", "2"}}, .value = 1});
  put({.metric_name = "b", .value = 1});
  const auto listed = [&](ListMetricsInput input) {
    std::vector<std::string> names;
    for (const Metric& metric : *cloudwatch_->list_metrics(request_, input).metrics) {
      names.push_back(*metric.metric_name);
    }
    return names;
  };
  EXPECT_THAT(listed({}), ElementsAre("a", "b"));
  EXPECT_THAT(listed({.namespace_ = "app", .metric_name = "b"}), ElementsAre("b"));
  EXPECT_THAT(listed({.namespace_ = "ap"}), IsEmpty());
  EXPECT_THAT(listed({.dimensions = std::vector<DimensionFilter>{{.name = "y"}}}), ElementsAre("a"));
  EXPECT_THAT(listed({.dimensions = std::vector<DimensionFilter>{{.name = "y", .value = "3"}}}), IsEmpty());
  clock_.advance(std::chrono::hours(4));
  EXPECT_THAT(listed({.recently_active = "PT3H"}), IsEmpty());
  put({.metric_name = "b", .value = 1});
  EXPECT_THAT(listed({.recently_active = "PT3H"}), ElementsAre("b"));
  clock_.advance(std::chrono::hours(24 * 15));
  EXPECT_THAT(listed({}), IsEmpty());
}

TEST_F(CloudWatchTest, PagesThroughManyMetrics) {
  std::vector<MetricDatum> data;
  for (int i = 0; i < 700; ++i) data.push_back({.metric_name = "m" + std::to_string(1000 + i), .value = 1});
  cloudwatch_->put_metric_data(request_, {.namespace_ = "app", .metric_data = data});
  const auto page = cloudwatch_->list_metrics(request_, {});
  EXPECT_EQ(page.metrics->size(), 500u);
  const auto rest = cloudwatch_->list_metrics(request_, {.next_token = page.next_token});
  EXPECT_EQ(rest.metrics->size(), 200u);
  EXPECT_FALSE(rest.next_token);
}

TEST_F(CloudWatchTest, GetsDataOfSeveralQueriesInPages) {
  for (int i = 0; i < 3; ++i) {
    put({.timestamp = minute_ + std::chrono::minutes(i), .value = i + 1.0});
    put({.metric_name = "n", .timestamp = minute_ + std::chrono::minutes(i), .value = 10});
  }
  auto output = data({query("a"), query("b", "Average", "n")}, 4);
  ASSERT_EQ(output.metric_data_results->size(), 2u);
  EXPECT_THAT(*output.metric_data_results->at(0).values, ElementsAre(1, 2, 3));
  EXPECT_THAT(*output.metric_data_results->at(1).values, ElementsAre(10));
  EXPECT_EQ(output.metric_data_results->at(1).status_code, "PartialData");
  output = data({query("a"), query("b", "Average", "n")}, 4, output.next_token);
  ASSERT_EQ(output.metric_data_results->size(), 1u);
  EXPECT_THAT(*output.metric_data_results->at(0).values, ElementsAre(10, 10));
  EXPECT_FALSE(output.next_token);
}

TEST_F(CloudWatchTest, ComputesSimpleExpressionsAndRefusesTheRest) {
  put({.timestamp = minute_, .value = 4});
  put({.metric_name = "n", .timestamp = minute_, .value = 2});
  const auto computed = [&](const std::string& expression) {
    MetricDataQuery hidden = query("a");
    hidden.return_data = false;
    MetricDataQuery other = query("b", "Sum", "n");
    other.return_data = false;
    return *data({hidden, other, {.id = "e", .expression = expression}}).metric_data_results->at(0).values;
  };
  EXPECT_THAT(computed("100 * (a - b) / a"), ElementsAre(50));
  EXPECT_THAT(computed("-a + 2 * 3"), ElementsAre(2));
  EXPECT_THAT(computed("a / (b - b)"), IsEmpty());
  EXPECT_EQ(code_of([&] { computed("FILL(a, 0)"); }, "FILL"), "ValidationError");
  EXPECT_EQ(code_of([&] { computed("e + 1"); }, "too deeply"), "ValidationError");
  EXPECT_EQ(code_of([&] { computed("x"); }, "no query with the id x"), "ValidationError");
  EXPECT_EQ(code_of([&] { computed(std::string(1000, '(')); }, "too deeply"), "ValidationError");
  EXPECT_EQ(code_of([&] { data({query("A")}); }, "Id is not matching"), "ValidationError");
  EXPECT_EQ(code_of([&] { data({query("a"), query("a")}); }, "not unique"), "ValidationError");
  EXPECT_EQ(code_of([&] { data({query("a", "tm99")}); }, "tm99"), "ValidationError");
}

TEST_F(CloudWatchTest, OldPointsBecomeCoarserAndGo) {
  for (int i = 0; i < 10; ++i)
    put({.timestamp = minute_ + std::chrono::minutes(i), .value = 1, .storage_resolution = 1});
  const auto sum = [&](int32_t period) {
    GetMetricStatisticsInput input{.namespace_ = "app",
                                   .metric_name = "m",
                                   .start_time = minute_,
                                   .end_time = minute_ + std::chrono::minutes(20),
                                   .period = period,
                                   .statistics = std::vector<std::string>{"Sum"}};
    std::vector<double> sums;
    for (const Datapoint& point : *cloudwatch_->get_metric_statistics(request_, input).datapoints) {
      sums.push_back(*point.sum);
    }
    return sums;
  };
  EXPECT_EQ(sum(1).size(), 10u);
  clock_.advance(std::chrono::hours(4));
  cloudwatch_->sweep();
  EXPECT_EQ(sum(1).size(), 0u);
  EXPECT_EQ(sum(60).size(), 10u);
  clock_.advance(std::chrono::hours(24 * 16));
  cloudwatch_->sweep();
  EXPECT_LE(sum(60).size(), 3u) << "five minutes each";
  clock_.advance(std::chrono::hours(24 * 500));
  cloudwatch_->sweep();
  EXPECT_TRUE(sum(3600).empty());
  EXPECT_EQ(metadata_->scan("").size(), 1u) << "the place";
}

}  // namespace
}  // namespace standpipe::cloudwatch
