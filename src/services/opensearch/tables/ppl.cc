// PPL: source=index | where … | fields … | stats … by … | sort … | head … | rename … | top … | rare …
#include <algorithm>

#include "base/bytes.h"
#include "services/opensearch/tables/condition.h"
#include "services/opensearch/tables/lexer.h"
#include "services/opensearch/tables/table_query.h"

namespace standpipe::opensearch {
namespace {

constexpr uint32_t kTopDefault = 10;

void take_source(Lexer& lexer) {
  lexer.take_word("search");
  if (!lexer.take_word("source") && !lexer.take_word("index")) lexer.refuse("source=");
  lexer.expect_symbol("=");
}

class PplParser {
 public:
  PplParser(std::string_view text, const Fields& fields) : lexer_(text), fields_(fields) {}

  TableQuery parse() {
    take_source(lexer_);
    out_.index = lexer_.expect_index();
    if (lexer_.peek().kind != Token::Kind::end && !at_pipe()) add_filter(parse_condition(lexer_, fields_));
    while (lexer_.take_symbol("|")) command();
    lexer_.expect_end();
    if (out_.columns.empty() && !out_.grouped) {
      for (const std::string& name : fields_.columns()) out_.columns.push_back(field(name));
    }
    return std::move(out_);
  }

 private:
  using Kind = TableQuery::Column::Kind;
  static TableQuery::Column field(const std::string& name) { return {Kind::field, name, name, name, {}}; }
  bool at_pipe() const { return lexer_.peek().kind == Token::Kind::symbol && lexer_.peek().text == "|"; }

  void command() {
    if (lexer_.take_word("where")) {
      if (out_.grouped || headed_) throw SyntaxError("[where] after [stats] or [head] is not supported");
      add_filter(parse_condition(lexer_, fields_));
    } else if (lexer_.take_word("fields")) {
      choose();
    } else if (lexer_.take_word("stats")) {
      stats();
    } else if (lexer_.take_word("sort")) {
      sort();
    } else if (lexer_.take_word("head")) {
      head();
    } else if (lexer_.take_word("rename")) {
      rename();
    } else if (lexer_.take_word("top")) {
      most(true);
    } else if (lexer_.take_word("rare")) {
      most(false);
    } else {
      throw SyntaxError("command [" + lexer_.peek().text + "] is not supported");
    }
  }

  void add_filter(json::Value condition) {
    if (out_.filter)
      condition = json::Object{
          {"bool", json::Object{{"filter", json::Array{*std::move(out_.filter), std::move(condition)}}}}};
    out_.filter = std::move(condition);
  }

  void choose() {
    const bool without = lexer_.take_symbol("-");
    if (!without) lexer_.take_symbol("+");
    std::vector<std::string> names;
    do {
      names.push_back(lexer_.expect_name());
    } while (lexer_.take_symbol(","));
    std::vector<TableQuery::Column> all = out_.columns, chosen;
    if (all.empty()) {
      for (const std::string& name : fields_.columns()) all.push_back(field(name));
    }
    if (without) {
      for (const auto& column : all) {
        if (std::find(names.begin(), names.end(), column.name) == names.end()) chosen.push_back(column);
      }
    } else {
      for (const std::string& name : names) {
        const auto known =
            std::find_if(all.begin(), all.end(), [&](const auto& column) { return column.name == name; });
        if (known == all.end() && out_.grouped) throw SyntaxError("there is no column [" + name + "]");
        if (known == all.end()) fields_.type(name);
        chosen.push_back(known == all.end() ? field(name) : *known);
      }
    }
    out_.columns = std::move(chosen);
  }

  void begin_groups(const char* command) {
    if (out_.grouped || headed_ || !out_.order.empty())
      throw SyntaxError("[" + std::string(command) + "] after [stats], [sort] or [head] is not supported");
    out_.grouped = true;
    out_.columns.clear();
    out_.size = kRowsMax;
  }

  void stats() {
    begin_groups("stats");
    do {
      TableQuery::Column column = parse_column(lexer_, fields_);
      if (!column.aggregates()) throw SyntaxError("[" + column.name + "] is no aggregation");
      if (lexer_.take_word("as")) column.name = lexer_.expect_name();
      out_.columns.push_back(std::move(column));
    } while (lexer_.take_symbol(","));
    if (lexer_.take_word("by")) groups();
    out_.columns.insert(out_.columns.end(), out_.groups.begin(), out_.groups.end());
  }

  void groups() {
    do {
      TableQuery::Column column = parse_column(lexer_, fields_);
      if (column.aggregates()) throw SyntaxError("[" + column.name + "] is no field");
      if (lexer_.take_word("as")) column.name = lexer_.expect_name();
      out_.groups.push_back(std::move(column));
    } while (lexer_.take_symbol(","));
  }

  // sort - price, + name
  void sort() {
    if (headed_) throw SyntaxError("[sort] after [head] is not supported");
    out_.order.clear();
    do {
      TableQuery::Order one;
      one.descending = lexer_.take_symbol("-");
      if (!one.descending) lexer_.take_symbol("+");
      const std::string name = lexer_.peek().text;
      const bool known = std::any_of(out_.columns.begin(), out_.columns.end(),
                                     [&](const auto& column) { return column.name == name; });
      one.name = known ? lexer_.take().text : parse_column(lexer_, fields_).name;
      out_.order.push_back(std::move(one));
    } while (lexer_.take_symbol(","));
  }

  void head() {
    headed_ = true;
    int64_t size = kTopDefault, from = 0;
    if (lexer_.peek().kind == Token::Kind::number) size = lexer_.expect_count();
    if (lexer_.take_word("from")) from = lexer_.expect_count();
    if (size + from > kRowsMax) throw SyntaxError("[head] goes beyond " + std::to_string(kRowsMax) + " rows");
    out_.size = static_cast<uint32_t>(size);
    out_.from = static_cast<uint32_t>(from);
  }

  void rename() {
    if (out_.columns.empty()) {
      for (const std::string& name : fields_.columns()) out_.columns.push_back(field(name));
    }
    do {
      const std::string name = lexer_.expect_name();
      lexer_.expect_word("as");
      const std::string to = lexer_.expect_name();
      const auto column = std::find_if(out_.columns.begin(), out_.columns.end(),
                                       [&](const auto& one) { return one.name == name; });
      if (column == out_.columns.end()) throw SyntaxError("there is no column [" + name + "]");
      column->name = to;
      for (TableQuery::Order& order : out_.order) {
        if (order.name == name) order.name = to;
      }
    } while (lexer_.take_symbol(","));
  }

  // top 5 city by country: the most (or least) frequent values.
  void most(bool frequent) {
    begin_groups(frequent ? "top" : "rare");
    out_.size = lexer_.peek().kind == Token::Kind::number ? static_cast<uint32_t>(std::min<int64_t>(
                                                                lexer_.expect_count(), kRowsMax))
                                                          : kTopDefault;
    groups();
    if (lexer_.next_is_word("by")) throw SyntaxError("[by] of [top] and [rare] is not supported");
    out_.columns = out_.groups;
    out_.columns.push_back({Kind::count, "count", "count", {}, {}});
    out_.order.push_back({"count", frequent});
    headed_ = true;
  }

  Lexer lexer_;
  const Fields& fields_;
  TableQuery out_;
  bool headed_ = false;
};

}  // namespace

std::string index_of_ppl(std::string_view text) {
  Lexer lexer(text);
  take_source(lexer);
  return lexer.expect_index();
}

TableQuery parse_ppl(std::string_view text, const Fields& fields) { return PplParser(text, fields).parse(); }

}  // namespace standpipe::opensearch
