#include "services/opensearch/mustache.h"

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "search/error.h"

namespace standpipe::opensearch {
namespace {

constexpr size_t kDepthMax = 100;
constexpr size_t kStepsMax = 100'000;  // tags met: sections within sections multiply

[[noreturn]] void refuse(const std::string& why) {
  throw search::Error("general_script_exception", 400, "Failed to compile inline script using lang [mustache]: " + why);
}

struct Tag {
  char kind = '$';    // '$' a variable, '&' not escaped, '#', '^', '/', '!'
  std::string name;
  size_t begin = 0, end = 0;  // in the template, with its braces
};

std::string plain_text(const json::Value& value) { return value.is_string() ? value.string() : json::print(value); }

std::string escaped(const std::string& text) {
  std::string quoted;
  json::append_quoted(quoted, text);
  return quoted.substr(1, quoted.size() - 2);
}

// Whether a section of this value is there.
bool is_there(const json::Value* value) {
  if (value == nullptr || value->is_null()) return false;
  if (value->is_bool()) return value->boolean();
  if (value->is_array()) return !value->array().empty();
  return !value->is_string() || !value->string().empty();
}

class Filling {
 public:
  explicit Filling(std::string_view text) : text_(text) {}

  std::string run(const json::Value& parameters) {
    scopes_.push_back(&parameters);
    const std::optional<Tag> end = part(0);
    if (end) refuse("[" + end->name + "] is closed and was not opened");
    return std::move(out_);
  }

 private:
  // Up to the end, or the tag that closes the part, which is answered.
  std::optional<Tag> part(size_t from) {
    while (const auto tag = next(from)) {
      put(text_.substr(from, tag->begin - from));
      from = tag->end;
      if (tag->kind == '/') return tag;
      if (tag->kind == '#' || tag->kind == '^') from = section(*tag);
      if (tag->kind == '$') put(escaped(text_of(tag->name)));
      if (tag->kind == '&') put(text_of(tag->name));
    }
    put(text_.substr(from));
    return std::nullopt;
  }

  // Answers where the section ends.
  size_t section(const Tag& opening) {
    const Tag closing = closing_of(opening);
    const std::string_view inside = text_.substr(opening.end, closing.begin - opening.end);
    if (opening.name == "url") refuse("[url] is not supported");
    if (opening.kind == '#' && (opening.name == "toJson" || opening.name == "join" ||
                                opening.name.starts_with("join "))) {
      function(opening, inside);
      return closing.end;
    }
    const json::Value* value = find(opening.name);
    if (opening.kind == '^') {
      if (!is_there(value)) part(opening.end);
    } else if (is_there(value)) {
      if (scopes_.size() > kDepthMax) refuse("sections are nested too deeply");
      const size_t times = value->is_array() ? value->array().size() : 1;
      for (size_t i = 0; i < times; ++i) {
        scopes_.push_back(value->is_array() ? &value->array()[i] : value);
        part(opening.end);
        scopes_.pop_back();
      }
    }
    return closing.end;
  }

  void function(const Tag& opening, std::string_view inside) {
    const json::Value* value = find(std::string(trim(inside)));
    if (opening.name == "toJson") return put(value == nullptr ? "" : json::print(*value));
    std::string delimiter = ",";
    if (const size_t at = opening.name.find(" delimiter='"); at != std::string::npos) {
      const size_t begin = opening.name.find('\'') + 1, end = opening.name.find('\'', begin);
      if (end == std::string::npos) refuse("[" + opening.name + "] does not end");
      delimiter = opening.name.substr(begin, end - begin);
    } else if (opening.name != "join") {
      refuse("[" + opening.name + "] is not supported");
    }
    if (value == nullptr) return;
    if (!value->is_array()) return put(escaped(plain_text(*value)));
    for (size_t i = 0; i < value->array().size(); ++i) {
      if (i > 0) put(delimiter);
      put(escaped(plain_text(value->array()[i])));
    }
  }

  Tag closing_of(const Tag& opening) {
    size_t open = 1;
    for (size_t from = opening.end;;) {
      const auto tag = next(from);
      if (!tag) refuse("[" + opening.name + "] is not closed");
      from = tag->end;
      if (tag->kind == '#' || tag->kind == '^') ++open;
      if (tag->kind != '/' || --open > 0) continue;
      if (tag->name != opening.name) refuse("[" + opening.name + "] is closed as [" + tag->name + "]");
      return *tag;
    }
  }

  std::optional<Tag> next(size_t from) {
    const size_t begin = text_.find("{{", from);
    if (begin == std::string_view::npos) return std::nullopt;
    if (++steps_ > kStepsMax) refuse("it has too many tags");
    const bool three = text_.substr(begin).starts_with("{{{");
    const std::string_view closing = three ? "}}}" : "}}";
    const size_t end = text_.find(closing, begin);
    if (end == std::string_view::npos) refuse("a tag does not end");
    std::string name(trim(text_.substr(begin + closing.size(), end - begin - closing.size())));
    Tag tag{three ? '&' : '$', {}, begin, end + closing.size()};
    if (!three && !name.empty() && std::string_view("#^/!&").find(name.front()) != std::string_view::npos) {
      tag.kind = name.front();
      name = std::string(trim(std::string_view(name).substr(1)));
    }
    if (name.starts_with('>') || name.starts_with('=')) refuse("partials and other delimiters are not supported");
    tag.name = std::move(name);
    return tag;
  }

  std::string text_of(const std::string& name) const {
    const json::Value* value = find(name);
    return value == nullptr || value->is_null() ? "" : plain_text(*value);
  }

  // The innermost scope that has the first part of the name has the whole.
  const json::Value* find(const std::string& name) const {
    if (name == ".") return scopes_.back();
    const std::vector<std::string> parts = split(name, '.');
    for (size_t i = scopes_.size(); i-- > 0;) {
      const json::Value* at = member(*scopes_[i], parts.front());
      if (at == nullptr) continue;
      for (size_t part = 1; at != nullptr && part < parts.size(); ++part) at = member(*at, parts[part]);
      return at;
    }
    return nullptr;
  }
  static const json::Value* member(const json::Value& value, const std::string& name) {
    if (!value.is_array()) return value.find(name);
    const auto number = parse_int(name);
    const bool within = number && *number >= 0 && static_cast<size_t>(*number) < value.array().size();
    return within ? &value.array()[static_cast<size_t>(*number)] : nullptr;
  }

  void put(std::string_view text) {
    if (out_.size() + text.size() > kFilledBytesMax) refuse("it becomes too large");
    out_.append(text);
  }

  const std::string_view text_;
  std::vector<const json::Value*> scopes_;
  std::string out_;
  size_t steps_ = 0;
};

}  // namespace

std::string fill_in(std::string_view text, const json::Value& parameters) { return Filling(text).run(parameters); }

}  // namespace standpipe::opensearch
