// Columns: fields, spans and the functions that make one value of many.
#include <map>

#include "base/bytes.h"
#include "services/opensearch/tables/lexer.h"
#include "services/opensearch/tables/table_query.h"

namespace standpipe::opensearch {
namespace {

using Column = TableQuery::Column;
using Kind = Column::Kind;

Column parse_span(Lexer& lexer, const Fields& fields) {
  Column out{Kind::span, {}, {}, lexer.expect_name(), {}};
  lexer.expect_symbol(",");
  out.interval = std::to_string(lexer.expect_count());
  if (lexer.peek().kind == Token::Kind::word) out.interval += lexer.take().text;
  lexer.expect_symbol(")");
  out.name = out.expression = "span(" + out.field + "," + out.interval + ")";
  fields.type(out.field);
  return out;
}

}  // namespace

TableQuery::Column parse_column(Lexer& lexer, const Fields& fields) {
  static const std::map<std::string_view, Kind> functions = {
      {"count", Kind::count}, {"sum", Kind::sum}, {"avg", Kind::avg}, {"min", Kind::min},
      {"max", Kind::max},     {"dc", Kind::distinct_count}, {"distinct_count", Kind::distinct_count}};
  const bool quoted = lexer.peek().quoted;
  const std::string word = lexer.expect_name();
  if (quoted || !lexer.take_symbol("(")) {
    fields.type(word);
    return {Kind::field, word, word, word, {}};
  }
  const std::string function = to_lower(word);
  if (function == "span") return parse_span(lexer, fields);
  const auto found = functions.find(function);
  if (found == functions.end()) throw SyntaxError("function [" + word + "] is not supported");
  Column out{found->second, {}, {}, {}, {}};
  if (out.kind == Kind::count && lexer.take_symbol(")")) {
    out.name = out.expression = word + "()";
    return out;
  }
  if (out.kind == Kind::count && lexer.take_symbol("*")) {
    out.expression = word + "(*)";
  } else {
    const bool distinct = out.kind == Kind::count && lexer.take_word("distinct");
    if (distinct) out.kind = Kind::distinct_count;
    out.field = lexer.expect_name();
    out.expression = word + (distinct ? "(distinct " : "(") + out.field + ")";
    fields.type(out.field);
  }
  lexer.expect_symbol(")");
  out.name = out.expression;
  return out;
}

}  // namespace standpipe::opensearch
