// SQL: SELECT … FROM … [WHERE …] [GROUP BY …] [ORDER BY …] [LIMIT …].
#include <algorithm>

#include "base/bytes.h"
#include "services/opensearch/tables/condition.h"
#include "services/opensearch/tables/lexer.h"
#include "services/opensearch/tables/table_query.h"

namespace standpipe::opensearch {
namespace {

constexpr size_t kColumnsMax = 100;

class SqlParser {
 public:
  SqlParser(std::string_view text, const Fields& fields) : lexer_(text), fields_(fields) {}

  TableQuery parse() {
    lexer_.expect_word("select");
    distinct_ = lexer_.take_word("distinct");
    select();
    lexer_.expect_word("from");
    out_.index = lexer_.expect_index();
    if (lexer_.take_word("where")) out_.filter = parse_condition(lexer_, fields_);
    if (lexer_.take_word("group")) group();
    if (lexer_.next_is_word("having") || lexer_.next_is_word("join") || lexer_.next_is_word("union"))
      throw SyntaxError("[" + lexer_.peek().text + "] is not supported");
    if (lexer_.take_word("order")) order();
    if (lexer_.take_word("limit")) limit();
    lexer_.expect_end();
    finish();
    return std::move(out_);
  }

 private:
  void select() {
    do {
      if (lexer_.take_symbol("*")) {
        for (const std::string& name : fields_.columns())
          out_.columns.push_back({TableQuery::Column::Kind::field, name, name, name, {}});
        continue;
      }
      TableQuery::Column column = parse_column(lexer_, fields_);
      if (lexer_.take_word("as")) column.name = lexer_.expect_name();
      out_.columns.push_back(std::move(column));
      if (out_.columns.size() > kColumnsMax) throw SyntaxError("There are too many columns");
    } while (lexer_.take_symbol(","));
  }

  void group() {
    lexer_.expect_word("by");
    do {
      if (lexer_.peek().kind == Token::Kind::number) {
        const auto place = static_cast<size_t>(lexer_.expect_count());
        if (place < 1 || place > out_.columns.size()) throw SyntaxError("GROUP BY names no column");
        out_.groups.push_back(out_.columns[place - 1]);
        continue;
      }
      const std::string name = lexer_.peek().text;
      const auto named = std::find_if(out_.columns.begin(), out_.columns.end(),
                                      [&](const auto& column) { return column.name == name && column.field != name; });
      if (named != out_.columns.end()) {
        lexer_.take();
        out_.groups.push_back(*named);
      } else {
        out_.groups.push_back(parse_column(lexer_, fields_));
      }
    } while (lexer_.take_symbol(","));
  }

  void order() {
    lexer_.expect_word("by");
    do {
      const std::string name = lexer_.peek().text;
      TableQuery::Order one{name, false};
      const bool alias = std::any_of(out_.columns.begin(), out_.columns.end(),
                                     [&](const auto& column) { return column.name == name; });
      if (alias) {
        lexer_.take();
      } else {
        one.name = parse_column(lexer_, fields_).name;
      }
      one.descending = lexer_.take_word("desc");
      if (!one.descending) lexer_.take_word("asc");
      out_.order.push_back(std::move(one));
    } while (lexer_.take_symbol(","));
  }

  void limit() {
    const int64_t first = lexer_.expect_count();
    int64_t from = 0, size = first;
    if (lexer_.take_symbol(",")) from = first, size = lexer_.expect_count();
    if (lexer_.take_word("offset")) from = lexer_.expect_count();
    if (from + size > kRowsMax) throw SyntaxError("LIMIT and OFFSET go beyond " + std::to_string(kRowsMax) + " rows");
    out_.from = static_cast<uint32_t>(from);
    out_.size = static_cast<uint32_t>(size);
  }

  void finish() {
    const bool aggregates = std::any_of(out_.columns.begin(), out_.columns.end(),
                                        [](const auto& column) { return column.aggregates(); });
    if (distinct_ && !aggregates && out_.groups.empty()) out_.groups = out_.columns;
    out_.grouped = aggregates || !out_.groups.empty();
    if (!out_.grouped) return;
    for (const auto& column : out_.columns) {
      const bool known = column.aggregates() ||
                         std::any_of(out_.groups.begin(), out_.groups.end(), [&](const auto& group) {
                           return group.kind == column.kind && group.field == column.field &&
                                  group.interval == column.interval;
                         });
      if (!known) throw SyntaxError("column [" + column.name + "] is neither grouped by nor aggregated");
    }
  }

  Lexer lexer_;
  const Fields& fields_;
  TableQuery out_;
  bool distinct_ = false;
};

}  // namespace

std::string index_of_sql(std::string_view text) {
  Lexer lexer(text);
  if (!lexer.next_is_word("select")) throw SyntaxError("[" + lexer.peek().text + "] is not supported: only SELECT is");
  while (!lexer.take_word("from")) {
    if (lexer.peek().kind == Token::Kind::end) lexer.refuse("from");
    lexer.take();
  }
  return lexer.expect_index();
}

TableQuery parse_sql(std::string_view text, const Fields& fields) { return SqlParser(text, fields).parse(); }

}  // namespace standpipe::opensearch
