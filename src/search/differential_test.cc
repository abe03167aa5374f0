// Random documents, queries, sorts and aggregations: the engine must answer what brute_force.h does. The seed is
// printed; STANDPIPE_SEED runs another one, STANDPIPE_ROUNDS more of them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>

#include "search/brute_force.h"
#include "search/dsl/request.h"
#include "search/random_requests.h"
#include "search/search.h"
#include "storage/temporary_directory.h"

namespace standpipe::search {
namespace {

int64_t from_environment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoll(text);
}

// Empty if they are the same but for what adding in another order does to fractions.
std::string difference(const json::Value& a, const json::Value& b, const std::string& path = "") {
  if (a.is_number() && b.is_number()) {
    const double scale = std::max({1.0, std::abs(a.number()), std::abs(b.number())});
    if (std::abs(a.number() - b.number()) <= 1e-9 * scale) return "";
  } else if (a.is_object() && b.is_object()) {
    if (a.object().size() != b.object().size()) return path + ": members differ";
    for (const auto& [name, value] : a.object()) {
      const json::Value* other = b.find(name);
      if (other == nullptr) return path + ": no " + name;
      if (auto found = difference(value, *other, path + "/" + name); !found.empty()) return found;
    }
    return "";
  } else if (a.is_array() && b.is_array() && a.array().size() == b.array().size()) {
    for (size_t i = 0; i < a.array().size(); ++i) {
      auto found = difference(a.array()[i], b.array()[i], path + "/" + std::to_string(i));
      if (!found.empty()) return found;
    }
    return "";
  } else if (a == b) {
    return "";
  }
  return path + ": " + json::print(a).substr(0, 300) + " is not " + json::print(b).substr(0, 300);
}

// top_hits is judged by its total and ids.
json::Value simplified(const json::Value& value) {
  if (value.is_array()) {
    json::Array out;
    for (const json::Value& item : value.array()) out.push_back(simplified(item));
    return out;
  }
  if (!value.is_object()) return value;
  if (const json::Value* hits = value.find("hits"); hits != nullptr && hits->is_object()) {
    json::Array ids;
    for (const json::Value& hit : hits->find("hits")->array()) ids.push_back(hit.text("_id"));
    return json::Object{{"total", *hits->find("total")->find("value")}, {"ids", std::move(ids)}};
  }
  json::Object out;
  for (const auto& [name, item] : value.object()) out.append(name, simplified(item));
  return out;
}

class Differential : public testing::Test {
 protected:
  void open() { engine_ = open_embedded_search(directory_.path() / "search", clock_); }
  void reopen() {  // writes memory into segments
    engine_.reset();
    open();
  }
  void write(const std::vector<brute::Document>& documents) {
    std::vector<std::string> texts;
    for (const brute::Document& document : documents) texts.push_back(json::print(document.source));
    std::vector<WriteOperation> batch;
    for (size_t i = 0; i < texts.size(); ++i) batch.push_back({.id = documents[i].id, .source = texts[i]});
    for (const WriteOutcome& outcome : engine_->write("i", batch)) ASSERT_TRUE(outcome.accepted());
    for (const brute::Document& document : documents) documents_[document.id] = document;
  }
  void remove(const std::string& id) {
    const WriteOperation operation{.kind = WriteOperation::Kind::remove, .id = id};
    engine_->write("i", std::span(&operation, 1));
    documents_.erase(id);
  }
  // Some documents in files, some replaced or removed since, some in memory.
  void fill(RandomRequests& random) {
    engine_->create("i", {RandomRequests::mapping(), {}});
    int next = 0;
    for (int part = 0; part < 3; ++part) {
      std::vector<brute::Document> written;
      for (int i = random.below(70) + 10; i > 0; --i) written.push_back({std::to_string(next++), random.document()});
      for (int i = random.below(6); i > 0; --i)
        written.push_back({std::to_string(random.below(next)), random.document()});
      write(written);
      for (int i = random.below(6); i > 0; --i) remove(std::to_string(random.below(next)));
      if (part < 2) reopen();
    }
  }
  SearchResponse search(const json::Value& body) {
    return engine_->search(std::vector<std::string>{"i"}, dsl::parse_search_request(body));
  }

  void compare(RandomRequests& random, const brute::Evaluator& judge) {
    const json::Value query = random.query();
    json::Value sort = random.sort();
    sort.array().push_back(json::Object{{"_id", json::Object{{"order", "asc"}}}});
    const json::Value aggregations = random.aggregations();
    const json::Value body = json::Object{{"query", query}, {"sort", sort}, {"size", 1000}, {"aggs", aggregations}};
    SCOPED_TRACE(json::print(body));
    brute::Documents all, matching;
    for (const auto& [id, document] : documents_) {
      all.push_back(&document);
      if (judge.matches(document, query)) matching.push_back(&document);
    }
    std::string expected, found;
    sort.array().pop_back();
    for (const brute::Document* document : judge.sorted(matching, sort)) expected += document->id + " ";
    const SearchResponse answer = search(body);
    for (const Hit& hit : answer.hits) found += hit.id + " ";
    ASSERT_EQ(found, expected);
    ASSERT_EQ(difference(simplified(answer.aggregations), judge.aggregate(matching, all, aggregations)), "");
  }

  // Page by page, until there is no further one.
  void compare_composite(RandomRequests& random, const brute::Evaluator& judge) {
    json::Value aggregation = random.composite();
    json::Object& options = aggregation.object().find("composite")->object();
    SCOPED_TRACE(json::print(aggregation));
    brute::Documents all;
    for (const auto& [id, document] : documents_) all.push_back(&document);
    const json::Array expected = judge.composite(all, options);
    options.append("size", random.below(7) + 1);
    json::Array found;
    for (size_t page = 0; page < 2000; ++page) {
      const json::Object aggregations{{"c", aggregation}};
      const SearchResponse answer = search(json::Object{{"size", 0}, {"aggs", aggregations}});
      const json::Value& shown = *answer.aggregations.find("c");
      for (const json::Value& bucket : shown.find("buckets")->array()) found.push_back(bucket);
      if (shown.find("after_key") == nullptr) break;
      options["after"] = *shown.find("after_key");
    }
    ASSERT_EQ(difference(found, expected), "");
  }

  TemporaryDirectory directory_;
  FakeClock clock_;
  std::unique_ptr<SearchEngine> engine_;
  std::map<std::string, brute::Document> documents_;
};

TEST_F(Differential, AnswersAsBruteForceDoes) {
  const int64_t first = from_environment("STANDPIPE_SEED", 1), rounds = from_environment("STANDPIPE_ROUNDS", 4);
  for (int64_t seed = first; seed < first + rounds; ++seed) {
    SCOPED_TRACE("STANDPIPE_SEED=" + std::to_string(seed));
    RandomRequests random(static_cast<uint64_t>(seed));
    const brute::Evaluator judge(RandomRequests::types());
    open();
    documents_.clear();
    fill(random);
    for (int i = 0; i < 150 && !HasFatalFailure(); ++i) compare(random, judge);
    for (int i = 0; i < 10 && !HasFatalFailure(); ++i) compare_composite(random, judge);
    if (HasFatalFailure()) return;
    engine_->clear();
    engine_.reset();
  }
}

}  // namespace
}  // namespace standpipe::search
