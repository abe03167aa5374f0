#include "search/embedded/analyze.h"

#include <algorithm>

#include "search/dsl/options.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

constexpr uint32_t kTokensMax = 10'000;  // index.analyze.max_token_count

// Offsets are counted in UTF-16 units, as Java does.
int64_t utf16_length(std::string_view text) {
  int64_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) length += byte >= 0xF0 ? 2 : 1;
  }
  return length;
}

std::string_view kind_of(std::string_view token, bool standard) {
  if (!standard) return "word";
  const bool number =
      std::all_of(token.begin(), token.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == ','; });
  return number ? "<NUM>" : "<ALPHANUM>";
}

}  // namespace

json::Value analyze_text(const Mapping& mapping, const json::Value& request) {
  dsl::Options options("analyze_request", request);
  const std::vector<std::string> texts = options.texts("text");
  if (texts.empty()) throw Error("action_request_validation_exception", 400, "Validation Failed: 1: text is missing;");
  std::unique_ptr<const Analyzer> made;
  const Analyzer* analyzer = mapping.analyzers().find("standard");
  bool standard = true;
  if (const std::string name = options.text("analyzer"); !name.empty()) {
    analyzer = mapping.analyzers().find(name);
    if (analyzer == nullptr) throw illegal_argument("failed to find global analyzer [" + name + "]");
    standard = name == "standard";
  } else if (const std::string wanted = options.text("normalizer"); !wanted.empty()) {
    analyzer = mapping.analyzers().find_normalizer(wanted);
    if (analyzer == nullptr) throw illegal_argument("failed to find normalizer under [" + wanted + "]");
    standard = false;
  } else if (const std::string path = options.text("field"); !path.empty()) {
    const FieldSpec* field = mapping.find(path);
    standard = field == nullptr || field->type->full_text();
    if (field != nullptr)
      analyzer = field->type->full_text() ? field->analyzer
                 : field->normalizer != nullptr ? field->normalizer
                                                : find_analyzer("keyword");
  } else if (request.find("tokenizer") != nullptr || request.find("filter") != nullptr) {
    json::Object parts{{"tokenizer", "keyword"}};
    for (const char* part : {"tokenizer", "filter", "char_filter"}) {
      if (const json::Value* given = options.take(part)) parts[part] = *given;
    }
    made = mapping.analyzers().build(parts);
    analyzer = made.get();
    standard = parts.find("tokenizer")->is_string() && parts.find("tokenizer")->string() == "standard";
  }
  if (options.boolean("explain", false)) throw illegal_argument("[explain] of _analyze is not supported");
  options.finish("request");
  json::Array tokens;
  int64_t offset = 0;
  uint32_t position = 0;
  for (const std::string& text : texts) {
    uint32_t last = 0;
    analyzer->analyze(text, [&](const Token& token) {
      if (tokens.size() >= kTokensMax) {
        throw Error("illegal_state_exception", 500,
                    "The number of tokens produced by calling _analyze has exceeded the allowed maximum of [10000].");
      }
      const std::string_view all = text;
      last = token.position;
      tokens.push_back(json::Object{{"token", token.text},
                                    {"start_offset", offset + utf16_length(all.substr(0, token.start))},
                                    {"end_offset", offset + utf16_length(all.substr(0, token.end))},
                                    {"type", kind_of(token.text, standard)},
                                    {"position", static_cast<int64_t>(position + token.position)}});
    });
    offset += utf16_length(text) + 1;
    position += last + 101;
  }
  return json::Object{{"tokens", std::move(tokens)}};
}

}  // namespace standpipe::search
