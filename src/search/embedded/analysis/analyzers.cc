#include "search/embedded/analyzers.h"

#include "base/bytes.h"
#include "search/dsl/options.h"
#include "search/embedded/analysis/parts.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

constexpr size_t kDefinitionsMax = 500, kPartsMax = 50;
constexpr size_t kTokensMax = 1'000'000;  // of one text, whatever filters make of it
const char* const kParts[3] = {"char_filter", "tokenizer", "filter"};

// "a.b": x means a: {b: x}.
void insert_dotted(json::Object& into, const std::string& name, const json::Value& value, int depth) {
  const size_t dot = name.find('.');
  if (depth > 8) throw illegal_argument("settings are nested too deeply");
  if (dot != std::string::npos) {
    json::Value& inner = into[name.substr(0, dot)];
    if (!inner.is_object()) inner = json::Object{};
    insert_dotted(inner.object(), name.substr(dot + 1), value, depth + 1);
  } else if (value.is_object()) {
    json::Value& inner = into[name];
    if (!inner.is_object()) inner = json::Object{};
    for (const auto& [key, member] : value.object()) insert_dotted(inner.object(), key, member, depth + 1);
  } else {
    into[name] = value;
  }
}

json::Object analysis_settings(const json::Value& settings) {
  if (!settings.is_object()) return {};
  json::Object expanded;
  for (const auto& [name, value] : settings.object()) insert_dotted(expanded, name, value, 0);
  const json::Value* index = expanded.find("index");
  const json::Value* found = index != nullptr ? index->find("analysis") : nullptr;
  if (found == nullptr) found = expanded.find("analysis");
  if (found == nullptr) return {};
  if (!found->is_object()) throw illegal_argument("[analysis] must be an object");
  return found->object();
}

const json::Value& nothing() {
  static const json::Value empty = json::Object{};
  return empty;
}

class NamedAnalyzers {
 public:
  NamedAnalyzers() {
    const auto tokenizer = [](const char* type) { return make_tokenizer(type, nothing()); };
    add("stop", tokenizer("lowercase"), {stop_filter(english_stop_words(), false)});
    add("pattern", tokenizer("pattern"), {make_token_filter("lowercase", nothing())});
    add("icu_analyzer", tokenizer("standard"), {make_token_filter("icu_folding", nothing())});
    for (const char* language :
         {"arabic",     "armenian", "basque",     "catalan",   "danish",     "dutch",    "english", "finnish",
          "french",     "german",   "greek",      "hindi",     "hungarian",  "irish",    "italian", "indonesian",
          "lithuanian", "norwegian", "portuguese", "romanian", "russian",    "spanish",  "swedish", "turkish"}) {
      if (auto made = make_language_analyzer(language)) analyzers_[language] = std::move(made);
    }
    lowercase_ = std::make_unique<ChainAnalyzer>(std::vector<CharFilter>{}, tokenizer("keyword"),
                                                 std::vector{make_token_filter("lowercase", nothing())});
  }
  const Analyzer* find(std::string_view name) const {
    if (const Analyzer* plain = find_analyzer(name)) return plain;
    const auto found = analyzers_.find(name);
    return found == analyzers_.end() ? nullptr : found->second.get();
  }
  const Analyzer* normalizer(std::string_view name) const { return name == "lowercase" ? lowercase_.get() : nullptr; }

 private:
  void add(const char* name, Tokenizer tokenizer, std::vector<TokenFilter> filters) {
    analyzers_[name] =
        std::make_unique<ChainAnalyzer>(std::vector<CharFilter>{}, std::move(tokenizer), std::move(filters));
  }
  std::map<std::string, std::unique_ptr<const Analyzer>, std::less<>> analyzers_;
  std::unique_ptr<const Analyzer> lowercase_;
};

const NamedAnalyzers& named() {
  static const NamedAnalyzers out;
  return out;
}

// A type of analyzer with options of its own.
std::unique_ptr<const Analyzer> configured(const std::string& name, const std::string& type,
                                           const json::Value& definition) {
  dsl::Options options(name, definition);
  options.text("type");
  std::vector<TokenFilter> filters;
  std::string tokenizer = "standard";
  json::Object tokenizer_options;
  if (type == "stop") {
    tokenizer = "lowercase";
  } else if (type == "pattern") {
    tokenizer = "pattern";
    if (const json::Value* pattern = options.take("pattern")) tokenizer_options.append("pattern", *pattern);
    options.text("flags");
  } else if (type == "simple") {
    tokenizer = "lowercase";
  } else if (type == "whitespace" || type == "keyword") {
    tokenizer = type;
  }
  if (type == "standard") options.integer("max_token_length", 255, 1, 255);
  if (type == "standard" || (type == "pattern" && options.boolean("lowercase", true)))
    filters.push_back(make_token_filter("lowercase", nothing()));
  if (type == "standard" || type == "stop" || type == "pattern") {
    json::Object stop;
    if (const json::Value* words = options.take("stopwords"))
      stop.append("stopwords", *words);
    else if (type != "stop")
      stop.append("stopwords", "_none_");
    filters.push_back(make_token_filter("stop", stop));
  }
  options.finish("analyzer");
  return std::make_unique<ChainAnalyzer>(std::vector<CharFilter>{}, make_tokenizer(tokenizer, tokenizer_options),
                                         std::move(filters));
}

}  // namespace

void ChainAnalyzer::analyze(std::string_view text, const TokenVisitor& visit) const {
  std::string changed;
  for (const CharFilter& filter : char_filters_) {
    changed = filter(text);
    text = changed;
  }
  Tokens tokens = tokenizer_(text);
  for (const TokenFilter& filter : filters_) {
    filter.apply(tokens);
    if (tokens.size() > kTokensMax) throw illegal_argument("an analyzer makes too many tokens of one text");
  }
  for (const OwnedToken& token : tokens) {
    if (!token.text.empty()) visit({token.text, token.position, token.start, token.end});
  }
}

std::string ChainAnalyzer::normalize(std::string_view text) const {
  Tokens one{{std::string(text), 0, 0, 0}};
  for (const CharFilter& filter : char_filters_) one[0].text = filter(one[0].text);
  for (const TokenFilter& filter : filters_) {
    if (filter.normalizes) filter.apply(one);
  }
  return one[0].text;
}

const std::shared_ptr<const Analyzers>& Analyzers::built_in() {
  static const auto none = std::make_shared<const Analyzers>();
  return none;
}

std::shared_ptr<const Analyzers> Analyzers::of_settings(const json::Value& settings) {
  const json::Object analysis = analysis_settings(settings);
  if (analysis.empty()) return built_in();
  auto out = std::make_shared<Analyzers>();
  const auto definitions = [&](const char* kind) -> json::Object {
    const json::Value* found = analysis.find(kind);
    if (found == nullptr) return {};
    if (!found->is_object() || found->object().size() > kDefinitionsMax)
      throw illegal_argument("[analysis." + std::string(kind) + "] must be an object of definitions");
    return found->object();
  };
  for (const auto& [kind, value] : analysis) {
    static const std::string_view known[] = {"analyzer", "normalizer", "tokenizer", "filter", "char_filter"};
    if (std::find(std::begin(known), std::end(known), kind) == std::end(known))
      throw illegal_argument("unknown setting [index.analysis." + kind + "]");
  }
  for (int i = 0; i < 3; ++i) out->parts_[i] = definitions(kParts[i]);
  for (const auto& [name, definition] : definitions("analyzer")) {
    const std::string type = definition.text("type", "custom");
    if (type == "custom") {
      out->analyzers_[name] = out->build(definition);
    } else if (auto language = make_language_analyzer(type)) {
      out->analyzers_[name] = std::move(language);
    } else if (named().find(type) != nullptr) {
      out->analyzers_[name] = configured(name, type, definition);
    } else {
      throw illegal_argument("Unknown analyzer type [" + type + "] for [" + name + "]");
    }
  }
  for (const auto& [name, definition] : definitions("normalizer")) {
    json::Object chain{{"tokenizer", "keyword"}};
    for (const char* kind : {"filter", "char_filter"}) {
      if (const json::Value* list = definition.find(kind)) chain.append(kind, *list);
    }
    out->normalizers_[name] = out->build(chain);
  }
  return out;
}

std::unique_ptr<const Analyzer> Analyzers::build(const json::Value& definition) const {
  dsl::Options options("analyzer", definition);
  options.text("type");
  options.integer("position_increment_gap", 100, 0, 10'000);
  // A part is a type, a name that settings define, or a definition on the spot.
  const auto resolve = [&](int kind, const json::Value& part, auto make) {
    if (part.is_object()) return make(part.text("type"), part);
    const std::string name = dsl::as_text(part).value_or("");
    if (const json::Value* own = parts_[kind].find(name)) return make(own->text("type"), *own);
    return make(name, nothing());
  };
  const auto list = [&](int kind, auto make, auto& into) {
    const json::Value* given = options.take(kParts[kind]);
    if (given == nullptr) return;
    const json::Array items = given->is_array() ? given->array() : json::Array{*given};
    if (items.size() > kPartsMax) throw illegal_argument("an analyzer has too many parts");
    for (const json::Value& item : items) into.push_back(resolve(kind, item, make));
  };
  std::vector<CharFilter> char_filters;
  std::vector<TokenFilter> filters;
  list(0, make_char_filter, char_filters);
  const json::Value* tokenizer = options.take("tokenizer");
  if (tokenizer == nullptr) throw illegal_argument("analyzer must be configured with a tokenizer");
  list(2, make_token_filter, filters);
  options.finish("analyzer");
  return std::make_unique<ChainAnalyzer>(std::move(char_filters), resolve(1, *tokenizer, make_tokenizer),
                                         std::move(filters));
}

const Analyzer* Analyzers::find(std::string_view name) const {
  const auto own = analyzers_.find(name);
  return own != analyzers_.end() ? own->second.get() : named().find(name);
}

const Analyzer* Analyzers::find_normalizer(std::string_view name) const {
  const auto own = normalizers_.find(name);
  return own != normalizers_.end() ? own->second.get() : named().normalizer(name);
}

}  // namespace standpipe::search
