// The contract of SearchEngine, continued: points on the earth.
#pragma once

#include "search/search_suite.h"

namespace standpipe::search {

TEST_P(SearchSuite, AggregatesPoints) {
  create("i", R"({"properties":{"at":{"type":"geo_point"},"n":{"type":"long"}}})");
  write("i", {R"({"n":1,"at":{"lat":52.52,"lon":13.4}})", R"({"n":2,"at":["52.6,13.1","48.86,2.35"]})",
              R"({"n":3,"at":[-0.13,51.5]})", R"({"n":4})"});
  everywhere([&] {
    EXPECT_EQ(aggregate("i", R"({"g":{"geohash_grid":{"field":"at","precision":3},
                  "aggs":{"s":{"sum":{"field":"n"}}}}})"),
              one_line(R"({"g":{"buckets":[{"key":"u33","doc_count":2,"s":{"value":3.0}},
                {"key":"u09","doc_count":1,"s":{"value":2.0}},{"key":"gcp","doc_count":1,"s":{"value":3.0}}]}})"));
    EXPECT_EQ(aggregate("i", R"({"t":{"geotile_grid":{"field":"at","size":2}}})"),
              one_line(R"({"t":{"buckets":[{"key":"7/68/41","doc_count":2},{"key":"7/64/44","doc_count":1}]}})"));
    EXPECT_EQ(aggregate("i", R"({"t":{"geotile_grid":{"field":"at",
                  "bounds":{"top_left":"53,13","bottom_right":"52,14"}}}})"),
              R"({"t":{"buckets":[{"key":"7/68/41","doc_count":2}]}})");
    const json::Value box = search("i", R"({"size":0,"aggs":{"b":{"geo_bounds":{"field":"at"}},
        "c":{"geo_centroid":{"field":"at"}}}})").aggregations;
    const json::Value& bounds = *box.find("b")->find("bounds");
    EXPECT_NEAR(bounds.find("top_left")->find("lat")->number(), 52.6, 1e-6);
    EXPECT_NEAR(bounds.find("top_left")->find("lon")->number(), -0.13, 1e-6);
    EXPECT_NEAR(bounds.find("bottom_right")->find("lat")->number(), 48.86, 1e-6);
    EXPECT_NEAR(bounds.find("bottom_right")->find("lon")->number(), 13.4, 1e-6);
    EXPECT_NEAR(box.find("c")->find("location")->find("lat")->number(), 51.37, 1e-6);
    EXPECT_EQ(json::print(*box.find("c")->find("count")), "4");
    EXPECT_EQ(numbers("i", R"({"sort":[{"_geo_distance":{"at":[2.35,48.8],"unit":"km"}}]})"), "2 3 1 4");
    EXPECT_EQ(numbers("i", R"({"sort":[{"_geo_distance":{"at":"48.8,2.35","order":"desc","mode":"max"}}]})"),
              "4 1 2 3");
    const Hit hit = search("i", R"({"sort":[{"_geo_distance":{"at":"52.52,13.4","unit":"km"}}],"size":2})").hits.at(1);
    EXPECT_NEAR(hit.sort.at(0).number(), 22.1449, 0.001);
    EXPECT_EQ(numbers("i", R"({"sort":[{"_geo_distance":{"at":"52.52,13.4","unit":"km"}}],"search_after":[30]})"),
              "3 4");
  });
  EXPECT_EQ(error_of([&] { aggregate("i", R"({"g":{"geohash_grid":{"field":"n"}}})"); }),
            "illegal_argument_exception: Field [n] of type [long] is not supported for aggregation [geohash_grid]");
  EXPECT_EQ(aggregate("i", R"({"b":{"geo_bounds":{"field":"nosuch"}}})"), R"({"b":{}})");
}

TEST_P(SearchSuite, BoundsPointsAcrossTheDateLine) {
  create("i", R"({"properties":{"at":{"type":"geo_point"}}})");
  write("i", {R"({"at":"10,179"})", R"({"at":"-10,-178"})"});
  const auto left = [&](const std::string& more) {
    const json::Value found =
        search("i", R"({"size":0,"aggs":{"b":{"geo_bounds":{"field":"at")" + more + "}}}}").aggregations;
    return found.find("b")->find("bounds")->find("top_left")->find("lon")->number();
  };
  EXPECT_NEAR(left(""), 179, 1e-6);
  EXPECT_NEAR(left(R"(,"wrap_longitude":false)"), -178, 1e-6);
}

}  // namespace standpipe::search
