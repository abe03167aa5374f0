// The contract of SearchEngine, continued: aggregations beyond the basic ones.
#pragma once

#include "search/search_suite.h"

namespace standpipe::search {

TEST_P(SearchSuite, ChoosesTermsByPattern) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  const auto keys = [&](const std::string& options) {
    const SearchResponse found = search("i", R"({"size":0,"aggs":{"t":{"terms":{"field":"tag",)" + options + "}}}}");
    std::string out;
    for (const json::Value& bucket : found.aggregations.find("t")->find("buckets")->array())
      out += bucket.text("key") + " ";
    return out;
  };
  everywhere([&] {
    EXPECT_EQ(keys(R"("include":"[Bb]l.*")"), "Blue blue ");
    EXPECT_EQ(keys(R"("include":".*e.*","exclude":"red|gr@")"), "Blue blue ");
    EXPECT_EQ(keys(R"("include":["red","green"],"exclude":["red"])"), "green ");
    std::string all;
    for (int i = 0; i < 3; ++i)
      all += keys(R"("include":{"partition":)" + std::to_string(i) + R"(,"num_partitions":3})");
    EXPECT_EQ(all.size(), std::string("Blue blue green red ").size());
    EXPECT_EQ(error_of([&] { keys(R"("include":"~a")"); }),
              "illegal_argument_exception: failed to parse regexp [~a]: complement [~] is not supported");
  });
}

TEST_P(SearchSuite, ComputesPercentiles) {
  create("i");
  std::vector<std::string> documents;
  for (int i = 1; i <= 20; ++i) documents.push_back(R"({"n":)" + std::to_string(i) + "}");
  write("i", documents);
  everywhere([&] {
    EXPECT_EQ(aggregate("i", R"({"p":{"percentiles":{"field":"n","percents":[0,50,100]}}})"),
              R"({"p":{"values":{"0.0":1.0,"50.0":11.0,"100.0":20.0}}})");
    EXPECT_EQ(aggregate("i", R"({"p":{"percentiles":{"field":"n","percents":[25],"keyed":false}}})"),
              R"({"p":{"values":[{"key":25.0,"value":6.0}]}})");
    EXPECT_EQ(aggregate("i", R"({"p":{"percentile_ranks":{"field":"n","values":[0,20]}}})"),
              R"({"p":{"values":{"0.0":0.0,"20.0":100.0}}})");
    EXPECT_EQ(aggregate("i", R"({"p":{"percentiles":{"field":"none","percents":[50]}}})"),
              R"({"p":{"values":{"50.0":null}}})");
  });
}

TEST_P(SearchSuite, ShowsTheBestOfEachBucket) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(aggregate("i", R"({"t":{"terms":{"field":"tag","size":1},"aggs":{"h":{"top_hits":{"size":1,
                "sort":[{"n":"desc"}],"_source":["n"],"docvalue_fields":["tag"]}}}}})")
                  .find(R"("h":{"hits":{"total":{"value":2,"relation":"eq"},"max_score":null,"hits":[)"),
              100U);
    const SearchResponse found = search(
        "i", R"({"size":0,"query":{"match":{"title":"fox"}},"aggs":{"h":{"top_hits":{"size":1,"_source":"n"}}}})");
    const json::Value& hits = *found.aggregations.find("h")->find("hits");
    EXPECT_EQ(json::print(*hits.find("hits")->array().at(0).find("_source")), R"({"n":5})");
    EXPECT_EQ(*hits.find("max_score"), *hits.find("hits")->array().at(0).find("_score"));
    EXPECT_EQ(error_of([&] { aggregate("i", R"({"h":{"top_hits":{"size":101}}})"); }).substr(0, 63),
              "illegal_argument_exception: Top hits result window is too large");
  });
}

TEST_P(SearchSuite, AggregatesRarerThings) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(aggregate("i", R"({"a":{"auto_date_histogram":{"field":"at","buckets":3}}})"),
              one_line(R"({"a":{"buckets":[{"key_as_string":"2026-01-01T00:00:00.000Z","key":1767225600000,
              "doc_count":3},{"key_as_string":"2026-02-01T00:00:00.000Z","key":1769904000000,"doc_count":2}],
              "interval":"1M"}})"));
    EXPECT_EQ(
        aggregate("i", R"({"r":{"ip_range":{"field":"ip","ranges":[{"mask":"10.0.0.0/8"},{"from":"11.0.0.0"}]}}})"),
        one_line(R"({"r":{"buckets":[{"key":"10.0.0.0/8","from":"10.0.0.0","to":"11.0.0.0","doc_count":2},
              {"key":"11.0.0.0-*","from":"11.0.0.0","doc_count":1}]}})"));
    EXPECT_EQ(aggregate("i", R"({"w":{"weighted_avg":{"value":{"field":"price"},"weight":{"field":"n"}}},
              "m":{"median_absolute_deviation":{"field":"n"}},"e":{"percentiles_bucket":{"buckets_path":"t>_count",
              "percents":[100]}},"t":{"terms":{"field":"tag"}}})")
                  .substr(0, 61),
              R"({"w":{"value":33.4},"m":{"value":1.0},"t":{"doc_count_error_u)");
    EXPECT_EQ(aggregate("i", R"({"m":{"top_metrics":{"metrics":[{"field":"price"}],"sort":{"n":"desc"}}}})"),
              R"({"m":{"top":[{"sort":[5],"metrics":{"price":100.0}}]}})");
    EXPECT_EQ(aggregate("i", R"({"s":{"sampler":{"shard_size":2},"aggs":{"c":{"value_count":{"field":"n"}}}}})"),
              R"({"s":{"doc_count":2,"c":{"value":2}}})");
    EXPECT_EQ(error_of([&] { aggregate("i", R"({"t":{"terms":{"field":"tag"},"aggs":{"c":{"composite":{"sources":[
              {"a":{"terms":{"field":"n"}}}]}}}}})"); }),
              "illegal_argument_exception: [composite] aggregation cannot be used with a parentAggregation");
  });
}

TEST_P(SearchSuite, ComputesFromAnswers) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(aggregate("i", R"x({"h":{"histogram":{"field":"n","interval":2},"aggs":{"p":{"sum":{"field":"n"}},
              "m":{"moving_fn":{"buckets_path":"p","window":2,"script":"MovingFunctions.unweightedAvg(values)"}},
              "d":{"derivative":{"buckets_path":"p"}},
              "s":{"bucket_sort":{"sort":[{"p":"desc"}],"size":2}}}},
              "best":{"max_bucket":{"buckets_path":"h>p"}}})x"),
              one_line(R"({"h":{"buckets":[{"key":4.0,"doc_count":2,"p":{"value":9.0},"m":{"value":3.0},
              "d":{"value":4.0}},{"key":2.0,"doc_count":2,"p":{"value":5.0},"m":{"value":1.0},"d":{"value":4.0}}]},
              "best":{"value":9.0,"keys":["4.0"]}})"));
    EXPECT_EQ(aggregate("i", R"({"t":{"terms":{"field":"tag"},"aggs":{"only":{"bucket_selector":{"buckets_path":
              {"c":"_count"},"script":"params.c > 1"}}}}})"),
              one_line(R"({"t":{"doc_count_error_upper_bound":0,"sum_other_doc_count":0,"buckets":[{"key":"red",
              "doc_count":2}]}})"));
    EXPECT_EQ(error_of([&] { aggregate("i", R"x({"t":{"terms":{"field":"tag"},"aggs":{"b":{"bucket_script":{
              "buckets_path":{"c":"_count"},"script":"Math.abs(params.c)"}}}}})x"); }).substr(0, 71),
              "illegal_argument_exception: script [Math.abs(params.c)] is not supporte");
    EXPECT_EQ(error_of([&] { aggregate("i", R"({"a":{"avg_bucket":{"buckets_path":"none>x"}}})"); }).substr(0, 46),
              "illegal_argument_exception: Validation Failed:");
  });
}

TEST_P(SearchSuite, OrdersTermsByWhatIsDeeper) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  EXPECT_EQ(aggregate("i", R"({"t":{"terms":{"field":"tag","size":1,"order":{"f>p":"desc"}},
              "aggs":{"f":{"filter":{"range":{"n":{"lt":5}}},"aggs":{"p":{"max":{"field":"price"}}}}}}})"),
            one_line(R"({"t":{"doc_count_error_upper_bound":0,"sum_other_doc_count":4,"buckets":[{"key":"green",
              "doc_count":1,"f":{"doc_count":1,"p":{"value":3.5}}}]}})"));
}

}  // namespace standpipe::search
