// The judge of the differential test: evaluates the DSL's JSON on documents' JSON, one document after the other, with
// nothing shared with the engine: no parser, no index, no columns. Slow, small and obvious. It knows the fields of
// random_requests.h only: text there is lower-case words separated by single spaces.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace standpipe::search::brute {

struct Document {
  std::string id;
  json::Value source;
  const Document* parent = nullptr;  // of an object of a nested field; its members are named by their whole paths
};
using Documents = std::vector<const Document*>;

class Evaluator {
 public:
  // `types`: {"field": "keyword", …}
  explicit Evaluator(json::Value types) : types_(std::move(types)) {}

  bool matches(const Document& document, const json::Value& query) const;
  // In the order of "sort", ties by id; only fields, with "order", "missing" and "mode".
  Documents sorted(Documents documents, const json::Value& sort) const;
  // `all`: for the aggregations that do not care about the query.
  json::Value aggregate(const Documents& documents, const Documents& all, const json::Value& aggregations) const;
  // All pages of a composite aggregation.
  json::Array composite(const Documents& documents, const json::Value& options) const;

 private:
  std::string type(const std::string& field) const { return types_.text(field); }
  std::vector<Document> objects(const Document& document, const std::string& path) const;
  json::Value joined(const Documents& documents, const Documents& all, const std::string& kind,
                     const json::Value& options, const json::Value& children) const;
  json::Array values(const Document& document, const std::string& field) const;
  std::vector<double> numbers(const Document& document, const std::string& field) const;
  std::vector<std::string> tokens(const Document& document, const std::string& field) const;
  bool has_value(const Document& document, const std::string& field, const json::Value& wanted) const;
  bool matches_text(const Document& document, const std::string& field, const std::string& kind,
                    const json::Value& options) const;
  bool matches_bool(const Document& document, const json::Value& clause) const;
  bool matches_range(const Document& document, const std::string& field, const json::Value& bounds) const;
  bool any_term(const Document& document, const std::string& field, const std::string& kind,
                const json::Value& options) const;
  json::Value aggregate_one(const Documents& documents, const Documents& all, const std::string& kind,
                            const json::Value& options, const json::Value& children) const;
  json::Value bucket(json::Object head, const Documents& documents, const Documents& all,
                     const json::Value& children) const;
  json::Value terms(const Documents& documents, const Documents& all, const json::Value& options,
                    const json::Value& children) const;
  json::Value histogram(const Documents& documents, const Documents& all, const json::Value& options,
                        const json::Value& children, bool dates) const;
  json::Value metric(const Documents& documents, const std::string& kind, const json::Value& options) const;
  json::Value rarer(const Documents& documents, const Documents& all, const std::string& kind,
                    const json::Value& options, const json::Value& children) const;
  json::Value significant(const Documents& documents, const Documents& all, const json::Value& options,
                          const json::Value& children) const;
  // Keys of one field, or of one source of a composite, rising; `missing`: null if there is none.
  std::vector<json::Value> keys(const Document& document, const std::string& field) const;
  std::vector<json::Value> source_keys(const Document& document, const json::Value& source) const;

  json::Value types_;
};

// Adds what pipelines within and beside say to the answer of aggregations.
void run_pipelines(const json::Value& aggregations, json::Object& results);

// Epoch milliseconds of "2026-01-02T03:04:05.000Z" and back; nothing else is ever generated.
double read_time(const std::string& text);
std::string print_time(double ms);

}  // namespace standpipe::search::brute
