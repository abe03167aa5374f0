// simple_query_string: "+" and, "|" or, "-" not, "phrases"~slop, prefix*, ( … ). Never fails on syntax: what makes no
// sense is text or nothing.
#include <algorithm>
#include <set>

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
  FuzzyOptions fuzzy;
  std::set<std::string> flags{"ALL"};

 private:
  // Whether a character has its meaning; else it is part of a word.
  bool on(const char* flag) const { return flags.contains("ALL") || flags.contains(flag); }
  bool ends_word(char c) const {
    switch (c) {
      case '(':
      case ')': return on("PRECEDENCE");
      case '|': return on("OR");
      case '+': return on("AND");
      case '"': return on("PHRASE");
      case '~': return on("FUZZY") || on("NEAR") || on("SLOP");
      default: return static_cast<unsigned char>(c) <= ' ';
    }
  }
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
      if (c == ')' && depth > 0 && on("PRECEDENCE")) break;
      if (static_cast<unsigned char>(c) <= ' ' || (c == ')' && on("PRECEDENCE"))) {
        ++at_;
        continue;
      }
      if (c == '+' && on("AND")) {
        ++at_;
        next = Operator::all;
        promote(group);
        continue;
      }
      if (c == '|' && on("OR")) {
        ++at_;
        next = Operator::any;
        demote(group);
        continue;
      }
      if (c == '-' && on("NOT")) {
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
    if (peek() == '(' && on("PRECEDENCE")) {
      ++at_;
      if (depth >= kNestingMax) return nullptr;
      QueryPtr inner = parse_group(depth + 1);
      if (peek() == ')') ++at_;
      return inner;
    }
    MatchQuery query = prototype_;
    std::string text;
    if (peek() == '"' && on("PHRASE")) {
      ++at_;
      while (!end() && peek() != '"') read_char(text);
      if (!end()) ++at_;
      query.type = MatchQuery::Type::phrase;
      query.slop = read_number_after_tilde();
    } else {
      while (!end() && !ends_word(peek())) read_char(text);
      if (peek() == '~') {
        FuzzyOptions how = fuzzy;
        if (const uint32_t edits = read_number_after_tilde(); edits > 0)
          how.fuzziness = {static_cast<int>(std::min(edits, 2U))};
        if (on("FUZZY") && !text.empty()) {
          DisMaxQuery any;
          for (const FieldBoost& field : query.fields)
            any.queries.push_back(make_query(FuzzyQuery{field.field, text, how, true}, field.boost));
          return make_query(std::move(any));
        }
      }
      if (text.size() > 1 && text.back() == '*' && on("PREFIX")) {
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
    if (peek() == '\\' && at_ + 1 < text_.size() && on("ESCAPE")) ++at_;
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
  options.boolean("auto_generate_synonyms_phrase_query", true);
  options.text("quote_field_suffix");
  static const std::set<std::string> known = {"ALL",        "NONE",   "AND",        "NOT",   "OR",   "PREFIX", "PHRASE",
                                              "PRECEDENCE", "ESCAPE", "WHITESPACE", "FUZZY", "NEAR", "SLOP"};
  std::set<std::string> flags;
  for (const std::string& flag : split(options.text("flags", "ALL"), '|')) {
    if (!known.contains(flag)) throw illegal_argument("Unknown simple_query_string flag [" + flag + "]");
    flags.insert(flag);
  }
  FuzzyOptions fuzzy;
  fuzzy.prefix_length = static_cast<uint32_t>(options.integer("fuzzy_prefix_length", 0, 0, INT32_MAX));
  fuzzy.expansions_max = static_cast<uint32_t>(options.integer("fuzzy_max_expansions", 50, 1, kFuzzyExpansionsMax));
  fuzzy.transpositions = options.boolean("fuzzy_transpositions", true);
  SimpleQueryParser reader(parser, *spelled, std::move(prototype));
  reader.fuzzy = fuzzy;
  reader.flags = std::move(flags);
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
