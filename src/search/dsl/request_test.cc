// Requests that OpenSearch refuses, and its words for it.
#include "search/dsl/request.h"

#include <gtest/gtest.h>

#include "search/dsl/query.h"
#include "search/error.h"

namespace standpipe::search::dsl {
namespace {

std::string refusal(const std::string& body) {
  try {
    check_request(parse_search_request(json::parse(body)));
  } catch (const Error& error) {
    return error.type + ": " + error.what();
  }
  return "accepted";
}
std::string query_refusal(const std::string& query) { return refusal(R"({"query":)" + query + "}"); }

TEST(SearchRequest, ReadsWhatItIsAsked) {
  const SearchRequest request = parse_search_request(json::parse(
      R"({"from":5,"size":"7","sort":["a",{"b":"desc"},"_score"],"_source":["x"],
          "track_total_hits":true,"min_score":0.5})"));
  EXPECT_EQ(request.from, 5U);
  EXPECT_EQ(request.size, 7U);
  ASSERT_EQ(request.sort.size(), 3U);
  EXPECT_FALSE(request.sort[0].descending);
  EXPECT_TRUE(request.sort[1].descending);
  EXPECT_TRUE(request.sort[2].descending);
  EXPECT_EQ(request.track_total_hits, kCountAll);
  EXPECT_TRUE(std::holds_alternative<MatchAllQuery>(request.query->node));
}

TEST(SearchRequest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(refusal(R"({"x":1})"), "parsing_exception: Unknown key for a VALUE_NUMBER in [x].");
  EXPECT_EQ(refusal(R"({"highlight":{"fields":{"a":{"type":"fvh"}}}})"),
            "illegal_argument_exception: unknown highlighter type [fvh]");
  EXPECT_EQ(refusal(R"({"highlight":{"fields":{"a":{"colour":1}}}})"),
            "parsing_exception: [a] highlight field does not support [colour]");
  EXPECT_EQ(refusal(R"({"highlight":{},"script_fields":{},"stored_fields":["*"]})"), "accepted");
  EXPECT_EQ(refusal(R"({"size":-1})"), "illegal_argument_exception: [size] parameter cannot be negative, found [-1]");
  EXPECT_EQ(refusal(R"({"search_after":[1],"sort":["a"],"from":1})"),
            "illegal_argument_exception: `from` parameter must be set to 0 when `search_after` is used.");
  EXPECT_EQ(refusal(R"({"search_after":[1,2],"sort":["a"]})"),
            "illegal_argument_exception: search_after has 2 value(s) but sort has 1.");
  EXPECT_EQ(refusal("[]"), "parsing_exception: Expected [START_OBJECT] but found [START_ARRAY]");
}

TEST(Query, RefusesInOpenSearchsWords) {
  EXPECT_EQ(query_refusal(R"({"span_near":{"a":"b"}})"), "parsing_exception: unknown query [span_near]");
  EXPECT_EQ(query_refusal("{}"), "illegal_argument_exception: query malformed, empty clause found");
  EXPECT_EQ(query_refusal(R"("x")"), "parsing_exception: [_na] query malformed, must start with start_object");
  EXPECT_EQ(query_refusal(R"({"term":"x"})"),
            "parsing_exception: [term] query malformed, no start_object after query name");
  EXPECT_EQ(query_refusal(R"({"term":{"a":1},"match_all":{}})"),
            "parsing_exception: [term] malformed query, expected [END_OBJECT] but found [FIELD_NAME]");
  EXPECT_EQ(query_refusal(R"({"term":{"a":1,"b":2}})"),
            "parsing_exception: [term] query doesn't support multiple fields, found [a] and [b]");
  EXPECT_EQ(query_refusal(R"({"term":{"a":{"value":1,"x":2}}})"),
            "parsing_exception: [term] query does not support [x]");
  EXPECT_EQ(query_refusal(R"({"match":{"a":{"query":"x","fuzziness":"3"}}})"),
            "illegal_argument_exception: Invalid fuzziness value: 3");
  EXPECT_EQ(query_refusal(R"({"function_score":{"script_score":{"script":"1"}}})"),
            "illegal_argument_exception: [function_score] query does not support [script_score]: there are no scripts");
  EXPECT_EQ(query_refusal(R"({"range":{"a":{"above":1}}})"),
            "parsing_exception: [range] query does not support [above]");
  EXPECT_EQ(query_refusal(R"({"bool":{"shall":[]}})"), "parsing_exception: [bool] query does not support [shall]");
  EXPECT_EQ(query_refusal(R"({"bool":{"should":[],"minimum_should_match":"many"}})"),
            "illegal_argument_exception: For input string: \"many\"");
}

TEST(Query, BoundsDepthAndClauses) {
  std::string deep = R"({"match_all":{}})", wide;
  for (int i = 0; i < 70; ++i) deep = R"({"bool":{"must":)" + deep + "}}";
  EXPECT_EQ(query_refusal(deep).substr(0, 60), "illegal_argument_exception: The nested depth of the query ex");
  for (int i = 0; i < 1100; ++i) wide += std::string(i > 0 ? "," : "") + R"({"match_all":{}})";
  EXPECT_EQ(query_refusal(R"({"bool":{"should":[)" + wide + "]}}"), "too_many_clauses: maxClauseCount is set to 1024");
  std::string parentheses(100'000, '(');
  EXPECT_EQ(query_refusal(R"({"query_string":{"query":")" + parentheses + R"("}})"),
            "parsing_exception: [query_string] query cannot be read");
  EXPECT_EQ(query_refusal(R"({"query_string":{"query":")" + parentheses.substr(0, 500) + R"("}})").substr(0, 22),
            "query_shard_exception:");
}

TEST(Query, CountsHowManyShouldMatch) {
  const auto required = [](const std::string& text, int clauses) { return MinimumShouldMatch{text}.required(clauses); };
  EXPECT_EQ(required("2", 5), 2);
  EXPECT_EQ(required("-1", 5), 4);
  EXPECT_EQ(required("75%", 5), 3);
  EXPECT_EQ(required("-25%", 5), 4);
  EXPECT_EQ(required("3<90%", 3), 3);
  EXPECT_EQ(required("3<90%", 10), 9);
  EXPECT_EQ(required("2<-25% 9<-3", 12), 9);
  EXPECT_EQ(required("-9", 5), 0);
}

TEST(Aggregations, RefusesInOpenSearchsWords) {
  const auto aggregation = [](const std::string& body) { return refusal(R"({"aggs":{"a":)" + body + "}}"); };
  EXPECT_EQ(aggregation(R"({"scripted_metric":{}})"),
            "parsing_exception: Unknown aggregation type [scripted_metric]");
  EXPECT_EQ(aggregation("{}"), "parsing_exception: Missing definition for aggregation [a]");
  EXPECT_EQ(aggregation(R"({"terms":{"field":"x","sizes":3}})"),
            "parsing_exception: [a] aggregation does not support [sizes]");
  EXPECT_EQ(aggregation(R"({"terms":{"field":"x","size":0}})").substr(0, 27), "illegal_argument_exception:");
  EXPECT_EQ(aggregation(R"({"date_histogram":{"field":"x","calendar_interval":"2d"}})"),
            "illegal_argument_exception: The supplied interval [2d] could not be parsed as a calendar interval.");
  EXPECT_EQ(aggregation(R"({"histogram":{"field":"x","interval":0}})"),
            "illegal_argument_exception: [interval] must be >0 for histogram aggregation [a]");
  EXPECT_EQ(aggregation(R"({"avg":{"field":"x"},"aggs":{"b":{"avg":{"field":"x"}}}})").substr(0, 37),
            "aggregation_initialization_exception:");
  std::string deep = R"({"avg":{"field":"x"}})";
  for (int i = 0; i < 20; ++i) deep = R"({"terms":{"field":"x"},"aggs":{"b":)" + deep + "}}";
  EXPECT_EQ(aggregation(deep), "illegal_argument_exception: Aggregations may not be nested deeper than [16]");
}

}  // namespace
}  // namespace standpipe::search::dsl
