// The data plane with a real engine behind it, and policies that the tests decide.
#include "services/opensearch/opensearch_data_plane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/bytes.h"
#include "metadata/sqlite.h"
#include "search/index_settings.h"
#include "storage/temporary_directory.h"

namespace standpipe::opensearch {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Policies final : public CollectionDirectory, public aws::Authorizer {
 public:
  std::optional<Collection> find(std::string_view id) const override {
    if (id == "search00000000000000")
      return Collection{std::string(id), "books", "000000000000", "eu-west-1", "SEARCH"};
    if (id == "time0000000000000000")
      return Collection{std::string(id), "logs", "000000000000", "eu-west-1", "TIMESERIES"};
    return std::nullopt;
  }
  bool reachable(const Collection&, Face, std::string_view) const override { return network; }
  bool permits(const Collection&, const aws::Principal&, std::string_view permission,
               std::string_view index) const override {
    return permitted.contains("*") || permitted.contains(std::string(permission) + " " + std::string(index));
  }
  aws::Decision decide(const aws::Request&, const aws::Access& access) const override {
    asked = access.action + " " + access.resource;
    return {iam, "because no identity-based policy allows it"};
  }
  bool iam = true, network = true;
  std::set<std::string> permitted{"*"};
  mutable std::string asked;
};

class NoMetrics final : public MetricSink {
 public:
  void record(const Measurement&) override {}
};

class DataPlaneTest : public testing::Test {
 protected:
  struct Answer {
    int status;
    std::string body;
    net::Headers headers;
    json::Value json() const { return json::parse(body); }
  };

  Answer call(const std::string& method, const std::string& path, const std::string& body = "",
              const std::string& host = "search00000000000000.eu-west-1.aoss.amazonaws.com") {
    net::Request http;
    http.method = method;
    http.target = path;
    http.headers = {{"Host", host}};
    http.body = net::Body(body);
    EXPECT_TRUE(plane_.serves(http));
    net::Response response = plane_.serve(request(), http);
    return {response.status, std::get<std::string>(response.body), response.headers};
  }
  Answer time_series(const std::string& method, const std::string& path, const std::string& body = "") {
    return call(method, "/_aoss/time0000000000000000" + path, body, "localhost");
  }
  static aws::Request request() {
    aws::Request out;
    out.id = "request-1";
    out.account = out.principal.account = "000000000000";
    out.region = "eu-west-1";
    out.principal.kind = aws::Principal::Kind::user;
    out.principal.arn = "arn:aws:iam::000000000000:user/u";
    return out;
  }

  TemporaryDirectory directory_;
  FakeClock clock_;
  Policies policies_;
  NoMetrics metrics_;
  std::unique_ptr<search::SearchEngine> engine_ = search::open_embedded_search(directory_.path() / "search", clock_);
  aws::Caller caller_{policies_};
  std::unique_ptr<Metadata> metadata_ = open_sqlite_metadata(directory_.path() / "metadata.db");
  OpenSearchDataPlane plane_{*engine_, policies_, caller_, metrics_, *metadata_};
};

TEST_F(DataPlaneTest, ChecksInOrder) {
  policies_.iam = policies_.network = false;
  policies_.permitted.clear();
  EXPECT_EQ(call("GET", "/i", "", "nosuch.eu-west-1.aoss.amazonaws.com").status, 404);
  Answer refused = call("GET", "/i");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr(R"("error":{"reason":"403 Forbidden","type":"Forbidden"})"));
  EXPECT_EQ(refused.headers.get("x-aoss-response-hint"), "X01:gw-helper-deny");
  EXPECT_EQ(policies_.asked, "aoss:APIAccessAll arn:aws:aoss:eu-west-1:000000000000:collection/search00000000000000");
  policies_.iam = true;
  EXPECT_EQ(call("GET", "/i").status, 401);
  policies_.network = true;
  refused = call("GET", "/_cluster/health");
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(refused.body, "");
  EXPECT_EQ(refused.headers.get("server"), "aoss-amazon");
  refused = call("PUT", "/i");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.json().find("error")->text("type"), "security_exception");
  policies_.permitted = {"aoss:CreateIndex i"};
  EXPECT_EQ(call("PUT", "/i").body, R"({"acknowledged":true,"shards_acknowledged":true,"index":"i"})");
  EXPECT_EQ(call("GET", "/i").status, 403);
}

TEST_F(DataPlaneTest, OffersOnlyWhatCollectionsDo) {
  for (const char* path : {"/", "/_cluster/health", "/_nodes", "/_search/scroll", "/i/_refresh", "/_reindex",
                           "/_template/x", "/_plugins/x"}) {
    for (const char* method : {"GET", "POST"}) {
      const Answer answer = call(method, path);
      EXPECT_EQ(answer.status, 404) << method << path;
      EXPECT_EQ(answer.body, "") << method << path;
    }
  }
  EXPECT_EQ(call("PUT", "/_bulk", "{}\n").status, 404);
  EXPECT_EQ(time_series("PUT", "/i/_doc/1", "{}").status, 404);
  EXPECT_EQ(time_series("PUT", "/i/_create/1", "{}").status, 404);
}

TEST_F(DataPlaneTest, ManagesIndices) {
  EXPECT_EQ(call("HEAD", "/books").status, 404);
  EXPECT_EQ(call("PUT", "/books",
                 R"({"mappings":{"properties":{"n":{"type":"long"}}},"settings":{"index":{"number_of_shards":2}}})")
                .status,
            200);
  EXPECT_EQ(call("HEAD", "/books").status, 200);
  const Answer again = call("PUT", "/books");
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.json().find("error")->text("type"), "resource_already_exists_exception");
  EXPECT_THAT(call("PUT", "/Books").body, HasSubstr("must be lowercase"));
  EXPECT_THAT(call("PUT", "/b", R"({"mappings":{"properties":{"n":{"type":"knn_vector"}}}})").body,
              HasSubstr("No handler for type [knn_vector]"));
  EXPECT_EQ(call("GET", "/books/_mapping").body, R"({"books":{"mappings":{"properties":{"n":{"type":"long"}}}}})");
  EXPECT_EQ(call("PUT", "/books/_mapping", R"({"properties":{"t":{"type":"text"}}})").body, R"({"acknowledged":true})");
  EXPECT_THAT(call("GET", "/books/_field_caps?fields=*").body,
              HasSubstr(R"("t":{"text":{"type":"text","searchable":true,"aggregatable":false}})"));
  EXPECT_THAT(call("GET", "/books/_settings").body, HasSubstr(R"("provided_name":"books")"));
  EXPECT_THAT(call("GET", "/_cat/indices?h=index,docs.count").body, StartsWith("books 0"));
  EXPECT_EQ(call("GET", "/_resolve/index/b*").body,
            R"({"indices":[{"name":"books","attributes":["open"]}],"aliases":[],"data_streams":[]})");
  EXPECT_EQ(call("GET", "/_alias").body, R"({"books":{"aliases":{}}})");
  EXPECT_EQ(call("GET", "/nosuch").json().find("error")->text("reason"), "no such index [nosuch]");
  EXPECT_EQ(call("DELETE", "/books").body, R"({"acknowledged":true})");
  EXPECT_EQ(call("DELETE", "/books").status, 404);
}

TEST_F(DataPlaneTest, ChangesSettings) {
  call("PUT", "/i", R"({"settings":{"number_of_shards":1,"index":{"refresh_interval":"1s"}}})");
  EXPECT_EQ(call("PUT", "/i/_settings", R"({"index":{"refresh_interval":"30s"},"number_of_replicas":2})").body,
            R"({"acknowledged":true})");
  engine_.reset();
  engine_ = search::open_embedded_search(directory_.path() / "search", clock_);
  EXPECT_EQ(json::print(search::flat_settings(engine_->describe("search00000000000000/i")->settings)),
            R"({"index.number_of_shards":1,"index.refresh_interval":"30s","index.number_of_replicas":2})");
}

TEST_F(DataPlaneTest, RefusesSettingsThatCannotChange) {
  call("PUT", "/i", R"({"settings":{"number_of_shards":1}})");
  const auto put = [&](const std::string& path, const std::string& body) { return call("PUT", path, body).body; };
  EXPECT_EQ(call("GET", "/i/_settings/index.number_of_*?flat_settings=true").body,
            R"({"i":{"settings":{"index.number_of_shards":"1"}}})");
  EXPECT_THAT(put("/i/_settings", R"({"index.number_of_shards":3})"),
              HasSubstr("Can't update non dynamic settings [[index.number_of_shards]] for open indices [[i/"));
  EXPECT_THAT(put("/i/_settings", R"({"max_result_window":9})"),
              HasSubstr("unknown setting [index.max_result_window]"));
  EXPECT_THAT(put("/i/_settings", R"({"refresh_interval":"soon"})"), HasSubstr("Failed to parse value [soon]"));
  EXPECT_THAT(put("/i/_settings", R"({"number_of_replicas":-1})"), HasSubstr("must be >= 0"));
  EXPECT_EQ(put("/i/_settings?preserve_existing=true", R"({"priority":5})"), R"({"acknowledged":true})");
  EXPECT_EQ(put("/i/_settings?preserve_existing=true", R"({"priority":6})"), R"({"acknowledged":true})");
  EXPECT_EQ(call("GET", "/i/_settings/index.priority").body, R"({"i":{"settings":{"index":{"priority":"5"}}}})");
  EXPECT_EQ(put("/i/_settings", R"({"priority":null})"), R"({"acknowledged":true})");
  EXPECT_EQ(call("GET", "/i/_settings/index.priority").body, R"({"i":{"settings":{}}})");
  EXPECT_EQ(call("PUT", "/nosuch/_settings", R"({"priority":1})").status, 404);
  policies_.permitted = {"aoss:DescribeIndex i"};
  EXPECT_EQ(call("PUT", "/i/_settings", R"({"priority":1})").status, 403);
}

TEST_F(DataPlaneTest, SeesChangesOfAliasesAtOnce) {
  call("PUT", "/a");
  call("PUT", "/b");
  for (int i = 0; i < 3; ++i) {
    call("PUT", "/a/_alias/now");
    EXPECT_EQ(call("GET", "/_alias/now").body, R"({"a":{"aliases":{"now":{}}}})");
    call("POST", "/_aliases", R"({"actions":[{"remove":{"index":"a","alias":"now"}},
        {"add":{"index":"b","alias":"now"}}]})");
    EXPECT_EQ(call("GET", "/_alias/now").body, R"({"b":{"aliases":{"now":{}}}})");
    call("DELETE", "/b/_alias/now");
    EXPECT_EQ(call("GET", "/_alias/now").status, 404);
  }
  call("PUT", "/a/_alias/now");
  call("DELETE", "/a");
  EXPECT_EQ(call("GET", "/_alias/now").status, 404);
}

TEST_F(DataPlaneTest, AnswersBulkInTheOrderThatClientsCompare) {
  const Answer created =
      time_series("POST", "/_bulk",
                  "{\"create\":{\"_index\":\"logs\"}}\n{\"n\":1}\n{\"index\":{\"_index\":\"logs\"}}\n{\"n\":2}\n");
  EXPECT_EQ(created.status, 200);
  EXPECT_THAT(created.body, HasSubstr(R"("errors":false,"items":[{"create":{"_index":"logs","_id":")"));
  EXPECT_THAT(created.body, StartsWith(R"({"took":)"));
  EXPECT_EQ(created.json().find("items")->array().size(), 2U);
  const Answer mixed = time_series(
      "POST", "/logs/_bulk",
      "{\"index\":{\"_id\":\"1\"}}\n{\"n\":3}\n{\"index\":{}}\n{\"n\":\"abc\"}\n{\"index\":{}}\n{\"n\":4}\n");
  EXPECT_THAT(mixed.body, HasSubstr(R"("errors":true)"));
  const json::Value root = mixed.json();
  const json::Array& items = root.find("items")->array();
  EXPECT_EQ(items[0].find("index")->find("error")->text("reason"),
            "Document ID is not supported in create/index operation request");
  EXPECT_EQ(items[0].find("index")->find("status")->integer(), 400);
  EXPECT_EQ(items[1].find("index")->find("error")->text("type"), "mapper_parsing_exception");
  EXPECT_EQ(items[2].find("index")->text("result"), "created");
  EXPECT_EQ(time_series("GET", "/logs/_count").json().find("count")->integer(), 3);
  EXPECT_THAT(time_series("POST", "/logs/_bulk?refresh=true", "{}\n").body,
              HasSubstr("true refresh policy is not supported"));
  EXPECT_EQ(time_series("POST", "/logs/_bulk", "{\"index\":{}}\n{}").status, 400);
  EXPECT_EQ(time_series("POST", "/logs/_bulk", "{\"change\":{}}\n{}\n").status, 400);
}

TEST_F(DataPlaneTest, RefusesBulkItemsByPolicy) {
  policies_.permitted = {"aoss:WriteDocument a", "aoss:CreateIndex a", "aoss:WriteDocument c"};
  const Answer answer = time_series(
      "POST", "/_bulk",
      "{\"index\":{\"_index\":\"a\"}}\n{}\n{\"index\":{\"_index\":\"b\"}}\n{}\n{\"index\":{\"_index\":\"c\"}}\n{}\n");
  const json::Value root = answer.json();
  const json::Array& items = root.find("items")->array();
  EXPECT_EQ(items[0].find("index")->find("status")->integer(), 201);
  EXPECT_EQ(items[1].find("index")->find("status")->integer(), 403);
  EXPECT_EQ(items[1].find("index")->find("error")->text("type"), "security_exception");
  EXPECT_EQ(items[2].find("index")->find("status")->integer(), 403);  // may write, but not create what is missing
}

TEST_F(DataPlaneTest, ServesDocuments) {
  EXPECT_EQ(call("PUT", "/books/_doc/1", R"({"title":"Foxes","n":1})").status, 201);
  EXPECT_EQ(call("PUT", "/books/_doc/1", R"({"title":"Brown foxes","n":1})").json().find("_version")->integer(), 2);
  EXPECT_EQ(call("PUT", "/books/_create/1", "{}").status, 409);
  EXPECT_EQ(call("POST", "/books/_update/1", R"({"doc":{"n":5}})").json().text("result"), "updated");
  EXPECT_THAT(call("GET", "/books/_doc/1").body, HasSubstr(R"("found":true,"_source":{"title":"Brown foxes","n":5})"));
  EXPECT_EQ(call("GET", "/books/_source/1").body, R"({"title":"Brown foxes","n":5})");
  EXPECT_EQ(call("GET", "/books/_doc/2").body, R"({"_index":"books","_id":"2","found":false})");
  EXPECT_EQ(call("POST", "/books/_mget", R"({"ids":["1","2"]})").json().find("docs")->array().size(), 2U);
  EXPECT_EQ(call("DELETE", "/books/_doc/1").json().text("result"), "deleted");
  EXPECT_EQ(call("DELETE", "/books/_doc/1").status, 404);
  EXPECT_EQ(call("POST", "/books/_doc", R"({"n":"x"})").status, 400);
}

TEST_F(DataPlaneTest, Searches) {
  call("PUT", "/books/_doc/1", R"({"title":"Foxes","n":1})");
  call("PUT", "/films/_doc/2", R"({"title":"Bears and foxes","n":2})");
  const Answer found =
      call("POST", "/_search?typed_keys=true",
           R"({"query":{"match":{"title":"foxes"}},"version":true,"aggs":{"s":{"sum":{"field":"n"}}}})");
  EXPECT_THAT(found.body, HasSubstr(R"("hits":{"total":{"value":2,"relation":"eq"},"max_score":)"));
  EXPECT_THAT(found.body, HasSubstr(R"({"_index":"books","_id":"1","_version":1,"_score":)"));
  EXPECT_THAT(found.body, HasSubstr(R"("aggregations":{"sum#s":{"value":3.0}})"));
  EXPECT_THAT(call("GET", "/books/_search?q=n:1&_source=n&sort=n:desc").body,
              HasSubstr(R"("_source":{"n":1},"sort":[1])"));
  const Answer wrong = call("POST", "/books/_search", R"({"query":{"term":{"n":"abc"}}})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.json().find("error")->text("type"), "search_phase_execution_exception");
  EXPECT_EQ(wrong.json().find("error")->find("root_cause")->array()[0].text("type"), "query_shard_exception");
  EXPECT_EQ(call("POST", "/books/_search", R"({"query":{"span_near":{}}})").json().find("error")->text("reason"),
            "unknown query [span_near]");
  EXPECT_EQ(call("POST", "/nosuch/_search").status, 404);
  EXPECT_THAT(call("POST", "/_msearch", "{\"index\":\"books\"}\n{}\n{\"index\":\"nosuch\"}\n{}\n").body,
              HasSubstr("no such index [nosuch]"));
  EXPECT_THAT(call("POST", "/books/_validate/query", R"({"query":{"term":{"n":"abc"}}})").body,
              HasSubstr(R"("valid":false)"));
  policies_.permitted = {"aoss:ReadDocument books"};
  EXPECT_THAT(call("POST", "/_search").body, HasSubstr(R"("total":{"value":1)"));
  EXPECT_EQ(call("POST", "/films/_search").status, 403);
}

TEST_F(DataPlaneTest, WritesForCallersInside) {
  const std::string source = R"({"n":1})";
  const search::WriteOperation operation{.source = source};
  const Target target{"https://time0000000000000000.eu-west-1.aoss.amazonaws.com:443", "logs"};
  const auto write = [&] {
    return plane_.write(request(), target, std::span(&operation, 1), search::Checkpoint{"s", "1"});
  };
  policies_.permitted = {"aoss:WriteDocument logs"};
  EXPECT_EQ(write().documents.at(0).status, 403);  // the index is missing, and may not be created
  EXPECT_EQ(plane_.checkpoint(request(), target, "s"), std::nullopt);
  policies_.permitted = {"*"};
  EXPECT_EQ(write().documents.at(0).status, 201);
  EXPECT_EQ(plane_.checkpoint(request(), target, "s"), "1");
  EXPECT_THAT(plane_.search(request(), target, "{}").body, HasSubstr(R"("_source":{"n":1})"));
  policies_.network = false;
  EXPECT_EQ(write().status, 401);
  policies_.iam = false;
  EXPECT_EQ(write().status, 403);
  EXPECT_EQ(plane_.write(request(), {"nosuch", "logs"}, {}, {}).status, 404);
}

}  // namespace
}  // namespace standpipe::opensearch
