// prefix and wildcard: documents with a term that begins or looks like this.
#include "search/embedded/query/query.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

size_t character_size(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return std::min(size, text.size() - at);
}

constexpr size_t kPatternBytesMax = 1000;

// '*' any characters, '?' one character, '\' makes the next one plain. Only the last '*' is retried.
class Wildcard {
 public:
  explicit Wildcard(std::string_view pattern) {
    if (pattern.size() > kPatternBytesMax) {
      throw illegal_argument("The length of a wildcard [" + std::to_string(pattern.size()) +
                             "] has exceeded the allowed maximum of [" + std::to_string(kPatternBytesMax) + "]");
    }
    for (size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == '\\' && i + 1 < pattern.size())
        parts_.push_back({Kind::plain, pattern[++i]});
      else if (pattern[i] == '*')
        parts_.push_back({Kind::any, 0});
      else if (pattern[i] == '?')
        parts_.push_back({Kind::one, 0});
      else
        parts_.push_back({Kind::plain, pattern[i]});
    }
  }
  std::string literal_prefix() const {
    std::string out;
    for (const Part& part : parts_) {
      if (part.kind != Kind::plain) break;
      out += part.byte;
    }
    return out;
  }
  bool matches(std::string_view text) const {
    size_t at = 0, part = 0, retry_part = SIZE_MAX, retry_at = 0;
    while (at < text.size()) {
      if (part < parts_.size() && parts_[part].kind == Kind::any) {
        retry_part = ++part;
        retry_at = at;
      } else if (part < parts_.size() && parts_[part].kind == Kind::one) {
        at += character_size(text, at);
        ++part;
      } else if (part < parts_.size() && parts_[part].byte == text[at] && parts_[part].kind == Kind::plain) {
        ++at;
        ++part;
      } else if (retry_part != SIZE_MAX) {
        part = retry_part;
        at = retry_at += character_size(text, retry_at);
      } else {
        return false;
      }
    }
    while (part < parts_.size() && parts_[part].kind == Kind::any) ++part;
    return part == parts_.size();
  }

 private:
  enum class Kind { plain, one, any };
  struct Part {
    Kind kind;
    char byte;
  };
  std::vector<Part> parts_;
};

std::string spelled_for(const FieldSpec& field, const std::string& value, bool analyzed) {
  if (field.normalizer != nullptr) return field.normalizer->normalize(value);
  return analyzed && field.type->full_text() ? field.search_analyzer->normalize(value) : value;
}

template <class Accept>
void add_terms(const QueryContext& context, const FieldSpec& spec, const std::string& from, Accept accept,
               DocSet& into) {
  const auto field = context.segment.field(spec.path);
  if (!field || field->terms == nullptr) return;
  scan_terms(context, *field->terms, from, 1, [&](std::string_view term, uint32_t ordinal) {
    if (accept(term)) add_all(into, field->terms->postings(ordinal));
  });
}

}  // namespace

std::vector<const FieldSpec*> term_fields(const QueryContext& context, const std::string& name, bool many,
                                          const char* query) {
  std::vector<const FieldSpec*> out;
  for (const FieldSpec* field : context.mapping.match(name)) {
    const FieldType& type = *field->type;
    const bool fits = type.storage != FieldType::Storage::numbers && type.term != nullptr && !type.opaque &&
                      field->type != &ip_type() && field->index;
    if (fits) {
      out.push_back(field);
    } else if (!many) {
      require_indexed(context, *field);
      context.refuse("Can only use " + std::string(query) + " queries on keyword and text fields - not on [" +
                     field->path + "] which is of type [" + std::string(type.name) + "]");
    }
  }
  return out;
}

std::function<bool(std::string_view)> prefix_test(const FieldSpec& field, const PrefixQuery& query) {
  std::string prefix = spelled_for(field, query.value, query.analyzed);
  if (query.ignore_case) {
    return [lower = to_lower_unicode(prefix)](std::string_view term) {
      return to_lower_unicode(term).starts_with(lower);
    };
  }
  return [prefix = std::move(prefix)](std::string_view term) { return term.starts_with(prefix); };
}

std::function<bool(std::string_view)> wildcard_test(const FieldSpec& field, const WildcardQuery& query) {
  const std::string pattern = spelled_for(field, query.value, query.analyzed);
  if (query.ignore_case) {
    return [wildcard = Wildcard(to_lower_unicode(pattern))](std::string_view term) {
      return wildcard.matches(to_lower_unicode(term));
    };
  }
  return [wildcard = Wildcard(pattern)](std::string_view term) { return wildcard.matches(term); };
}

Matches evaluate_prefix(const QueryContext& context, const PrefixQuery& query, float boost) {
  Matches out{context.none(), boost, {}};
  for (const FieldSpec* field : term_fields(context, query.field, query.analyzed, "prefix")) {
    const std::string from = query.ignore_case ? "" : spelled_for(*field, query.value, query.analyzed);
    add_terms(context, *field, from, prefix_test(*field, query), out.docs);
  }
  return out;
}

Matches evaluate_wildcard(const QueryContext& context, const WildcardQuery& query, float boost) {
  Matches out{context.none(), boost, {}};
  for (const FieldSpec* field : term_fields(context, query.field, query.analyzed, "wildcard")) {
    const std::string pattern = spelled_for(*field, query.value, query.analyzed);
    const std::string from = query.ignore_case ? "" : Wildcard(pattern).literal_prefix();
    add_terms(context, *field, from, wildcard_test(*field, query), out.docs);
  }
  return out;
}

}  // namespace standpipe::search
