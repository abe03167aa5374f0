// simple_query_string: "+" and, "|" or, "-" not, "phrases"~slop, prefix*, ( … ). Never fails on syntax: what makes no
// sense is text or nothing.
#include <algorithm>

#include "base/bytes.h"
#include "search/dsl/query.h"

namespace standpipe::search::dsl {
namespace {

constexpr size_t kQueryStringMax = 32'000;
constexpr int kNestingMax = 20;

class SimpleQueryParser {
 public:
  SimpleQueryParser(QueryParser& clauses, std::string_view text, MatchQuery prototype)
      : clauses_(clauses), text_(text), prototype_(std::move(prototype)) {}

  QueryPtr parse() { return parse_group(0); }
  std::optional<MinimumShouldMatch> minimum_should_match;

 private:
  bool end() const { return at_ >= text_.size(); }
  char peek() const { return end() ? '\0' : text_[at_]; }

  // A "|" in a group makes the clauses beside it optional, a "+" required; the default is the operator.
  QueryPtr parse_group(int depth) {
    BoolQuery group;
    Operator next = prototype_.op;
    std::vector<QueryPtr>& optional = group.should;
    bool negate = false;
    while (!end()) {
      const char c = peek();
      if (c == ')' && depth > 0) break;
      if (static_cast<unsigned char>(c) <= ' ' || c == ')') {
        ++at_;
        continue;
      }
      if (c == '+') {
        ++at_;
        next = Operator::all;
        promote(group);
        continue;
      }
      if (c == '|') {
        ++at_;
        next = Operator::any;
        demote(group);
        continue;
      }
      if (c == '-') {
        ++at_;
        negate = !negate;
        continue;
      }
      QueryPtr clause = parse_clause(depth);
      if (!clause) continue;
      clauses_.count_clause();
      if (negate) {
        BoolQuery all_but{.must = {make_query(MatchAllQuery{})}, .must_not = {std::move(clause)}};
        clause = make_query(std::move(all_but));
        negate = false;
      }
      (next == Operator::all ? group.must : optional).push_back(std::move(clause));
      next = prototype_.op;
    }
    if (group.must.empty() && group.should.empty()) return make_query(MatchNoneQuery{});
    if (group.must.empty() && group.should.size() == 1) return group.should[0];
    if (depth == 0) group.minimum_should_match = minimum_should_match;
    return make_query(std::move(group));
  }
  static void promote(BoolQuery& group) {
    if (group.should.empty()) return;
    group.must.push_back(std::move(group.should.back()));
    group.should.pop_back();
  }
  static void demote(BoolQuery& group) {
    if (group.must.empty()) return;
    group.should.push_back(std::move(group.must.back()));
    group.must.pop_back();
  }

  QueryPtr parse_clause(int depth) {
    if (peek() == '(') {
      ++at_;
      if (depth >= kNestingMax) return nullptr;
      QueryPtr inner = parse_group(depth + 1);
      if (peek() == ')') ++at_;
      return inner;
    }
    MatchQuery query = prototype_;
    std::string text;
    if (peek() == '"') {
      ++at_;
      while (!end() && peek() != '"') read_char(text);
      if (!end()) ++at_;
      query.type = MatchQuery::Type::phrase;
      query.slop = read_number_after_tilde();
    } else {
      while (!end() && static_cast<unsigned char>(peek()) > ' ' &&
             std::string_view("()|+\"~").find(peek()) == std::string_view::npos) {
        read_char(text);
      }
      read_number_after_tilde();
      if (text.size() > 1 && text.back() == '*') {
        text.pop_back();
        DisMaxQuery any;
        for (const FieldBoost& field : query.fields) {
          any.queries.push_back(make_query(PrefixQuery{field.field, text, false, true}, field.boost));
        }
        return make_query(std::move(any));
      }
      if (text == "*") return make_query(MatchAllQuery{});
    }
    if (text.empty()) return nullptr;
    query.text = text;
    return make_query(std::move(query));
  }

  void read_char(std::string& into) {
    if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
    into += text_[at_++];
  }
  uint32_t read_number_after_tilde() {
    uint32_t number = 0;
    if (peek() != '~') return 0;
    for (++at_; peek() >= '0' && peek() <= '9'; ++at_) {
      number = std::min(number * 10 + static_cast<uint32_t>(peek() - '0'), 1000U);
    }
    return number;
  }

  QueryParser& clauses_;
  const std::string_view text_;
  const MatchQuery prototype_;
  size_t at_ = 0;
};

}  // namespace

QueryPtr parse_simple_query_string(QueryParser& parser, const json::Value& body) {
  Options options("simple_query_string", body);
  const json::Value* text = options.take("query");
  if (text == nullptr) throw parsing_exception("[simple_query_string] query text missing");
  const auto spelled = as_text(*text);
  if (!spelled || spelled->size() > kQueryStringMax)
    throw parsing_exception("[simple_query_string] query cannot be read");
  MatchQuery prototype;
  for (const std::string& field : options.texts("fields")) prototype.fields.push_back(field_boost(field));
  if (prototype.fields.empty()) prototype.fields.push_back({"*"});
  prototype.op = parse_operator(options.text("default_operator", "or"));
  prototype.lenient = options.boolean("lenient", true);
  prototype.analyzer = options.text("analyzer");
  options.boolean("analyze_wildcard", false);
  const std::string flags = options.text("flags", "ALL");
  if (flags != "ALL") throw parsing_exception("[simple_query_string] query does not support [flags]");
  SimpleQueryParser reader(parser, *spelled, std::move(prototype));
  if (const json::Value* value = options.take("minimum_should_match")) {
    reader.minimum_should_match = minimum_should_match(*value);
  }
  const float boost = options.boost();
  options.finish();
  Query query = *reader.parse();
  query.boost *= boost;
  return std::make_shared<const Query>(std::move(query));
}

}  // namespace standpipe::search::dsl
