// The contract of SearchEngine, continued: what hits show, and how they are ordered.
#pragma once

#include "search/search_suite.h"

namespace standpipe::search {

inline std::string highlights(const SearchResponse& response) {
  std::string out;
  for (const Hit& hit : response.hits) out += json::print(hit.highlight);
  return out;
}

TEST_P(SearchSuite, MarksWhatItFound) {
  create("i", R"({"properties":{"t":{"type":"text","fields":{"raw":{"type":"keyword"}}},"tag":{"type":"keyword"}}})");
  write("i", {R"({"t":"The quick brown fox. A second sentence, about dogs! Quick foxes & fox","tag":["red","blue"]})"});
  const auto marked = [&](const std::string& query, const std::string& how) {
    return highlights(search("i", R"({"query":)" + query + R"(,"highlight":)" + how + "}"));
  };
  everywhere([&] {
    EXPECT_EQ(marked(R"({"match":{"t":"fox"}})", R"({"fields":{"t":{}}})"),
              R"({"t":["The quick brown <em>fox</em>.","Quick foxes & <em>fox</em>"]})");
    // What Dashboards' Discover sends.
    EXPECT_EQ(marked(R"({"bool":{"must":[{"query_string":{"query":"fox AND tag:red"}}]}})",
                     R"({"pre_tags":["@a@"],"post_tags":["@/a@"],"fields":{"*":{}},"fragment_size":2147483647})"),
              R"({"t":["The quick brown @a@fox@/a@.","Quick foxes & @a@fox@/a@"],)"
              R"("tag":["@a@red@/a@"]})");
    EXPECT_EQ(marked(R"({"match_phrase":{"t":"quick brown"}})", R"({"fields":{"t":{"number_of_fragments":0}}})"),
              R"({"t":["The <em>quick</em> <em>brown</em> fox. A second sentence, about dogs! Quick foxes & fox"]})");
    EXPECT_EQ(marked(R"({"wildcard":{"t":"fo*s"}})", R"({"encoder":"html","fields":{"t":{}}})"),
              R"({"t":["Quick <em>foxes</em> &amp; fox"]})");
    EXPECT_EQ(marked(R"({"match":{"t":"quick fox"}})",
                     R"({"order":"score","fields":[{"t":{"number_of_fragments":1}}]})"),
              R"({"t":["The <em>quick</em> brown <em>fox</em>."]})");
    EXPECT_EQ(marked(R"({"prefix":{"t":"dog"}})", R"({"type":"plain","fragment_size":20,"fields":{"t":{}}})"),
              R"({"t":["about <em>dogs</em>! Quick "]})");
    EXPECT_EQ(marked(R"({"term":{"tag":"red"}})", R"({"require_field_match":false,"fields":{"t*":{}}})"),
              R"({"tag":["<em>red</em>"]})");
    EXPECT_EQ(marked(R"({"match_all":{}})", R"({"no_match_size":10,"fields":{"t":{}}})"), R"({"t":["The quick"]})");
    EXPECT_EQ(marked(R"({"match_all":{}})", R"({"fields":{"t":{"highlight_query":{"match":{"t":"dogs"}}}}})"),
              R"({"t":["A second sentence, about <em>dogs</em>!"]})");
    EXPECT_EQ(marked(R"({"bool":{"must_not":{"term":{"tag":"green"}}}})", R"({"fields":{"*":{}}})"), "null");
  });
}

TEST_P(SearchSuite, SortsBySeveralValues) {
  create("i", R"({"properties":{"n":{"type":"long"},"v":{"type":"long"},"d":{"type":"double"},
              "k":{"type":"keyword"}}})");
  write("i", {R"({"n":1,"v":[1,9],"d":[0.5,1],"k":"m"})", R"({"n":2,"v":[4,4,4],"d":0.75})", R"({"n":3,"k":"a"})"});
  everywhere([&] {
    EXPECT_EQ(numbers("i", R"({"sort":[{"v":{"order":"asc","mode":"sum"}}]})"), "1 2 3");
    EXPECT_EQ(numbers("i", R"({"sort":[{"v":{"order":"asc","mode":"median"}}]})"), "2 1 3");
    EXPECT_EQ(json::print(search("i", R"({"sort":[{"v":{"order":"desc","mode":"avg"}},"n"],"size":1})").hits[0].sort),
              "[5,1]");
    EXPECT_EQ(numbers("i", R"({"sort":[{"d":{"mode":"avg"}},{"n":"desc"}],"search_after":[0.75,2]})"), "1 3");
    EXPECT_EQ(numbers("i", R"({"sort":[{"k":{"order":"asc","missing":"c"}}]})"), "3 2 1");
    EXPECT_EQ(numbers("i", R"({"sort":[{"v":{"order":"asc","missing":3}}]})"), "1 3 2");
  });
}

TEST_P(SearchSuite, HidesSourcesOnRequest) {
  create("i");
  write("i", {R"({"n":1})"});
  EXPECT_EQ(search("i", R"({"stored_fields":["*"]})").hits.at(0).source, R"({"n":1})");
  EXPECT_EQ(search("i", R"({"stored_fields":"_none_"})").hits.at(0).source, "");
}

TEST_P(SearchSuite, ShowsOneHitOfEachGroup) {
  create("i", R"({"properties":{"n":{"type":"long"},"k":{"type":"keyword"},"v":{"type":"double"}}})");
  write("i", {R"({"n":1,"k":"a","v":1.5})", R"({"n":2,"k":"b","v":1.5})", R"({"n":3,"k":"a","v":2})"});
  harness_->reopen();
  write("i", {R"({"n":4,"k":"b","v":7})", R"({"n":5})", R"({"n":6})", R"({"n":0,"k":"a"})"});
  everywhere([&] {
    const auto grouped = [&](const std::string& field, const std::string& more) {
      return numbers("i", R"({"collapse":{"field":")" + field + R"("},)" + more + "}");
    };
    EXPECT_EQ(grouped("k", R"("sort":["n"])"), "0 2 5");
    EXPECT_EQ(grouped("k", R"("sort":[{"n":"desc"}])"), "6 4 3");
    EXPECT_EQ(grouped("v", R"("sort":[{"n":"desc"}],"from":1,"size":2)"), "4 3");
    EXPECT_EQ(grouped("k", R"("sort":["k"],"search_after":["a"])"), "2 5");
    const SearchResponse found = search("i", R"({"collapse":{"field":"k"},"sort":["n"],"size":1})");
    EXPECT_EQ(found.total, 7);
    EXPECT_EQ(json::print(found.hits.at(0).fields), R"({"k":["a"]})");
  });
  EXPECT_EQ(error_of([&] { search("i", R"({"collapse":{"field":"x"}})"); }),
            "illegal_argument_exception: no mapping found for `x` in order to collapse on");
}

TEST_P(SearchSuite, ScoresTheBestHitsAgain) {
  create("i", R"({"properties":{"n":{"type":"long"}}})");
  write("i", {R"({"n":1})", R"({"n":2})", R"({"n":3})", R"({"n":4})"});
  const std::string by_n =
      R"("query":{"function_score":{"query":{"match_all":{}},"field_value_factor":{"field":"n"}}})";
  const auto again = [&](const std::string& how, const std::string& more) {
    return numbers("i", "{" + by_n + R"(,"rescore":{"window_size":3,"query":{"rescore_query":{"constant_score":
        {"filter":{"range":{"n":{"lte":2}}},"boost":10}})" + how + "}}" + more + "}");
  };
  everywhere([&] {
    EXPECT_EQ(again("", ""), "2 4 3 1");  // the last one is outside of the window
    EXPECT_EQ(again(R"(,"score_mode":"min")", ""), "4 3 2 1");
    EXPECT_EQ(again(R"(,"score_mode":"multiply","query_weight":0.1)", ""), "2 4 3 1");
    EXPECT_EQ(again("", R"(,"size":1)"), "2");
    EXPECT_EQ(again("", R"(,"from":1,"size":1)"), "4");
  });
  EXPECT_EQ(error_of([&] { again("", R"(,"sort":["n"])"); }),
            "illegal_argument_exception: Cannot use [sort] option in conjunction with [rescore].");
}

TEST_P(SearchSuite, StopsAfterSoManyDocuments) {
  create("i");
  write("i", {R"({"n":1})", R"({"n":2})", R"({"n":3})"});
  everywhere([&] {
    const SearchResponse found = search("i", R"({"terminate_after":2})");
    EXPECT_EQ(found.total, 2);
    EXPECT_EQ(found.terminated_early, true);
    EXPECT_EQ(search("i", R"({"terminate_after":3})").terminated_early, false);
  });
}

}  // namespace standpipe::search
