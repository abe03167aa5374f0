// query_string: Lucene's classic syntax, read into ordinary queries.
//
//   query  := clause (["AND" | "OR" | "&&" | "||"] clause)*
//   clause := ["+" | "-" | "!" | "NOT"] [field ":"] (term["~" [edits]] | "phrase"["~" slop] | "/"regexp"/" | range |
//             "(" query ")") ["^" boost]
//   range  := ("[" | "{") bound "TO" bound ("]" | "}")  |  (">" | ">=" | "<" | "<=") bound
//
// As in Lucene the words between clauses decide whether the clauses beside them are required; there is no precedence.
#include "base/bytes.h"
#include "search/dsl/fuzziness.h"
#include "search/dsl/query.h"

namespace standpipe::search::dsl {
namespace {

constexpr size_t kQueryStringMax = 32'000;
constexpr int kNestingMax = 20;

class QueryStringParser {
 public:
  QueryStringParser(QueryParser& clauses, std::string text, MatchQuery prototype)
      : clauses_(clauses), text_(std::move(text)), prototype_(std::move(prototype)) {}

  QueryPtr parse() {
    QueryPtr query = parse_group(prototype_.fields, 0);
    if (at_ < text_.size()) fail();
    return query;
  }
  std::optional<MinimumShouldMatch> minimum_should_match;
  FuzzyOptions fuzzy;     // of "term~"
  uint32_t phrase_slop = 0;
  std::string time_zone;  // of ranges
  bool leading_wildcards = true;

 private:
  enum class Occur { must, should, must_not };
  struct Clause {
    Occur occur;
    QueryPtr query;
  };

  [[noreturn]] void fail() const {
    throw Error("query_shard_exception", 400, "Failed to parse query [" + text_ + "]")
        .because("parse_exception", "Cannot parse '" + text_ + "': unexpected input at column " + std::to_string(at_));
  }
  bool end() const { return at_ >= text_.size(); }
  char peek() const { return end() ? '\0' : text_[at_]; }
  void skip_space() {
    while (!end() && static_cast<unsigned char>(text_[at_]) <= ' ') ++at_;
  }
  bool take(std::string_view token) {
    if (!std::string_view(text_).substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  // A word such as AND only counts if nothing of a term follows.
  bool take_word(std::string_view word) {
    const size_t next = at_ + word.size();
    if (!std::string_view(text_).substr(at_).starts_with(word)) return false;
    if (next < text_.size() && static_cast<unsigned char>(text_[next]) > ' ' && text_[next] != '(') return false;
    at_ = next;
    return true;
  }

  QueryPtr parse_group(const std::vector<FieldBoost>& fields, int depth) {
    if (depth > kNestingMax) fail();
    std::vector<Clause> clauses;
    for (skip_space(); !end() && peek() != ')'; skip_space()) {
      const bool conjunction = take_word("AND") || take("&&");
      const bool disjunction = !conjunction && (take_word("OR") || take("||"));
      if ((conjunction || disjunction) && clauses.empty()) fail();
      skip_space();
      bool required = false, prohibited = false;
      if (take("+"))
        required = true;
      else if (take("-") || take("!") || take_word("NOT"))
        prohibited = true;
      skip_space();
      if (end() || peek() == ')') fail();
      add(clauses, parse_clause(fields, depth), conjunction, disjunction, required, prohibited);
    }
    return join(clauses);
  }

  void add(std::vector<Clause>& clauses, QueryPtr query, bool conjunction, bool disjunction, bool required,
           bool prohibited) {
    clauses_.count_clause();
    const bool all = prototype_.op == Operator::all;
    if (!clauses.empty() && clauses.back().occur != Occur::must_not) {
      if (conjunction) clauses.back().occur = Occur::must;
      if (all && disjunction) clauses.back().occur = Occur::should;
    }
    Occur occur = Occur::should;
    if (prohibited)
      occur = Occur::must_not;
    else if (required || conjunction || (all && !disjunction))
      occur = Occur::must;
    clauses.push_back({occur, std::move(query)});
  }

  QueryPtr join(std::vector<Clause>& clauses) const {
    if (clauses.empty()) return make_query(MatchNoneQuery{});
    if (clauses.size() == 1 && clauses[0].occur != Occur::must_not) return clauses[0].query;
    BoolQuery query;
    for (Clause& clause : clauses) {
      auto& list = clause.occur == Occur::must     ? query.must
                   : clause.occur == Occur::should ? query.should
                                                   : query.must_not;
      list.push_back(std::move(clause.query));
    }
    query.minimum_should_match = minimum_should_match;
    return make_query(std::move(query));
  }

  QueryPtr parse_clause(const std::vector<FieldBoost>& outer, int depth) {
    std::vector<FieldBoost> fields = outer;
    const size_t start = at_;
    if (peek() != '"' && peek() != '(' && peek() != '[' && peek() != '{') {
      std::string name = read_term();
      if (!name.empty() && peek() == ':' && name.find(':') == std::string::npos) {
        ++at_;
        skip_space();
        if (name == "*" && peek() == '*') {  // "*:*"
          ++at_;
          return boosted(make_query(MatchAllQuery{}));
        }
        fields = {{unescape(name)}};
      } else {
        at_ = start;
      }
    }
    if (fields.size() == 1 && fields[0].field == "_exists_") {
      return boosted(make_query(ExistsQuery{unescape(read_term())}));
    }
    if (peek() == '/') return parse_regexp(fields);
    if (take("(")) {
      QueryPtr inner = parse_group(fields, depth + 1);
      if (!take(")")) fail();
      return boosted(inner);
    }
    if (peek() == '"') return parse_phrase(fields);
    if (peek() == '[' || peek() == '{' || peek() == '<' || peek() == '>') return boosted(parse_range(fields));
    return parse_text(fields);
  }

  // Up to white space or a character with a meaning; escapes are kept.
  std::string read_term() {
    std::string out;
    while (!end()) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        out += c;
        out += text_[at_ + 1];
        at_ += 2;
        continue;
      }
      if (static_cast<unsigned char>(c) <= ' ' || std::string_view("()[]{}\"^~:").find(c) != std::string_view::npos)
        break;
      out += c;
      ++at_;
    }
    return out;
  }

  static std::string unescape(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      out += text[i];
    }
    return out;
  }
  static bool has_wildcard(std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '*' || text[i] == '?')
        return true;
    }
    return false;
  }

  QueryPtr boosted(QueryPtr query) {
    if (!take("^")) return query;
    const auto boost = parse_double(read_term());
    if (!boost || *boost < 0) fail();
    Query copy = *query;
    copy.boost *= static_cast<float>(*boost);
    return std::make_shared<const Query>(std::move(copy));
  }

  QueryPtr parse_regexp(const std::vector<FieldBoost>& fields) {
    ++at_;
    std::string pattern;
    while (!end() && peek() != '/') {
      if (peek() == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '/') ++at_;
      pattern += text_[at_++];
    }
    if (!take("/")) fail();
    return boosted(each(fields, [&](const std::string& field) {
      return make_query(RegexpQuery{field, pattern, false, true});
    }));
  }

  QueryPtr parse_phrase(const std::vector<FieldBoost>& fields) {
    ++at_;
    std::string phrase;
    while (!end() && peek() != '"') {
      if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
      phrase += text_[at_++];
    }
    if (!take("\"")) fail();
    MatchQuery query = prototype_;
    query.fields = fields;
    query.text = phrase;
    query.type = MatchQuery::Type::phrase;
    query.slop = phrase_slop;
    query.fuzzy.reset();
    if (take("~")) {
      const auto slop = parse_int(read_term());
      if (!slop || *slop < 0 || *slop > 1000) fail();
      query.slop = static_cast<uint32_t>(*slop);
    }
    return boosted(make_query(std::move(query)));
  }

  std::optional<json::Value> read_bound() {
    skip_space();
    std::string text;
    if (take("\"")) {
      while (!end() && peek() != '"') text += text_[at_++];
      if (!take("\"")) fail();
      return text;
    }
    // Dates hold colons, negative offsets and date math; only space and the closing bracket end a bound.
    while (!end() && static_cast<unsigned char>(peek()) > ' ' && peek() != ']' && peek() != '}' && peek() != ')') {
      text += text_[at_++];
    }
    if (text.empty()) fail();
    if (text == "*") return std::nullopt;
    return unescape(text);
  }

  QueryPtr parse_range(const std::vector<FieldBoost>& fields) {
    RangeQuery query;
    query.time_zone = time_zone;
    if (take(">="))
      query.from = read_bound();
    else if (take("<="))
      query.to = read_bound();
    else if (take(">"))
      query.from = read_bound(), query.include_from = false;
    else if (take("<"))
      query.to = read_bound(), query.include_to = false;
    else {
      query.include_from = peek() == '[';
      ++at_;
      query.from = read_bound();
      skip_space();
      if (!take_word("TO")) fail();
      query.to = read_bound();
      skip_space();
      if (take("]"))
        query.include_to = true;
      else if (take("}"))
        query.include_to = false;
      else
        fail();
    }
    return each(fields, [&](const std::string& field) {
      RangeQuery one = query;
      one.field = field;
      return make_query(std::move(one));
    });
  }

  QueryPtr parse_text(const std::vector<FieldBoost>& fields) {
    const std::string term = read_term();
    if (term.empty()) fail();
    if (peek() == ':') fail();
    if (take("~")) return parse_fuzzy(fields, unescape(term));
    if (term == "*") {
      const bool everywhere = fields.size() == 1 && fields[0].field == "*";
      if (everywhere) return boosted(make_query(MatchAllQuery{}));
      return boosted(each(fields, [](const std::string& field) { return make_query(ExistsQuery{field}); }));
    }
    if (has_wildcard(term)) {
      if (!leading_wildcards && (term[0] == '*' || term[0] == '?')) fail();
      return boosted(each(fields, [&](const std::string& field) {
        return make_query(WildcardQuery{field, term, false, true});
      }));
    }
    MatchQuery query = prototype_;
    query.fields = fields;
    query.text = unescape(term);
    return boosted(make_query(std::move(query)));
  }

  QueryPtr parse_fuzzy(const std::vector<FieldBoost>& fields, const std::string& term) {
    FuzzyOptions how = fuzzy;
    std::string number;
    while ((peek() >= '0' && peek() <= '9') || peek() == '.') number += text_[at_++];
    if (!number.empty()) {
      const auto edits = parse_double(number);
      if (!edits) fail();
      how.fuzziness = {static_cast<int>(std::min(*edits < 1 && *edits > 0 ? 2.0 : *edits, 2.0))};
    }
    return boosted(each(fields, [&](const std::string& field) {
      return make_query(FuzzyQuery{field, term, how, true});
    }));
  }

  template <class Make>
  QueryPtr each(const std::vector<FieldBoost>& fields, Make make) {
    DisMaxQuery any;
    for (const FieldBoost& field : fields) {
      Query one = *make(field.field);
      one.boost *= field.boost;
      any.queries.push_back(std::make_shared<const Query>(std::move(one)));
    }
    return any.queries.size() == 1 ? any.queries[0] : make_query(std::move(any));
  }

  QueryParser& clauses_;
  const std::string text_;
  const MatchQuery prototype_;
  size_t at_ = 0;
};

}  // namespace

QueryPtr parse_query_string(QueryParser& parser, const json::Value& body) {
  Options options("query_string", body);
  const json::Value* text = options.take("query");
  if (text == nullptr) throw parsing_exception("[query_string] must be provided with a [query]");
  const auto spelled = as_text(*text);
  if (!spelled || spelled->size() > kQueryStringMax) throw parsing_exception("[query_string] query cannot be read");
  MatchQuery prototype;
  for (const std::string& field : options.texts("fields")) prototype.fields.push_back(field_boost(field));
  const std::string field = options.text("default_field");
  if (!field.empty() && !prototype.fields.empty()) {
    throw parsing_exception("[query_string] cannot use [fields] parameter in conjunction with [default_field]");
  }
  if (prototype.fields.empty()) prototype.fields.push_back({field.empty() ? "*" : field});
  prototype.op = parse_operator(options.text("default_operator", "or"));
  const bool everywhere = prototype.fields.size() == 1 && prototype.fields[0].field == "*";
  prototype.lenient = options.boolean("lenient", everywhere);
  prototype.analyzer = options.text("analyzer");
  options.boolean("analyze_wildcard", false);  // wildcard terms are normalised, never tokenised
  const bool leading_wildcards = options.boolean("allow_leading_wildcard", true);
  const std::string time_zone = options.text("time_zone");
  const auto slop = static_cast<uint32_t>(options.integer("phrase_slop", 0, 0, 1000));
  set_type(prototype, options.text("type", "best_fields"), "query_string");
  prototype.tie_breaker = static_cast<float>(options.number("tie_breaker", prototype.tie_breaker));
  FuzzyOptions fuzzy;
  if (const json::Value* fuzziness = options.take("fuzziness")) fuzzy.fuzziness = read_fuzziness(*fuzziness);
  fuzzy.prefix_length = static_cast<uint32_t>(options.integer("fuzzy_prefix_length", 0, 0, INT32_MAX));
  fuzzy.expansions_max = static_cast<uint32_t>(options.integer("fuzzy_max_expansions", 50, 1, kFuzzyExpansionsMax));
  fuzzy.transpositions = options.boolean("fuzzy_transpositions", true);
  for (const char* name : {"rewrite", "quote_analyzer", "quote_field_suffix", "fuzzy_rewrite"}) options.text(name);
  for (const char* name : {"escape", "enable_position_increments", "auto_generate_synonyms_phrase_query"})
    options.boolean(name, false);
  options.integer("max_determinized_states", 10'000, 1, INT32_MAX);
  const float boost = options.boost();
  QueryStringParser reader(parser, *spelled, std::move(prototype));
  reader.fuzzy = fuzzy;
  reader.phrase_slop = slop;
  reader.time_zone = time_zone;
  reader.leading_wildcards = leading_wildcards;
  if (const json::Value* value = options.take("minimum_should_match")) {
    reader.minimum_should_match = minimum_should_match(*value);
  }
  options.finish();
  Query query = *reader.parse();
  query.boost *= boost;
  return std::make_shared<const Query>(std::move(query));
}

}  // namespace standpipe::search::dsl
