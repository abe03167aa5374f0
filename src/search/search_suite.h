// The contract of SearchEngine: every engine runs the same tests. Include in one test file per engine and instantiate
// with a function that makes a harness around a fresh engine.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "search/dsl/request.h"
#include "search/search.h"

namespace standpipe::search {

class SearchHarness {
 public:
  virtual ~SearchHarness() = default;
  virtual SearchEngine& engine() = 0;
  virtual FakeClock& clock() = 0;
  virtual bool reopen() = 0;  // stops the engine and starts it on the same data; false: it cannot
};

class SearchSuite : public testing::TestWithParam<std::function<std::unique_ptr<SearchHarness>()>> {
 protected:
  SearchSuite() : harness_(GetParam()()) {}
  SearchEngine& engine() { return harness_->engine(); }

  void create(const std::string& index, const std::string& mappings = "") {
    engine().create(index, {mappings.empty() ? json::Value() : json::parse(mappings), {}});
  }
  std::vector<WriteOutcome> write(const std::string& index, const std::vector<std::string>& sources) {
    std::vector<WriteOperation> batch;
    for (const std::string& source : sources) batch.push_back({.id_is_new = true, .source = source});
    return engine().write(index, batch);
  }
  WriteOutcome write_one(const std::string& index, WriteOperation::Kind kind, const std::string& id,
                         const std::string& source) {
    const WriteOperation operation{.kind = kind, .id = id, .source = source};
    return engine().write(index, std::span(&operation, 1)).at(0);
  }
  SearchResponse search(const std::string& index, const std::string& body) {
    SearchRequest request = dsl::parse_search_request(json::parse(body));
    dsl::check_request(request);
    return engine().search(std::vector<std::string>{index}, request);
  }
  // The field "n" of the hits, in order.
  std::string numbers(const std::string& index, const std::string& body) {
    std::string out;
    for (const Hit& hit : search(index, body).hits) {
      if (!out.empty()) out += ' ';
      out += json::print(*json::parse(hit.source).find("n"));
    }
    return out;
  }
  std::string matching(const std::string& index, const std::string& query) {
    return numbers(index, R"({"query":)" + query + R"(,"sort":["n"],"size":100})");
  }
  // In index "i".
  std::string found(const std::string& query_string) {
    json::Object query{{"query", json::Value(query_string)}};
    return matching("i", json::print(json::Object{{"query_string", json::Value(std::move(query))}}));
  }
  std::string simple(const std::string& query_string) {
    json::Object query{{"query", json::Value(query_string)}, {"fields", json::Value(json::Array{"title"})}};
    return matching("i", json::print(json::Object{{"simple_query_string", json::Value(std::move(query))}}));
  }
  std::string aggregate(const std::string& index, const std::string& aggs) {
    return json::print(search(index, R"({"size":0,"aggs":)" + aggs + "}").aggregations);
  }
  // The same assertions on memory and, if the engine can, on what it finds after a restart.
  void everywhere(const std::function<void()>& assertions) {
    {
      SCOPED_TRACE("before reopening");
      assertions();
    }
    if (!harness_->reopen()) return;
    SCOPED_TRACE("after reopening");
    assertions();
  }

  std::unique_ptr<SearchHarness> harness_;
};

// Long JSON written over several lines.
inline std::string one_line(const std::string& text) { return json::print(json::parse(text)); }

inline std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.type + ": " + error.what();
  }
  return "no error";
}

TEST_P(SearchSuite, CreatesDescribesAndRemovesIndices) {
  create("c/books", R"({"properties":{"title":{"type":"text"},"n":{"type":"long"}}})");
  EXPECT_EQ(error_of([&] { create("c/books"); }).substr(0, 34), "resource_already_exists_exception:");
  create("c/other");
  create("d/books");
  EXPECT_EQ(engine().list("c/"), (std::vector<std::string>{"c/books", "c/other"}));
  const auto description = engine().describe("c/books");
  ASSERT_TRUE(description);
  EXPECT_EQ(json::print(description->mappings), R"({"properties":{"n":{"type":"long"},"title":{"type":"text"}}})");
  EXPECT_EQ(description->docs, 0);
  engine().remove("c/books");
  EXPECT_FALSE(engine().describe("c/books"));
  EXPECT_EQ(error_of([&] { engine().remove("c/books"); }), "index_not_found_exception: no such index [books]");
  everywhere([&] { EXPECT_EQ(engine().list(""), (std::vector<std::string>{"c/other", "d/books"})); });
}

TEST_P(SearchSuite, MapsNewFieldsByTheirFirstValue) {
  create("i");
  const auto outcomes = write("i", {R"({"EVENT_TIME":"2026-11-23T10:00:00.123456","TICKER":"AAPL","PRICE":12.34,"n":1,
              "ok":true,"a":{"b":[1,2]},"c.d":"x","none":null,"list":[]})"});
  ASSERT_TRUE(outcomes[0].accepted()) << outcomes[0].error_reason;
  EXPECT_EQ(outcomes[0].status, 201);
  everywhere([&] {
    EXPECT_EQ(json::print(engine().describe("i")->mappings),
              one_line(R"({"properties":{"EVENT_TIME":{"type":"date"},"PRICE":{"type":"float"},
              "TICKER":{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}}},
              "a":{"properties":{"b":{"type":"long"}}},"c":{"properties":{"d":{"type":"text",
              "fields":{"keyword":{"type":"keyword","ignore_above":256}}}}},"n":{"type":"long"},
              "ok":{"type":"boolean"}}})"));
    const SearchResponse found = search("i", R"({"query":{"match_all":{}}})");
    ASSERT_EQ(found.hits.size(), 1U);
    EXPECT_EQ(found.total, 1);
    EXPECT_NE(found.hits[0].source.find(R"("none":null)"), std::string::npos);
  });
}

TEST_P(SearchSuite, RefusesDocumentsOneByOne) {
  create("i", R"({"properties":{"n":{"type":"long"},"d":{"type":"date"}}})");
  const auto outcomes = write("i", {R"({"n":"abc"})", R"({"n":"12"})", R"({"d":"no date"})", "{", R"({"n":{"x":1}})"});
  EXPECT_EQ(outcomes[0].error_type, "mapper_parsing_exception");
  EXPECT_EQ(outcomes[0].error_reason, "failed to parse field [n] of type [long] in document with id '" +
                                          outcomes[0].id + "'. Preview of field's value: 'abc'");
  EXPECT_EQ(outcomes[0].cause_reason, "For input string: \"abc\"");
  EXPECT_TRUE(outcomes[1].accepted());
  EXPECT_EQ(outcomes[2].status, 400);
  EXPECT_EQ(outcomes[3].error_reason, "failed to parse");
  EXPECT_FALSE(outcomes[4].accepted());
  EXPECT_EQ(engine().describe("i")->docs, 1);
}

TEST_P(SearchSuite, KeepsWhatIsNotIndexedInTheSourceOnly) {
  create("i", R"({"properties":{"m":{"type":"keyword","index":false,"doc_values":false},"n":{"type":"long"}}})");
  write("i", {R"({"n":1,"m":"hidden"})"});
  EXPECT_EQ(search("i", "{}").hits.at(0).source, R"({"n":1,"m":"hidden"})");
  EXPECT_EQ(error_of([&] { matching("i", R"({"term":{"m":"hidden"}})"); }),
            "query_shard_exception: failed to create query: Cannot search on field [m] since it is not indexed.");
  EXPECT_EQ(write_one("i", WriteOperation::Kind::index, std::string(513, 'x'), "{}").status, 400);
}

TEST_P(SearchSuite, KeepsDocumentsAndCheckpointsTogether) {
  create("i");
  const std::string source = R"({"n":1})";
  const WriteOperation operation{.source = source};
  engine().write("i", std::span(&operation, 1), Checkpoint{"shard-0", "41"});
  engine().write("i", {}, Checkpoint{"shard-1", "7"});
  engine().write("i", std::span(&operation, 1), Checkpoint{"shard-0", "42"});
  everywhere([&] {
    EXPECT_EQ(engine().checkpoint("i", "shard-0"), "42");
    EXPECT_EQ(engine().checkpoint("i", "shard-1"), "7");
    EXPECT_EQ(engine().checkpoint("i", "shard-2"), std::nullopt);
    EXPECT_EQ(engine().describe("i")->docs, 2);
  });
}

TEST_P(SearchSuite, TellsWithTheCheckpointWhatItRefused) {
  create("i", R"({"properties":{"n":{"type":"long"}}})");
  const std::string good = R"({"n":1})", bad = R"({"n":"no number"})";
  const WriteOperation operations[] = {{.source = bad}, {.source = good}, {.source = bad}};
  engine().write("i", operations, Checkpoint{"shard-0", "41 42"});
  everywhere([&] { EXPECT_EQ(engine().checkpoint("i", "shard-0"), "41 42 0,2"); });
}

TEST_P(SearchSuite, WritesByIdReplaceUpdateAndRemove) {
  using Kind = WriteOperation::Kind;
  create("i");
  EXPECT_EQ(write_one("i", Kind::index, "a", R"({"n":1,"o":{"x":1}})").result, "created");
  EXPECT_EQ(write_one("i", Kind::index, "b", R"({"n":2})").result, "created");
  const WriteOutcome conflict = write_one("i", Kind::create, "a", R"({"n":9})");
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.error_reason, "[a]: version conflict, document already exists (current version [1])");
  const WriteOutcome update = write_one("i", Kind::update, "a", R"({"doc":{"o":{"y":2}}})");
  EXPECT_EQ(update.result, "updated");
  EXPECT_EQ(update.version, 2);
  EXPECT_EQ(write_one("i", Kind::update, "a", R"({"doc":{"n":1}})").result, "noop");
  EXPECT_EQ(write_one("i", Kind::update, "z", R"({"doc":{"n":1}})").error_type, "document_missing_exception");
  EXPECT_EQ(write_one("i", Kind::update, "c", R"({"doc":{"n":3},"doc_as_upsert":true})").result, "created");
  everywhere([&] {
    EXPECT_EQ(engine().get("i", "a")->source, R"({"n":1,"o":{"x":1,"y":2}})");
    EXPECT_EQ(engine().get("i", "a")->version, 2);
    EXPECT_FALSE(engine().get("i", "z"));
    EXPECT_EQ(matching("i", R"({"match_all":{}})"), "1 2 3");
  });
  EXPECT_EQ(write_one("i", Kind::index, "a", R"({"n":4})").version, 3);
  EXPECT_EQ(write_one("i", Kind::remove, "b", "").result, "deleted");
  EXPECT_EQ(write_one("i", Kind::remove, "b", "").status, 404);
  everywhere([&] {
    EXPECT_EQ(matching("i", R"({"match_all":{}})"), "3 4");
    EXPECT_EQ(matching("i", R"({"ids":{"values":["a","b"]}})"), "4");
    EXPECT_EQ(engine().describe("i")->docs, 2);
  });
}

TEST_P(SearchSuite, ChangesOfMappings) {
  create("i", R"({"dynamic":"strict","properties":{"n":{"type":"long"}}})");
  EXPECT_EQ(write("i", {R"({"n":1,"x":2})"})[0].error_reason,
            "mapping set to strict, dynamic introduction of [x] within [_doc] is not allowed");
  engine().update_mapping("i", json::parse(R"({"properties":{"x":{"type":"keyword"}}})"));
  EXPECT_TRUE(write("i", {R"({"n":1,"x":2})"})[0].accepted());
  EXPECT_EQ(error_of([&] { engine().update_mapping("i", json::parse(R"({"properties":{"n":{"type":"keyword"}}})")); }),
            "illegal_argument_exception: mapper [n] cannot be changed from type [long] to [keyword]");
  EXPECT_EQ(error_of([&] { create("j", R"({"properties":{"g":{"type":"geo_shape"}}})"); }),
            "mapper_parsing_exception: Failed to parse mapping [_doc]: No handler for type [geo_shape] declared on "
            "field [g]");
  everywhere([&] { EXPECT_EQ(matching("i", R"({"term":{"x":"2"}})"), "1"); });
}

inline const std::vector<std::string>& fruit_documents() {
  static const std::vector<std::string> documents = {
      R"({"n":1,"title":"The quick brown fox","tag":"red","at":"2026-01-01T10:00:00Z","price":1.5,"ip":"10.0.0.1"})",
      R"({"n":2,"title":"A quick red fox jumps","tag":["red","blue"],
              "at":"2026-01-02T10:00:00Z","price":2.5,"ip":"10.0.1.1"})",
      R"({"n":3,"title":"Brown bears are quick","tag":"green","at":"2026-01-02T23:59:59.999Z",
              "price":3.5,"ip":"192.168.0.1"})",
      R"({"n":4,"title":"Nothing to see","at":"2026-02-01","price":-4,"flag":true})",
      R"({"n":5,"title":"fox fox fox","tag":"Blue","at":"2026-03-01T00:00:00+09:00","price":100,"flag":false})"};
  return documents;
}
inline const char* fruit_mapping() {
  return R"({"properties":{"n":{"type":"long"},"title":{"type":"text"},"tag":{"type":"keyword"},
              "at":{"type":"date"},"price":{"type":"double"},"ip":{"type":"ip"}}})";
}

TEST_P(SearchSuite, FindsByExactValues) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(matching("i", R"({"match_all":{}})"), "1 2 3 4 5");
    EXPECT_EQ(matching("i", R"({"match_none":{}})"), "");
    EXPECT_EQ(matching("i", R"({"term":{"tag":"red"}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"term":{"tag":{"value":"blue","case_insensitive":true}}})"), "2 5");
    EXPECT_EQ(matching("i", R"({"terms":{"n":[1,"4",99]}})"), "1 4");
    EXPECT_EQ(matching("i", R"({"term":{"price":2.5}})"), "2");
    EXPECT_EQ(matching("i", R"({"term":{"at":"2026-01-02"}})"), "2 3");
    EXPECT_EQ(matching("i", R"({"term":{"ip":"10.0.0.0/16"}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"term":{"flag":true}})"), "4");
    EXPECT_EQ(matching("i", R"({"term":{"unknown":1}})"), "");
    EXPECT_EQ(matching("i", R"({"exists":{"field":"tag"}})"), "1 2 3 5");
    EXPECT_EQ(matching("i", R"({"exists":{"field":"title"}})"), "1 2 3 4 5");
    EXPECT_EQ(matching("i", R"({"prefix":{"tag":"gr"}})"), "3");
    EXPECT_EQ(matching("i", R"({"wildcard":{"tag":"?l*"}})"), "2 5");
    EXPECT_EQ(matching("i", R"({"wildcard":{"tag":{"value":"BL*","case_insensitive":true}}})"), "2 5");
    EXPECT_EQ(error_of([&] { matching("i", R"({"term":{"n":"abc"}})"); }),
              "query_shard_exception: failed to create query: For input string: \"abc\"");
  });
}

TEST_P(SearchSuite, FindsByRanges) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  harness_->clock().advance(std::chrono::milliseconds(1'767'348'000'000) -
                            harness_->clock().now().time_since_epoch());  // 2026-01-02T10:00:00Z
  everywhere([&] {
    EXPECT_EQ(matching("i", R"({"range":{"n":{"gte":2,"lt":4}}})"), "2 3");
    EXPECT_EQ(matching("i", R"({"range":{"n":{"gt":1.5,"lte":3.5}}})"), "2 3");
    EXPECT_EQ(matching("i", R"({"range":{"price":{"lt":0}}})"), "4");
    EXPECT_EQ(matching("i", R"({"range":{"at":{"gte":"2026-01-02","lte":"2026-01-02"}}})"), "2 3");
    EXPECT_EQ(matching("i", R"({"range":{"at":{"gt":"2026-01-02"}}})"), "4 5");
    EXPECT_EQ(matching("i", R"({"range":{"at":{"lt":"now"}}})"), "1");
    EXPECT_EQ(matching("i", R"({"range":{"at":{"gte":"now-1d/d","lt":"now/d"}}})"), "1");
    EXPECT_EQ(matching("i", R"({"range":{"at":{"gte":"2026-01-01||+1M/M"}}})"), "4 5");
    EXPECT_EQ(matching("i", R"({"range":{"at":{"gte":"2026-03-01","time_zone":"Asia/Tokyo"}}})"), "5");
    EXPECT_EQ(matching("i", R"({"range":{"at":{"gte":"01/02/2026","format":"dd/MM/yyyy"}}})"), "4 5");
    EXPECT_EQ(matching("i", R"({"range":{"at":{"gte":1767348000000}}})"), "2 3 4 5");
    EXPECT_EQ(matching("i", R"({"range":{"tag":{"gte":"c","lt":"h"}}})"), "3");
    EXPECT_EQ(matching("i", R"({"range":{"ip":{"gte":"10.0.0.2","lte":"11.0.0.0"}}})"), "2");
    EXPECT_EQ(error_of([&] { matching("i", R"({"range":{"at":{"gte":"yesterday"}}})"); }),
              "parse_exception: failed to parse date field [yesterday] with format "
              "[strict_date_optional_time||epoch_millis]");
  });
}

TEST_P(SearchSuite, FindsText) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(matching("i", R"({"match":{"title":"FOX bears"}})"), "1 2 3 5");
    EXPECT_EQ(matching("i", R"({"match":{"title":{"query":"quick fox","operator":"and"}}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"match":{"title":{"query":"quick brown fox","minimum_should_match":2}}})"), "1 2 3");
    EXPECT_EQ(matching("i", R"({"match_phrase":{"title":"quick brown fox"}})"), "1");
    EXPECT_EQ(matching("i", R"({"match_phrase":{"title":"brown quick"}})"), "");
    EXPECT_EQ(matching("i", R"({"match_phrase":{"title":{"query":"quick fox","slop":1}}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"match_phrase_prefix":{"title":"quick br"}})"), "1");
    EXPECT_EQ(matching("i", R"({"multi_match":{"query":"red","fields":["title","tag"]}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"match":{"n":"3"}})"), "3");
    EXPECT_EQ(matching("i", R"({"bool":{"must":{"match":{"title":"fox"}},"must_not":[{"term":{"tag":"red"}}]}})"), "5");
    EXPECT_EQ(matching("i", R"({"bool":{"should":[{"term":{"n":1}},{"term":{"n":2}},{"term":{"tag":"red"}}],
              "minimum_should_match":2}})"),
              "1 2");
    EXPECT_EQ(matching("i", R"({"bool":{"filter":[{"range":{"n":{"lte":3}}}],"should":{"term":{"n":9}}}})"), "1 2 3");
    EXPECT_EQ(matching("i", R"({"constant_score":{"filter":{"term":{"tag":"green"}}}})"), "3");
  });
}

TEST_P(SearchSuite, ReadsQueryStrings) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(found("title:fox"), "1 2 5");
    EXPECT_EQ(found("title:(quick AND fox) OR n:4"), "1 2 4");
    EXPECT_EQ(found("title:\"brown fox\""), "1");
    EXPECT_EQ(found("fox -tag:red"), "5");
    EXPECT_EQ(found("+title:quick +tag:green"), "3");
    EXPECT_EQ(found("n:[2 TO 3]"), "2 3");
    EXPECT_EQ(found("n:{2 TO *}"), "3 4 5");
    EXPECT_EQ(found("price:>=3 AND NOT n:5"), "3");
    EXPECT_EQ(found("title:jum*"), "2");
    EXPECT_EQ(found("title:JUM?S"), "2");
    EXPECT_EQ(found("_exists_:flag"), "4 5");
    EXPECT_EQ(found("*"), "1 2 3 4 5");
    EXPECT_EQ(found("at:[2026-02-01 TO *]"), "4 5");
    EXPECT_EQ(error_of([&] { found("title:(fox"); }), "query_shard_exception: Failed to parse query [title:(fox]");
    EXPECT_EQ(simple("quick + fox"), "1 2");
    EXPECT_EQ(simple("bears | see"), "3 4");
    EXPECT_EQ(simple("\"brown fox\" | jum*"), "1 2");
    EXPECT_EQ(simple("fox + -quick"), "5");
    EXPECT_EQ(simple("((("), "");
  });
}

TEST_P(SearchSuite, ScoresAsBm25) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    const SearchResponse found = search("i", R"({"query":{"match":{"title":"fox"}}})");
    ASSERT_EQ(found.hits.size(), 3U);
    EXPECT_EQ(*json::parse(found.hits[0].source).find("n"), json::Value(5));  // three times, and short
    EXPECT_EQ(*json::parse(found.hits[1].source).find("n"), json::Value(1));
    // ln(1 + (5 − 3 + 0.5) / 3.5) × 2.2 × 1 / (1 + 1.2 × (0.25 + 0.75 × 4 / 3.8))
    EXPECT_NEAR(*found.hits[1].score, 0.52763, 1e-4);
    EXPECT_EQ(found.score_max, found.hits[0].score);
    EXPECT_EQ(search("i", R"({"query":{"term":{"n":1}}})").hits[0].score, 1.0F);
    EXPECT_EQ(search("i", R"({"query":{"bool":{"filter":{"term":{"n":1}}}}})").hits[0].score, 0.0F);
    EXPECT_EQ(search("i", R"({"query":{"constant_score":{"filter":{"term":{"n":1}},"boost":3}}})").hits[0].score, 3.0F);
    EXPECT_FALSE(search("i", R"({"sort":["n"]})").hits[0].score);
  });
}

TEST_P(SearchSuite, SortsAndPages) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(numbers("i", R"({"sort":[{"price":"desc"}]})"), "5 3 2 1 4");
    EXPECT_EQ(numbers("i", R"({"sort":[{"tag":{"order":"asc"}},{"n":"asc"}]})"), "5 2 3 1 4");
    EXPECT_EQ(numbers("i", R"({"sort":[{"tag":{"order":"asc","missing":"_first"}},"n"]})"), "4 5 2 3 1");
    EXPECT_EQ(numbers("i", R"({"sort":[{"tag":"desc"},{"n":"desc"}]})"), "2 1 3 5 4");
    EXPECT_EQ(numbers("i", R"({"sort":["n"],"from":1,"size":2})"), "2 3");
    EXPECT_EQ(numbers("i", R"({"sort":["n"],"search_after":[3]})"), "4 5");
    EXPECT_EQ(numbers("i", R"({"sort":[{"tag":"asc"},"n"],"search_after":["green",3]})"), "1 4");
    EXPECT_EQ(numbers("i", R"({"sort":[{"tag":"asc"},"n"],"search_after":["f",0]})"), "3 1 4");
    EXPECT_EQ(numbers("i", R"({"sort":[{"unknown":{"unmapped_type":"long"}},"n"]})"), "1 2 3 4 5");
    EXPECT_EQ(json::print(search("i", R"({"sort":[{"at":"asc"}],"size":1})").hits[0].sort), "[1767261600000]");
    EXPECT_EQ(error_of([&] { search("i", R"({"sort":["unknown"]})"); }),
              "query_shard_exception: No mapping found for [unknown] in order to sort on");
    EXPECT_EQ(error_of([&] { search("i", R"({"sort":["title"]})"); }).substr(0, 30), "illegal_argument_exception: Te");
    EXPECT_EQ(error_of([&] { search("i", R"({"from":9999,"size":2})"); }).substr(0, 53),
              "illegal_argument_exception: Result window is too larg");
  });
}

TEST_P(SearchSuite, ShowsWhatIsAskedFor) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    const auto source = [&](const std::string& filter) {
      return search("i", R"({"query":{"term":{"n":1}},"_source":)" + filter + "}").hits.at(0).source;
    };
    EXPECT_EQ(source("false"), "");
    EXPECT_EQ(source(R"(["n","ti*"])"), R"({"n":1,"title":"The quick brown fox"})");
    EXPECT_EQ(source(R"({"excludes":["title","at","price","ip"]})"), R"({"n":1,"tag":"red"})");
    const SearchResponse fields =
        search("i", R"({"query":{"term":{"n":2}},"docvalue_fields":[{"field":"at","format":"date_time"},
              "tag","price"],"version":true})");
    EXPECT_EQ(json::print(fields.hits.at(0).fields),
              R"({"at":["2026-01-02T10:00:00.000Z"],"tag":["blue","red"],"price":[2.5]})");
    const SearchResponse few = search("i", R"({"size":1,"track_total_hits":3})");
    EXPECT_EQ(few.total, 3);
    EXPECT_TRUE(few.total_is_lower_bound);
    EXPECT_FALSE(search("i", R"({"track_total_hits":false})").total_counted);
    EXPECT_EQ(engine().count(std::vector<std::string>{"i"},
                             dsl::parse_query_body(json::parse(R"({"query":{"match":{"title":"fox"}}})"))),
              3);
  });
}

TEST_P(SearchSuite, AggregatesTermsAndMetrics) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(aggregate("i", R"({"t":{"terms":{"field":"tag"},"aggs":{"p":{"avg":{"field":"price"}}}}})"),
              one_line(R"({"t":{"doc_count_error_upper_bound":0,"sum_other_doc_count":0,"buckets":[{"key":"red",
              "doc_count":2,"p":{"value":2.0}},{"key":"Blue","doc_count":1,"p":{"value":100.0}},
              {"key":"blue","doc_count":1,"p":{"value":2.5}},{"key":"green","doc_count":1,
              "p":{"value":3.5}}]}})"));
    EXPECT_EQ(aggregate("i", R"({"t":{"terms":{"field":"tag","size":1,"order":{"p":"desc"}},
              "aggs":{"p":{"max":{"field":"price"}}}}})"),
              one_line(R"({"t":{"doc_count_error_upper_bound":0,"sum_other_doc_count":4,
              "buckets":[{"key":"Blue","doc_count":1,"p":{"value":100.0}}]}})"));
    EXPECT_EQ(aggregate("i", R"({"t":{"terms":{"field":"n","size":2,"order":{"_key":"desc"}}}})"),
              one_line(R"({"t":{"doc_count_error_upper_bound":0,"sum_other_doc_count":3,"buckets":[{"key":5,
              "doc_count":1},{"key":4,"doc_count":1}]}})"));
    EXPECT_EQ(aggregate("i", R"({"s":{"stats":{"field":"n"}},"c":{"cardinality":{"field":"tag"}},
              "v":{"value_count":{"field":"tag"}},"m":{"min":{"field":"at"}}})"),
              one_line(R"({"s":{"count":5,"min":1.0,"max":5.0,"avg":3.0,"sum":15.0},"c":{"value":4},
              "v":{"value":5},"m":{"value":1767261600000.0,
              "value_as_string":"2026-01-01T10:00:00.000Z"}})"));
    EXPECT_EQ(aggregate("i", R"({"x":{"avg":{"field":"unknown"}},"y":{"terms":{"field":"unknown"}}})"),
              R"({"x":{"value":null},"y":{"doc_count_error_upper_bound":0,"sum_other_doc_count":0,"buckets":[]}})");
    EXPECT_EQ(error_of([&] { aggregate("i", R"({"t":{"terms":{"field":"title"}}})"); }).substr(0, 40),
              "illegal_argument_exception: Text fields ");
  });
}

TEST_P(SearchSuite, NamesAggregationsByTypeIfAsked) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  SearchRequest request = dsl::parse_search_request(json::parse(
      R"({"size":0,"aggs":{"t":{"terms":{"field":"n","size":1},"aggs":{"a":{"avg":{"field":"price"}}}},
          "s":{"terms":{"field":"tag","size":1}}}})"));
  request.typed_keys = true;
  const SearchResponse found = engine().search(std::vector<std::string>{"i"}, request);
  EXPECT_EQ(json::print(found.aggregations),
            one_line(R"({"lterms#t":{"doc_count_error_upper_bound":0,"sum_other_doc_count":4,"buckets":[
                {"key":1,"doc_count":1,"avg#a":{"value":1.5}}]},
                "sterms#s":{"doc_count_error_upper_bound":0,"sum_other_doc_count":3,"buckets":[
                {"key":"red","doc_count":2}]}})"));
}

TEST_P(SearchSuite, MatchOnlyTextFindsButDoesNotRank) {
  create("i", R"({"properties":{"m":{"type":"match_only_text"},"n":{"type":"long"}}})");
  write("i", {R"({"n":1,"m":"one two three"})", R"({"n":2,"m":"two two"})"});
  everywhere([&] {
    EXPECT_EQ(matching("i", R"({"match":{"m":"TWO"}})"), "1 2");
    EXPECT_EQ(matching("i", R"({"match_phrase":{"m":"two three"}})"), "1");
    for (const Hit& hit : search("i", R"({"query":{"match":{"m":"two"}}})").hits) EXPECT_EQ(hit.score, 1.0F);
  });
}

TEST_P(SearchSuite, AggregatesIntervals) {
  create("i", fruit_mapping());
  write("i", fruit_documents());
  everywhere([&] {
    EXPECT_EQ(aggregate("i", R"({"d":{"date_histogram":{"field":"at","calendar_interval":"month"},
              "aggs":{"s":{"sum":{"field":"n"}}}}})"),
              one_line(R"({"d":{"buckets":[{"key_as_string":"2026-01-01T00:00:00.000Z","key":1767225600000,
              "doc_count":3,"s":{"value":6.0}},{"key_as_string":"2026-02-01T00:00:00.000Z",
              "key":1769904000000,"doc_count":2,"s":{"value":9.0}}]}})"));
    EXPECT_EQ(aggregate("i", R"({"d":{"date_histogram":{"field":"at","calendar_interval":"1d","time_zone":"+09:00",
              "min_doc_count":1,"format":"yyyy-MM-dd"}}})"),
              one_line(R"({"d":{"buckets":[{"key_as_string":"2026-01-01","key":1767193200000,"doc_count":1},
              {"key_as_string":"2026-01-02","key":1767279600000,"doc_count":1},
              {"key_as_string":"2026-01-03","key":1767366000000,"doc_count":1},
              {"key_as_string":"2026-02-01","key":1769871600000,"doc_count":1},
              {"key_as_string":"2026-03-01","key":1772290800000,"doc_count":1}]}})"));
    EXPECT_EQ(aggregate("i", R"({"h":{"histogram":{"field":"n","interval":2}}})"),
              R"({"h":{"buckets":[{"key":0.0,"doc_count":1},{"key":2.0,"doc_count":2},{"key":4.0,"doc_count":2}]}})");
    EXPECT_EQ(aggregate("i", R"({"h":{"histogram":{"field":"price","interval":50,"extended_bounds":{"min":-100,
              "max":0}}}})"),
              one_line(R"({"h":{"buckets":[{"key":-100.0,"doc_count":0},{"key":-50.0,"doc_count":1},{"key":0.0,
              "doc_count":3},{"key":50.0,"doc_count":0},{"key":100.0,"doc_count":1}]}})"));
    EXPECT_EQ(aggregate("i", R"({"r":{"range":{"field":"n","ranges":[{"to":3},{"from":3,"key":"rest"}]}}})"),
              one_line(R"({"r":{"buckets":[{"key":"*-3.0","to":3.0,"doc_count":2},{"key":"rest","from":3.0,
              "doc_count":3}]}})"));
    EXPECT_EQ(aggregate("i", R"({"r":{"date_range":{"field":"at","format":"yyyy-MM","ranges":[{"from":"2026-02"}]}}})"),
              one_line(R"({"r":{"buckets":[{"key":"2026-02-*","from":1.769904e+12,"from_as_string":"2026-02",
              "doc_count":2}]}})"));
    EXPECT_EQ(aggregate("i", R"({"f":{"filter":{"term":{"tag":"red"}},"aggs":{"m":{"missing":{"field":"flag"}}}},
              "g":{"filters":{"filters":{"a":{"term":{"n":1}}},"other_bucket":true}}})"),
              one_line(R"({"f":{"doc_count":2,"m":{"doc_count":2}},"g":{"buckets":{"a":{"doc_count":1},
              "_other_":{"doc_count":4}}}})"));
    EXPECT_EQ(error_of([&] {
                aggregate("i", R"({"d":{"date_histogram":{"field":"at","fixed_interval":"1s"}}})");
              }).substr(0, 27),
              "too_many_buckets_exception:");
  });
}

TEST_P(SearchSuite, SearchesSeveralIndices) {
  create("c/a");
  create("c/b");
  write("c/a", {R"({"n":1,"t":"x"})", R"({"n":4,"t":"y"})"});
  write("c/b", {R"({"n":2,"t":"x"})", R"({"n":3,"t":"x"})"});
  everywhere([&] {
    SearchRequest request =
        dsl::parse_search_request(json::parse(R"({"sort":[{"n":"desc"}],"aggs":{"t":{"terms":{"field":"t.keyword"}},
              "i":{"filter":{"term":{"_index":"b"}}}}})"));
    const SearchResponse found = engine().search(std::vector<std::string>{"c/a", "c/b"}, request);
    EXPECT_EQ(found.total, 4);
    EXPECT_EQ(found.hits.at(0).index, "a");
    EXPECT_EQ(found.hits.at(1).index, "b");
    EXPECT_EQ(json::print(found.aggregations),
              one_line(R"({"t":{"doc_count_error_upper_bound":0,"sum_other_doc_count":0,"buckets":[{"key":"x",
              "doc_count":3},{"key":"y","doc_count":1}]},"i":{"doc_count":2}})"));
  });
}

TEST_P(SearchSuite, AnswersAcrossManyBlocksAndSegments) {
  create("i");
  int64_t sum = 0;
  for (int part = 0; part < 3; ++part) {
    std::vector<std::string> documents;
    for (int i = 0; i < 5000; ++i) {
      const int n = part * 5000 + i;
      sum += n;
      documents.push_back(R"({"n":)" + std::to_string(n) + R"(,"mod":"m)" + std::to_string(n % 7) +
                          R"(","text":"word)" + std::to_string(n % 100) + R"( common"})");
    }
    for (const WriteOutcome& outcome : write("i", documents)) ASSERT_TRUE(outcome.accepted());
    if (part < 2) harness_->reopen();
  }
  everywhere([&] {
    EXPECT_EQ(search("i", R"({"query":{"match":{"text":"word42"}}})").total, 150);
    EXPECT_EQ(numbers("i", R"({"sort":[{"n":"desc"}],"size":3})"), "14999 14998 14997");
    EXPECT_EQ(numbers("i", R"({"query":{"range":{"n":{"gte":4094,"lte":4099}}},"sort":["n"]})"),
              "4094 4095 4096 4097 4098 4099");
    EXPECT_EQ(search("i", R"({"query":{"match":{"text":"common"}},"track_total_hits":true})").total, 15000);
    EXPECT_EQ(aggregate("i", R"({"s":{"sum":{"field":"n"}},"c":{"cardinality":{"field":"mod.keyword"}}})"),
              R"({"s":{"value":)" + json::print(json::Value(static_cast<double>(sum))) + R"(},"c":{"value":7}})");
    EXPECT_EQ(search("i", R"({"query":{"term":{"mod.keyword":"m3"}},"size":0,"track_total_hits":true})").total, 2143);
  });
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SearchSuite);

}  // namespace standpipe::search
