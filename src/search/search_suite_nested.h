// The contract of SearchEngine, continued: nested fields.
#pragma once

#include "search/search_suite.h"

namespace standpipe::search {

inline constexpr const char* kOrders = R"({"properties":{"n":{"type":"long"},"title":{"type":"text"},
    "lines":{"type":"nested","properties":{"item":{"type":"keyword"},"price":{"type":"double"},"note":{"type":"text"},
      "parts":{"type":"nested","properties":{"color":{"type":"keyword"},"weight":{"type":"long"}}}}}}})";

inline std::vector<std::string> orders() {
  return {R"({"n":1,"title":"first","lines":[
            {"item":"pen","price":2,"note":"blue ink","parts":[{"color":"red","weight":1}]},
            {"item":"cup","price":8,"note":"white","parts":[{"color":"blue","weight":5},{"color":"red","weight":9}]}
          ]})",
          R"({"n":2,"title":"second","lines":{"item":"pen","price":9,"note":"ink ink ink"}})",
          R"({"n":3,"title":"third"})",
          R"({"n":4,"title":"fourth","lines":[{"item":"cup","price":3},{"item":"pen","price":4},null,
            {"item":"pen"}]})"};
}

TEST_P(SearchSuite, FindsDocumentsByTheirNestedObjects) {
  create("i", kOrders);
  write("i", orders());
  const auto in_lines = [&](const std::string& query, const std::string& more = "") {
    return matching("i", R"({"nested":{"path":"lines","query":)" + query + more + "}}");
  };
  everywhere([&] {
    // One and the same object must be a pen that costs so much.
    const std::string dear_pen =
        R"({"bool":{"must":[{"term":{"lines.item":"pen"}},{"range":{"lines.price":{"gte":5}}}]}})";
    EXPECT_EQ(in_lines(dear_pen), "2");
    EXPECT_EQ(in_lines(R"({"match_all":{}})"), "1 2 4");
    EXPECT_EQ(in_lines(R"({"bool":{"must_not":{"exists":{"field":"lines.price"}}}})"), "4");
    EXPECT_EQ(matching("i", R"({"bool":{"must_not":{"nested":{"path":"lines","query":{"match_all":{}}}}}})"), "3");
    EXPECT_EQ(matching("i", R"({"term":{"lines.item":"pen"}})"), "");  // documents do not have the objects' fields
    EXPECT_EQ(in_lines(R"({"match":{"title":"first"}})"), "");         // nor objects the documents'
    EXPECT_EQ(in_lines(R"({"nested":{"path":"lines.parts","query":{"term":{"lines.parts.color":"red"}}}})"), "1");
    EXPECT_EQ(matching("i", R"({"nested":{"path":"lines.parts","query":{"range":{"lines.parts.weight":{"gt":4}}}}})"),
              "1");
    EXPECT_EQ(error_of([&] { matching("i", R"({"nested":{"path":"x","query":{"match_all":{}}}})"); }),
              "query_shard_exception: failed to create query: [nested] failed to find nested object under path [x]");
    EXPECT_EQ(matching("i", R"({"nested":{"path":"x","ignore_unmapped":true,"query":{"match_all":{}}}})"), "");
    EXPECT_EQ(engine().describe("i")->docs, 4);
  });
}

TEST_P(SearchSuite, ScoresDocumentsByTheirNestedObjects) {
  create("i", kOrders);
  write("i", orders());
  const auto score = [&](const std::string& mode, int n) {
    const SearchResponse found = search(
        "i", R"({"query":{"bool":{"filter":{"term":{"n":)" + std::to_string(n) + R"(}},"must":{"nested":{"path":"lines",
             "score_mode":")" + mode + R"(","query":{"function_score":{"query":{"exists":{"field":"lines.price"}},
             "boost_mode":"replace","field_value_factor":{"field":"lines.price"}}}}}}}})");
    return *found.hits.at(0).score;
  };
  everywhere([&] {
    EXPECT_FLOAT_EQ(score("avg", 1), 5);
    EXPECT_FLOAT_EQ(score("sum", 1), 10);
    EXPECT_FLOAT_EQ(score("min", 1), 2);
    EXPECT_FLOAT_EQ(score("max", 4), 4);
    EXPECT_FLOAT_EQ(score("none", 1), 0);
    // By BM25 among the objects.
    EXPECT_EQ(numbers("i", R"({"query":{"nested":{"path":"lines","query":{"match":{"lines.note":"ink"}}}}})"), "2 1");
  });
}

TEST_P(SearchSuite, AggregatesNestedObjects) {
  create("i", kOrders);
  write("i", orders());
  everywhere([&] {
    EXPECT_EQ(aggregate("i", R"({"l":{"nested":{"path":"lines"},"aggs":{"items":{"terms":{"field":"lines.item"},
                  "aggs":{"total":{"sum":{"field":"lines.price"}},"orders":{"reverse_nested":{},
                    "aggs":{"last":{"max":{"field":"n"}}}}}}}}})"),
              one_line(R"({"l":{"doc_count":6,"items":{"doc_count_error_upper_bound":0,"sum_other_doc_count":0,
                  "buckets":[
                  {"key":"pen","doc_count":4,"total":{"value":15.0},"orders":{"doc_count":3,"last":{"value":4.0}}},
                  {"key":"cup","doc_count":2,"total":{"value":11.0},"orders":{"doc_count":2,"last":{"value":4.0}}}
                  ]}}})"));
    EXPECT_EQ(aggregate("i", R"({"p":{"nested":{"path":"lines.parts"},"aggs":{"c":{"filter":{"term":
                  {"lines.parts.color":"red"}},"aggs":{"line":{"reverse_nested":{"path":"lines"},
                    "aggs":{"price":{"sum":{"field":"lines.price"}}}}}}}}})"),
              R"({"p":{"doc_count":3,"c":{"doc_count":2,"line":{"doc_count":2,"price":{"value":10.0}}}}})");
    EXPECT_EQ(error_of([&] { aggregate("i", R"({"r":{"reverse_nested":{}}})"); }),
              "illegal_argument_exception: "
              "Reverse nested aggregation [r] can only be used inside a [nested] aggregation");
  });
}

TEST_P(SearchSuite, SortsByNestedObjects) {
  create("i", kOrders);
  write("i", orders());
  everywhere([&] {
    const auto by = [&](const std::string& options) {
      return numbers("i", R"({"sort":[{"lines.price":{)" + options + R"(}},"n"]})");
    };
    EXPECT_EQ(by(R"("nested":{"path":"lines"})"), "1 4 2 3");
    EXPECT_EQ(by(R"("order":"desc","nested":{"path":"lines"})"), "2 1 4 3");
    EXPECT_EQ(by(R"("nested":{"path":"lines","filter":{"term":{"lines.item":"cup"}}})"), "4 1 2 3");
    EXPECT_EQ(by(R"("mode":"sum","nested":{"path":"lines"})"), "4 2 1 3");
    EXPECT_EQ(by(R"("order":"desc","nested":{"path":"lines","max_children":1})"), "2 4 1 3");
    EXPECT_EQ(numbers("i", R"({"sort":[{"lines.parts.weight":{"order":"desc","nested":{"path":"lines",
                  "nested":{"path":"lines.parts"}}}},"n"]})"),
              "1 2 3 4");
  });
}

TEST_P(SearchSuite, KeepsNestedObjectsWithTheirDocuments) {
  create("i", kOrders);
  write_one("i", WriteOperation::Kind::index, "a", R"({"n":1,"lines":[{"item":"pen"},{"item":"cup"}]})");
  write_one("i", WriteOperation::Kind::index, "b", R"({"n":2,"lines":[{"item":"pen"}]})");
  harness_->reopen();
  write_one("i", WriteOperation::Kind::index, "a", R"({"n":3,"lines":[{"item":"ink"}]})");
  write_one("i", WriteOperation::Kind::remove, "b", "");
  everywhere([&] {
    EXPECT_EQ(matching("i", R"({"nested":{"path":"lines","query":{"match_all":{}}}})"), "3");
    EXPECT_EQ(aggregate("i", R"({"l":{"nested":{"path":"lines"},
                  "aggs":{"i":{"cardinality":{"field":"lines.item"}}}}})"),
              R"({"l":{"doc_count":1,"i":{"value":1}}})");
  });
}

TEST_P(SearchSuite, MapsNestedFields) {
  create("i", R"({"properties":{"o":{"type":"nested","include_in_parent":true,"properties":{"a":{"type":"keyword"},
              "p":{"type":"nested","include_in_root":true,"properties":{"b":{"type":"keyword"}}}}}}})");
  write("i", {R"({"n":1,"o":{"a":"x","new":5,"p":[{"b":"y"}]}})"});
  EXPECT_EQ(json::print(*engine().describe("i")->mappings.find("properties")->find("o")),
            one_line(R"({"type":"nested","include_in_parent":true,"properties":{
              "a":{"type":"keyword"},"new":{"type":"long"},
              "p":{"type":"nested","include_in_root":true,"properties":{"b":{"type":"keyword"}}}}})"));
  everywhere([&] {
    EXPECT_EQ(matching("i", R"({"bool":{"must":[{"term":{"o.a":"x"}},{"term":{"o.p.b":"y"}},{"term":{"o.new":5}}]}})"),
              "1");
    EXPECT_EQ(matching("i", R"({"nested":{"path":"o","query":{"term":{"o.p.b":"y"}}}})"), "");
  });
  const auto refused = [&](const std::string& mappings) {
    return error_of([&] { engine().update_mapping("i", json::parse(mappings)); });
  };
  EXPECT_EQ(refused(R"({"properties":{"o":{"type":"object"}}})"),
            "illegal_argument_exception: cannot change object mapping from nested to non-nested");
  EXPECT_EQ(refused(R"({"properties":{"n":{"type":"nested"}}})"),
            "illegal_argument_exception: can't merge a non object mapping [n] with an object mapping");
  EXPECT_EQ(write("i", {R"({"o.a":"z"})"})[0].cause_reason,
            "Cannot add a value for field [o.a] since one of the intermediate objects is mapped as a nested object: "
            "[o]");
  std::string many = R"({"o":[{})";
  for (int i = 0; i < 10'000; ++i) many += ",{}";
  EXPECT_EQ(write("i", {many + "]}"})[0].error_reason.substr(0, 73),
            "The number of nested documents has exceeded the allowed limit of [10000].");
}

}  // namespace standpipe::search
