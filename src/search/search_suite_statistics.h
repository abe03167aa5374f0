// The contract of SearchEngine, continued: what values say of each other.
#pragma once

#include "search/search_suite.h"

namespace standpipe::search {

TEST_P(SearchSuite, FindsSignificantTerms) {
  create("i", R"({"properties":{"k":{"type":"keyword"},"g":{"type":"keyword"}}})");
  std::vector<std::string> sources;
  for (int i = 0; i < 100; ++i) {
    const bool bad = i % 10 == 0;
    sources.push_back(R"({"g":")" + std::string(bad ? "bad" : "good") + R"(","k":["all",")" +
                      (bad || i % 50 == 1 ? "cause" : "other") + R"("]})");
  }
  write("i", sources);
  const auto found = [&](const std::string& more) {
    const std::string query = R"({"size":0,"query":{"term":{"g":"bad"}},"aggs":{"s":{"significant_terms":{"field":"k")";
    return json::print(search("i", query + more + "}}}}").aggregations);
  };
  everywhere([&] {
    // 10 of 10 here, 12 of 100 there: (1 - 0.12) × (1 / 0.12).
    EXPECT_EQ(found(""), one_line(R"({"s":{"doc_count":10,"bg_count":100,"buckets":[
        {"key":"cause","doc_count":10,"score":7.333333333333334,"bg_count":12}]}})"));
    EXPECT_EQ(found(R"(,"percentage":{},"size":1)"), one_line(R"({"s":{"doc_count":10,"bg_count":100,"buckets":[
        {"key":"cause","doc_count":10,"score":0.8333333333333334,"bg_count":12}]}})"));
    EXPECT_EQ(found(R"(,"background_filter":{"term":{"k":"cause"}})"),
              R"({"s":{"doc_count":10,"bg_count":12,"buckets":[]}})");
    EXPECT_EQ(found(R"(,"min_doc_count":11)"), R"({"s":{"doc_count":10,"bg_count":100,"buckets":[]}})");
  });
}

TEST_P(SearchSuite, RelatesFields) {
  create("i", R"({"properties":{"x":{"type":"long"},"y":{"type":"double"}}})");
  write("i", {R"({"x":1,"y":2})", R"({"x":2,"y":1})", R"({"x":3,"y":5})", R"({"x":6,"y":8})", R"({"x":9})"});
  everywhere([&] {
    const json::Value found =
        search("i", R"({"size":0,"aggs":{"m":{"matrix_stats":{"fields":["x","y"]}}}})").aggregations;
    const json::Value& x = found.find("m")->find("fields")->array().at(0);
    EXPECT_EQ(json::print(*found.find("m")->find("doc_count")), "4");
    const auto member = [&](const char* name) { return x.find(name)->number(); };
    EXPECT_DOUBLE_EQ(member("mean"), 3);
    EXPECT_DOUBLE_EQ(member("variance"), 14.0 / 3);
    EXPECT_NEAR(member("skewness"), 0.6872431934890912, 1e-12);
    EXPECT_NEAR(member("kurtosis"), 2, 1e-12);
    EXPECT_NEAR(x.find("covariance")->find("y")->number(), 19.0 / 3, 1e-12);
    EXPECT_NEAR(x.find("correlation")->find("y")->number(), 0.9271050693011066, 1e-12);
    EXPECT_NEAR(x.find("correlation")->find("x")->number(), 1, 1e-12);
  });
}

}  // namespace standpipe::search
