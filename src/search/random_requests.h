// Random documents and requests for the differential test, all from one seed. Small vocabularies and ranges, so that
// much is equal, missing, or just beside a bound.
#pragma once

#include <random>
#include <string>

#include "base/json.h"

namespace standpipe::search {

class RandomRequests {
 public:
  explicit RandomRequests(uint64_t seed) : random_(seed) {}

  static json::Value mapping();
  static const json::Value& types();  // {"field": "keyword", …}, also those of the nested field "o"
  json::Value document();
  json::Value query(int depth = 0);
  json::Value sort();
  json::Value aggregations(int depth = 0);
  json::Value composite();  // without size and after
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

 private:
  template <class... Choices>
  std::string one_of(Choices... choices) {
    const std::string all[] = {choices...};
    return all[below(static_cast<int>(sizeof...(choices)))];
  }
  std::string word();
  std::string words(int most);
  std::string keyword() { return one_of("alpha", "beta", "Beta", "alphabet", "gamma", "be ta", "") ; }
  std::string time();
  json::Value value(const std::string& field);
  json::Value leaf_query();
  json::Value nested_query();
  json::Value object_query();
  json::Value nested_aggregation();
  json::Value text_query();
  json::Value term_test();
  json::Value range_query();
  json::Value bucket_aggregation();
  json::Value rarer_bucket_aggregation();
  void add_pipelines(json::Object& histogram, json::Object& beside, const std::string& name);
  json::Value metric_aggregation();

  std::mt19937_64 random_;
};

}  // namespace standpipe::search
