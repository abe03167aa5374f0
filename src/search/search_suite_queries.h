// The contract of SearchEngine, continued: queries beyond the basic ones, and hostile ones.
#pragma once

#include <cmath>

#include "search/search_suite.h"

namespace standpipe::search {

TEST_P(SearchSuite, FindsTermsThatAreClose) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(matching("i", R"({"fuzzy":{"tag":"gren"}})"), "3");
    EXPECT_EQ(matching("i", R"({"fuzzy":{"tag":{"value":"rde","fuzziness":1}}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"fuzzy":{"tag":{"value":"rde","fuzziness":1,"transpositions":false}}})"), "");
    EXPECT_EQ(matching("i", R"({"match":{"title":{"query":"borwn baers","fuzziness":"AUTO","operator":"and"}}})"), "3");
    EXPECT_EQ(matching("i", R"({"regexp":{"tag":"(r|bl).{2,3}"}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"regexp":{"tag":{"value":"BLUE","case_insensitive":true}}})"), "2 5");
    EXPECT_EQ(matching("i", R"({"match_bool_prefix":{"title":"nothing qui"}})"), "1 2 3 4");
    EXPECT_EQ(matching("i", R"({"terms_set":{"tag":{"terms":["red","blue"],"minimum_should_match_field":"n"}}})"),
              "1 2");
    EXPECT_EQ(matching("i", R"({"multi_match":{"query":"brown red","fields":["title"],"type":"cross_fields",
              "operator":"and"}})"),
              "");
    EXPECT_EQ(matching("i", R"({"boosting":{"positive":{"term":{"tag":"red"}},"negative":{"term":{"n":1}},
              "negative_boost":0.5}})"),
              "1 2");
  });
}

TEST_P(SearchSuite, ChangesScores) {
  create("i", R"({"properties":{"n":{"type":"long"},"likes":{"type":"long"},"at":{"type":"date"}}})");
  write("i", {R"({"n":1,"likes":10,"at":"2026-01-10"})", R"({"n":2,"likes":3,"at":"2026-01-01"})", R"({"n":3})"});
  const auto scores = [&](const std::string& functions) {
    std::string out;
    const SearchResponse found =
        search("i", R"({"query":{"function_score":)" + functions + R"(},"sort":["n"],"track_scores":true})");
    for (const Hit& hit : found.hits) out += json::print(json::Value(std::round(*hit.score * 100.0) / 100)) + " ";
    return out;
  };
  everywhere([&] {
    EXPECT_EQ(scores(R"({"field_value_factor":{"field":"likes","factor":2,"missing":1}})"), "20.0 6.0 2.0 ");
    EXPECT_EQ(scores(R"({"functions":[{"filter":{"term":{"n":1}},"weight":5},{"filter":{"range":{"n":{"lte":2}}},
              "weight":2}],"score_mode":"sum"})"),
              "7.0 2.0 1.0 ");
    EXPECT_EQ(scores(R"({"query":{"constant_score":{"filter":{"match_all":{}},"boost":3}},"weight":2,
              "boost_mode":"sum"})"),
              "5.0 5.0 5.0 ");
    EXPECT_EQ(scores(R"({"linear":{"at":{"origin":"2026-01-10","scale":"18d","decay":0.5}}})"), "1.0 0.75 1.0 ");
    EXPECT_EQ(scores(R"({"gauss":{"likes":{"origin":10,"scale":7,"decay":0.5}}})"), "1.0 0.5 1.0 ");
    EXPECT_EQ(matching("i", R"({"function_score":{"functions":[{"filter":{"term":{"n":2}},"weight":9}],
              "min_score":2}})"),
              "2");
    EXPECT_EQ(scores(R"({"random_score":{"seed":7}})"), scores(R"({"random_score":{"seed":7}})"));
  });
}

TEST_P(SearchSuite, ReadsTheWholeGrammarOfQueryStrings) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(found("title:/ju.*s/"), "2");
    EXPECT_EQ(found("title:broen~1"), "1 3");
    EXPECT_EQ(found("\"quick fox\"~1 AND n:>1"), "2");
    EXPECT_EQ(found("*:*"), "1 2 3 4 5");
    EXPECT_EQ(found("ti*:bears || tag:(red && blue)"), "2 3");
    EXPECT_EQ(found("!flag:* AND !title:bears"), "1 2");
    EXPECT_EQ(found("at:{2026-01-02 TO 2026-02-01}"), "");
    EXPECT_EQ(found("fo? AND jum*"), "2");
    EXPECT_EQ(simple("qiuck~1 + brown"), "1 3");
    EXPECT_EQ(simple("\"quick fox\"~1"), "1 2");
  });
}

TEST_P(SearchSuite, BoundsHostileQueries) {
  create("i", fruit_mapping());
  std::vector<std::string> documents;
  for (int i = 0; i < 200; ++i)
    documents.push_back(R"({"n":1,"tag":")" + std::string(200, 'a') + std::to_string(i) + "\"}");
  write("i", documents);
  const auto refusal = [&](const std::string& query) { return error_of([&] { matching("i", query); }).substr(0, 52); };
  EXPECT_EQ(refusal(R"({"regexp":{"tag":")" + std::string(2000, 'a') + "\"}}"),
            "illegal_argument_exception: The length of regex [200");
  EXPECT_EQ(refusal(R"x({"regexp":{"tag":"((((a{1,100}){1,100}){1,100}){1,100})"}})x"),
            "illegal_argument_exception: failed to parse regexp [");
  std::string stars;
  for (int i = 0; i < 490; ++i) stars += "*a";
  EXPECT_EQ(matching("i", R"({"wildcard":{"tag":")" + stars + R"(b"}})"), "");
  EXPECT_EQ(refusal(R"({"wildcard":{"tag":")" + stars + stars + "\"}}"),
            "illegal_argument_exception: The length of a wildcard");
  EXPECT_EQ(matching("i", R"({"regexp":{"tag":"(a*)*(a*)*(a*)*b"}})"), "");
  EXPECT_EQ(matching("i", R"({"fuzzy":{"tag":{"value":")" + std::string(10'000, 'b') + R"(","fuzziness":2}}})"), "");
}

TEST_P(SearchSuite, MapsEveryTypeOfField) {
  create("i", R"({"properties":{"n":{"type":"long"},"u":{"type":"unsigned_long"},"w":{"type":"wildcard"},
    "env":{"type":"constant_keyword","value":"prod"},"r":{"type":"integer_range"},"dr":{"type":"date_range"},
    "ir":{"type":"ip_range"},"ns":{"type":"date_nanos"},"host":{"type":"alias","path":"server.name"},
    "server":{"properties":{"name":{"type":"keyword"}}},"flat":{"type":"flat_object"},"where":{"type":"geo_point"},
    "blob":{"type":"binary"},"words":{"type":"token_count","analyzer":"standard"},"h":{"type":"half_float"},
    "low":{"type":"keyword","normalizer":"lowercase"}}})");
  const auto outcomes = write(
      "i",
      {
          R"({"n":1,"u":18446744073709551615,"w":"path/to/file","r":{"gte":1,"lt":10},
        "dr":{"gte":"2026-01-01","lte":"2026-01-31"},
        "ir":"10.0.0.0/8","ns":"2026-01-01T00:00:00.123456789Z","server":{"name":"a"},"flat":{"x":{"y":"v","z":[1,2]}},
        "where":{"lat":52.5,"lon":13.4},"blob":"aGk=","words":"one two three","h":0.1,"low":"ABC"})",
          R"({"n":2,"u":"7","w":"other","r":{"gt":20},"ir":{"gte":"192.168.0.1"},"ns":"2026-01-01T00:00:00.123456788Z",
        "where":[2.35,48.86],"env":"prod","flat":{"x":{"y":"w"}}})"});
  for (const WriteOutcome& outcome : outcomes)
    ASSERT_TRUE(outcome.accepted()) << outcome.error_reason << outcome.cause_reason;
  EXPECT_FALSE(write("i", {R"({"env":"test"})"})[0].accepted());
  EXPECT_FALSE(write("i", {R"({"host":"x"})"})[0].accepted());
  EXPECT_FALSE(write("i", {R"({"where":"north"})"})[0].accepted());
  EXPECT_FALSE(write("i", {R"({"r":{"gte":5,"lte":4}})"})[0].accepted());
  everywhere([&] {
    EXPECT_EQ(matching("i", R"({"range":{"u":{"gt":8}}})"), "1");
    EXPECT_EQ(matching("i", R"({"term":{"u":"18446744073709551615"}})"), "1");
    EXPECT_EQ(matching("i", R"({"wildcard":{"w":"*/to/*"}})"), "1");
    EXPECT_EQ(matching("i", R"({"term":{"env":"prod"}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"term":{"r":9}})"), "1");
    EXPECT_EQ(matching("i", R"({"range":{"r":{"gte":9,"lte":30}}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"range":{"r":{"gte":0,"lte":15,"relation":"within"}}})"), "1");
    EXPECT_EQ(matching("i", R"({"range":{"r":{"gte":25,"lte":26,"relation":"contains"}}})"), "2");
    EXPECT_EQ(matching("i", R"({"term":{"dr":"2026-01-15"}})"), "1");
    EXPECT_EQ(matching("i", R"({"term":{"ir":"10.1.2.3"}})"), "1");
    EXPECT_EQ(matching("i", R"({"range":{"ns":{"gte":"2026-01-01T00:00:00.123456789Z"}}})"), "1");
    EXPECT_EQ(matching("i", R"({"term":{"host":"a"}})"), "1");
    EXPECT_EQ(matching("i", R"({"term":{"flat.x.y":"v"}})"), "1");
    EXPECT_EQ(matching("i", R"({"term":{"flat":"w"}})"), "2");
    EXPECT_EQ(matching("i", R"({"exists":{"field":"flat.x.z"}})"), "1");
    EXPECT_EQ(matching("i", R"({"prefix":{"flat.x.y":"w"}})"), "2");
    EXPECT_EQ(matching("i", R"({"geo_distance":{"distance":"10km","where":"52.5,13.45"}})"), "1");
    EXPECT_EQ(matching("i", R"({"geo_bounding_box":{"where":{"top_left":[0,50],"bottom_right":[5,40]}}})"), "2");
    EXPECT_EQ(matching("i", R"({"exists":{"field":"where"}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"term":{"words":3}})"), "1");
    EXPECT_EQ(matching("i", R"({"term":{"low":"AbC"}})"), "1");
    EXPECT_EQ(json::print(search("i", R"({"query":{"term":{"n":1}},"docvalue_fields":["ns","where","low","host"]})")
                              .hits.at(0).fields),
              R"({"ns":["2026-01-01T00:00:00.123456789Z"],"where":["52.5, 13.4"],"low":["abc"],"host":["a"]})");
    EXPECT_EQ(error_of([&] { search("i", R"({"sort":["where"]})"); }).substr(0, 62),
              "illegal_argument_exception: Can't load fielddata on [where] be");
    EXPECT_EQ(error_of([&] { aggregate("i", R"({"t":{"terms":{"field":"r"}}})"); }).substr(0, 58),
              "illegal_argument_exception: Can't load fielddata on [r] be");
  });
}

TEST_P(SearchSuite, AnalysesAsSettingsSay) {
  engine().create("i", {json::parse(R"({"properties":{"n":{"type":"long"},"e":{"type":"text","analyzer":"english"},
    "c":{"type":"text","analyzer":"mine"},"k":{"type":"keyword","normalizer":"plain"}}})"),
                        json::parse(R"({"index":{"analysis":{
    "analyzer":{"mine":{"type":"custom","char_filter":["html_strip"],"tokenizer":"standard",
                        "filter":["lowercase","stops","edge"]}},
    "filter":{"stops":{"type":"stop","stopwords":["und"]},"edge":{"type":"edge_ngram","min_gram":2,"max_gram":10}},
    "normalizer":{"plain":{"type":"custom","filter":["lowercase","asciifolding"]}}}}})")});
  write("i", {R"({"n":1,"e":"The foxes are running","c":"<b>Brot</b> und Butter","k":"Größe"})"});
  const auto tokens = [&](const std::string& request) {
    std::string out;
    const json::Value answer = engine().analyze("i", json::parse(request));
    for (const json::Value& token : answer.find("tokens")->array()) out += token.text("token") + " ";
    return out;
  };
  everywhere([&] {
    EXPECT_EQ(matching("i", R"({"match":{"e":"fox run"}})"), "1");
    EXPECT_EQ(matching("i", R"({"match":{"e":"the"}})"), "");
    EXPECT_EQ(matching("i", R"({"term":{"c":"bro"}})"), "1");
    EXPECT_EQ(matching("i", R"({"term":{"c":"un"}})"), "");
    EXPECT_EQ(matching("i", R"({"term":{"k":"GROSSE"}})"), "1");
    EXPECT_EQ(tokens(R"({"analyzer":"mine","text":"Ei"})"), "ei ");
    EXPECT_EQ(tokens(R"({"field":"e","text":["Running","dogs"]})"), "run dog ");
    EXPECT_EQ(tokens(R"({"tokenizer":"whitespace","filter":["uppercase","reverse"],"text":"ab cd"})"), "BA DC ");
    EXPECT_EQ(tokens(R"({"tokenizer":{"type":"pattern","pattern":","},"text":"a,b,,c"})"), "a b c ");
    EXPECT_EQ(tokens(R"({"analyzer":"german","text":"Häuser"})"), "haus ");
  });
  EXPECT_EQ(error_of([&] {
              engine().create("j", {{}, json::parse(R"({"analysis":{"analyzer":{"x":{"tokenizer":"none"}}}})")});
            }),
            "illegal_argument_exception: Unknown tokenizer type [none]");
}

TEST_P(SearchSuite, KeepsSnapshots) {
  create("i");
  write("i", {R"({"n":1})", R"({"n":2})"});
  write_one("i", WriteOperation::Kind::index, "x", R"({"n":3})");
  const auto snapshot = engine().snapshot(std::vector<std::string>{"i"});
  write("i", {R"({"n":4})"});
  write_one("i", WriteOperation::Kind::remove, "x", "");
  SearchRequest request = dsl::parse_search_request(json::parse(R"({"sort":["n"],"version":true,"fields":["n"]})"));
  EXPECT_EQ(engine().search(*snapshot, request).total, 3);
  EXPECT_EQ(json::print(engine().search(*snapshot, request).hits.at(2).fields), R"({"n":[3]})");
  EXPECT_EQ(matching("i", R"({"match_all":{}})"), "1 2 4");
  engine().remove("i");
  EXPECT_EQ(engine().search(*snapshot, request).total, 3);
}

}  // namespace standpipe::search
