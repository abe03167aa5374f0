#include "services/opensearch/tables/condition.h"

#include "base/bytes.h"

namespace standpipe::opensearch {
namespace {

constexpr int kDepthMax = 50;

json::Value clause(const std::string& kind, json::Value body) { return json::Object{{kind, std::move(body)}}; }
json::Value not_(json::Value query) {
  return clause("bool", json::Object{{"must_not", json::Array{std::move(query)}}});
}

class ConditionParser {
 public:
  ConditionParser(Lexer& lexer, const Fields& fields) : lexer_(lexer), fields_(fields) {}

  json::Value any(int depth) {
    if (depth > kDepthMax) throw SyntaxError("The condition is nested too deeply");
    json::Array parts{all(depth)};
    while (lexer_.take_word("or")) parts.push_back(all(depth));
    return parts.size() == 1 ? parts[0] : clause("bool", json::Object{{"should", std::move(parts)}});
  }

 private:
  json::Value all(int depth) {
    json::Array parts{one(depth)};
    while (lexer_.take_word("and")) parts.push_back(one(depth));
    return parts.size() == 1 ? parts[0] : clause("bool", json::Object{{"filter", std::move(parts)}});
  }

  json::Value one(int depth) {
    if (lexer_.take_word("not")) {
      if (depth > kDepthMax) throw SyntaxError("The condition is nested too deeply");
      return not_(one(depth + 1));
    }
    if (lexer_.take_symbol("(")) {
      json::Value inner = any(depth + 1);
      lexer_.expect_symbol(")");
      return inner;
    }
    const bool quoted = lexer_.peek().quoted;
    const std::string name = lexer_.expect_name();
    if (!quoted && lexer_.take_symbol("(")) return function(to_lower(name));
    return test(name);
  }

  json::Value function(const std::string& name) {
    const std::string field = lexer_.expect_name();
    const bool null = name == "isnull", present = name == "isnotnull";
    json::Value out;
    if (null || present) {
      out = null ? not_(exists(field)) : exists(field);
    } else if (name == "like" || name == "match" || name == "match_phrase") {
      lexer_.expect_symbol(",");
      const json::Value wanted = value();
      out = name == "like" ? like(field, wanted) : clause(name, clause(field, wanted));
      fields_.type(field);
    } else {
      throw SyntaxError("function [" + name + "] is not supported in a condition");
    }
    lexer_.expect_symbol(")");
    return out;
  }

  json::Value test(const std::string& field) {
    static constexpr std::pair<std::string_view, const char*> kRanges[] = {
        {"<=", "lte"}, {">=", "gte"}, {"<", "lt"}, {">", "gt"}};
    if (lexer_.take_symbol("=")) return equal(field, value());
    if (lexer_.take_symbol("!=") || lexer_.take_symbol("<>")) return not_equal(field, value());
    for (const auto& [symbol, name] : kRanges) {
      if (lexer_.take_symbol(symbol)) return range(field, {{name, value()}});
    }
    if (lexer_.take_word("is")) {
      const bool negated = lexer_.take_word("not");
      lexer_.expect_word("null");
      return negated ? exists(field) : not_(exists(field));
    }
    const bool negated = lexer_.take_word("not");
    json::Value out;
    if (lexer_.take_word("in")) {
      out = in(field);
    } else if (lexer_.take_word("between")) {
      const json::Value from = value();
      lexer_.expect_word("and");
      out = range(field, {{"gte", from}, {"lte", value()}});
    } else if (lexer_.take_word("like")) {
      out = like(field, value());
    } else {
      lexer_.refuse("a comparison");
    }
    return negated ? clause("bool", json::Object{{"filter", exists(field)}, {"must_not", std::move(out)}}) : out;
  }

  json::Value in(const std::string& field) {
    json::Array wanted;
    lexer_.expect_symbol("(");
    do {
      wanted.push_back(value());
    } while (lexer_.take_symbol(","));
    lexer_.expect_symbol(")");
    return clause("terms", clause(fields_.exact(field), std::move(wanted)));
  }
  json::Value exists(const std::string& field) {
    fields_.type(field);
    return clause("exists", json::Object{{"field", field}});
  }
  json::Value equal(const std::string& field, const json::Value& wanted) {
    if (fields_.is_date(field)) return range(field, {{"gte", wanted}, {"lte", wanted}});
    return clause("term", clause(fields_.exact(field), json::Object{{"value", wanted}}));
  }
  // What has no value is not different from anything.
  json::Value not_equal(const std::string& field, const json::Value& wanted) {
    return clause("bool", json::Object{{"filter", exists(field)}, {"must_not", equal(field, wanted)}});
  }
  json::Value range(const std::string& field, json::Object bounds) {
    if (fields_.is_date(field))
      bounds.append("format", "date_optional_time||yyyy-MM-dd HH:mm:ss||yyyy-MM-dd HH:mm:ss.SSS||epoch_millis");
    return clause("range", clause(fields_.exact(field), std::move(bounds)));
  }
  // '%' any characters, '_' one.
  json::Value like(const std::string& field, const json::Value& wanted) {
    if (!wanted.is_string()) throw SyntaxError("LIKE wants a text");
    std::string pattern;
    const std::string& text = wanted.string();
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) pattern += text[++i];
      else if (text[i] == '%') pattern += '*';
      else if (text[i] == '_') pattern += '?';
      else if (text[i] == '*' || text[i] == '?') (pattern += '\\') += text[i];
      else pattern += text[i];
    }
    json::Object options{{"value", pattern}, {"case_insensitive", true}};
    return clause("wildcard", clause(fields_.exact(field), std::move(options)));
  }

  json::Value value() {
    const bool minus = lexer_.take_symbol("-");
    const Token token = lexer_.take();
    if (token.kind == Token::Kind::number) {
      if (const auto whole = parse_int(token.text)) return minus ? -*whole : *whole;
      const auto number = parse_double(token.text);
      if (number) return minus ? -*number : *number;
    }
    if (token.kind == Token::Kind::text && !minus) return token.text;
    const std::string word = token.kind == Token::Kind::word && !token.quoted && !minus ? to_lower(token.text) : "";
    if (word == "true" || word == "false") return word == "true";
    if (word == "timestamp" || word == "date" || word == "datetime") {  // TIMESTAMP '…' and TIMESTAMP('…')
      const bool call = lexer_.take_symbol("(");
      if (lexer_.peek().kind != Token::Kind::text) lexer_.refuse("a text");
      json::Value out = lexer_.take().text;
      if (call) lexer_.expect_symbol(")");
      return out;
    }
    throw SyntaxError("[" + token.text +
                      "] is not supported as a value: texts, numbers, true, false and timestamps are");
  }

  Lexer& lexer_;
  const Fields& fields_;
};

}  // namespace

json::Value parse_condition(Lexer& lexer, const Fields& fields) { return ConditionParser(lexer, fields).any(0); }

}  // namespace standpipe::opensearch
