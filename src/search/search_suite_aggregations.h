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

TEST_P(SearchSuite, OrdersTermsByWhatIsDeeper) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  EXPECT_EQ(aggregate("i", R"({"t":{"terms":{"field":"tag","size":1,"order":{"f>p":"desc"}},
              "aggs":{"f":{"filter":{"range":{"n":{"lt":5}}},"aggs":{"p":{"max":{"field":"price"}}}}}}})"),
            one_line(R"({"t":{"doc_count_error_upper_bound":0,"sum_other_doc_count":4,"buckets":[{"key":"green",
              "doc_count":1,"f":{"doc_count":1,"p":{"value":3.5}}}]}})"));
}

}  // namespace standpipe::search
