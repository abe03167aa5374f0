// What a SQL or PPL query asks for: rows of documents, or of groups of documents. Both languages are read into this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/opensearch/tables/fields.h"

namespace standpipe::opensearch {

inline constexpr uint32_t kRowsDefault = 200, kRowsMax = 10'000;

struct TableQuery {
  struct Column {
    enum class Kind { field, span, count, sum, avg, min, max, distinct_count } kind = Kind::field;
    std::string name;        // as answers show it
    std::string expression;  // as it was asked for
    std::string field;       // empty: count(*)
    std::string interval;    // span: "1h", "10"
    bool aggregates() const { return kind > Kind::span; }
  };
  struct Order {
    std::string name;  // of a column, or a field
    bool descending = false;
  };
  std::string index;
  std::optional<json::Value> filter;  // a query of the DSL
  std::vector<Column> columns;        // as shown; with groups each is one of them or aggregates
  std::vector<Column> groups;         // fields and spans
  bool grouped = false;               // also without groups: all documents are one
  std::vector<Order> order;
  uint32_t from = 0, size = kRowsDefault;
};

// The index that a query reads: its fields must be known before its conditions can be.
std::string index_of_sql(std::string_view text);
std::string index_of_ppl(std::string_view text);
// Throw SyntaxError for what is wrong or not supported.
TableQuery parse_sql(std::string_view text, const Fields& fields);
TableQuery parse_ppl(std::string_view text, const Fields& fields);
// "count(*)", "avg(price)", "span(at, 1h)", "price": a column that has no other name yet. `lexer` stands at its begin.
class Lexer;
TableQuery::Column parse_column(Lexer& lexer, const Fields& fields);

}  // namespace standpipe::opensearch
