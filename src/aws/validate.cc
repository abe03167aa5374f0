#include "aws/validate.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "aws/codec.h"
#include "base/bytes.h"

namespace standpipe::aws {
namespace {

constexpr size_t kShownBytesMax = 2048;  // of a value in a message
constexpr size_t kViolationsMax = 10;
constexpr const char* kRedacted = "***Sensitive Data Redacted***";

// Patterns are compiled when they are first needed and kept: their number is the models'.
class Patterns {
 public:
  const re2::RE2& find(const Shape& shape) {
    const char* key = shape.limits.pattern.data();
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = compiled_.find(key); found != compiled_.end()) return *found->second;
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    const std::string_view text = shape.limits.pattern;
    auto pattern = std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
    const std::unique_lock lock(mutex_);
    return *compiled_.emplace(key, std::move(pattern)).first->second;
  }

 private:
  std::shared_mutex mutex_;
  std::unordered_map<const char*, std::unique_ptr<re2::RE2>> compiled_;
};

Patterns& patterns() {
  static Patterns all;
  return all;
}

bool is_scalar(const Shape& shape) {
  return shape.kind != Kind::structure && shape.kind != Kind::list && shape.kind != Kind::map;
}

bool is_number(const Shape& shape) {
  return shape.kind == Kind::integer || shape.kind == Kind::long_integer || shape.kind == Kind::float_number ||
         shape.kind == Kind::double_number;
}

// What min and max are about; numbers with a fraction as they are.
double measure(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case Kind::string: return static_cast<double>(utf8_length(*static_cast<const std::string*>(value)));
    case Kind::blob: return static_cast<double>(static_cast<const Blob*>(value)->bytes.size());
    case Kind::list:
    case Kind::map: return static_cast<double>(shape.access->size(value));
    case Kind::integer: return *static_cast<const int32_t*>(value);
    case Kind::long_integer: return static_cast<double>(*static_cast<const int64_t*>(value));
    case Kind::float_number: return *static_cast<const float*>(value);
    case Kind::double_number: return *static_cast<const double*>(value);
    default: return 0;
  }
}

enum class Rule { pattern, values, max, min };

bool has(const Shape& shape, Rule rule) {
  switch (rule) {
    case Rule::pattern: return !shape.limits.pattern.empty();
    case Rule::values: return !shape.limits.values.empty();
    case Rule::max: return shape.limits.max != Limits::kNoMax;
    case Rule::min: return shape.limits.min != Limits::kNoMin;
  }
  return false;
}

bool keeps(const Shape& shape, const void* value, Rule rule) {
  const Limits& limits = shape.limits;
  switch (rule) {
    case Rule::pattern: {
      const auto& text = *static_cast<const std::string*>(value);
      const re2::RE2& pattern = patterns().find(shape);
      return !pattern.ok() || re2::RE2::FullMatch(text, pattern);
    }
    case Rule::values: return std::ranges::count(limits.values, *static_cast<const std::string*>(value)) > 0;
    case Rule::max: return !(measure(shape, value) > static_cast<double>(limits.max));
    case Rule::min: return !(measure(shape, value) < static_cast<double>(limits.min));
  }
  return true;
}

std::string words(const Shape& shape, Rule rule) {
  const char* what = is_number(shape) ? "Member must have value " : "Member must have length ";
  switch (rule) {
    case Rule::pattern:
      return "Member must satisfy regular expression pattern: " + std::string(shape.limits.pattern_shown);
    case Rule::values: {
      std::string text = "Member must satisfy enum value set: [";
      for (const std::string_view value : shape.limits.values) {
        if (text.back() != '[') text += ", ";
        text += value;
      }
      return text + "]";
    }
    case Rule::max: return what + ("less than or equal to " + std::to_string(shape.limits.max));
    case Rule::min: return what + ("greater than or equal to " + std::to_string(shape.limits.min));
  }
  return {};
}

constexpr Rule kRules[] = {Rule::values, Rule::pattern, Rule::min, Rule::max};
// The order inside "Member must satisfy constraint: […]".
constexpr Rule kRulesOfItems[] = {Rule::max, Rule::min, Rule::pattern, Rule::values};

bool keeps_all(const Shape& shape, const void* value) {
  return std::ranges::all_of(kRules, [&](Rule rule) { return !has(shape, rule) || keeps(shape, value, rule); });
}

std::string words_of_items(const Shape& shape) {
  std::string text;
  for (const Rule rule : kRulesOfItems) {
    if (!has(shape, rule)) continue;
    if (!text.empty()) text += ", ";
    text += words(shape, rule);
  }
  return "[" + text + "]";
}

// As Java's toString() prints it.
void show(const Shape& shape, const void* value, std::string& out) {
  if (out.size() > kShownBytesMax) return;
  if (shape.sensitive) {
    out += kRedacted;
    return;
  }
  switch (shape.kind) {
    case Kind::structure: out.append(shape.name).append("(...)"); return;
    case Kind::list:
      out += '[';
      for (size_t i = 0, size = shape.access->size(value); i < size && out.size() <= kShownBytesMax; ++i) {
        if (i > 0) out += ", ";
        show(*shape.element, shape.access->at(value, i), out);
      }
      out += ']';
      return;
    case Kind::map: {
      out += '{';
      bool first = true;
      each_entry(shape, value, [&](const std::string& key, const void* item) {
        if (out.size() > kShownBytesMax) return;
        out.append(first ? "" : ", ").append(key).append("=");
        first = false;
        show(*shape.element, item, out);
      });
      out += '}';
      return;
    }
    case Kind::blob: {
      const std::string size = std::to_string(static_cast<const Blob*>(value)->bytes.size());
      out.append("java.nio.HeapByteBuffer[pos=0 lim=").append(size).append(" cap=").append(size).append("]");
      return;
    }
    default: out += print_scalar(shape, value, TimeFormat::iso8601);
  }
}

std::string shown(const Shape& shape, const void* value) {
  std::string text;
  show(shape, value, text);
  if (text.size() <= kShownBytesMax) return text;
  size_t end = kShownBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

class Walk {
 public:
  std::vector<std::string> take() { return std::move(found_); }

  void structure(const Shape& shape, const void* value, const Path* path) {
    for (const Member& member : shape.members) {
      const void* present = get(member, value);
      if (!present) continue;
      const Path here{path, member.path};
      any(*member.shape, present, &here);
    }
  }

 private:
  void any(const Shape& shape, const void* value, const Path* path) {
    for (const Rule rule : kRules) {
      if (has(shape, rule) && !keeps(shape, value, rule)) violated(shape, value, path, words(shape, rule));
    }
    switch (shape.kind) {
      case Kind::structure: return structure(shape, value, path);
      case Kind::list: return list(shape, value, path);
      case Kind::map: return map(shape, value, path);
      default: return;
    }
  }

  void list(const Shape& shape, const void* value, const Path* path) {
    const Shape& element = *shape.element;
    const size_t size = shape.access->size(value);
    if (!is_scalar(element)) {
      Path here{path};
      for (size_t i = 0; i < size && found_.size() < kViolationsMax; ++i) {
        here.index = i + 1;
        any(element, shape.access->at(value, i), &here);
      }
      return;
    }
    if (!element.limits.any()) return;
    for (size_t i = 0; i < size; ++i) {
      if (keeps_all(element, shape.access->at(value, i))) continue;
      return violated(shape, value, path, "Member must satisfy constraint: " + words_of_items(element));
    }
  }

  void map(const Shape& shape, const void* value, const Path* path) {
    bool bad_key = false, bad_value = false;
    each_entry(shape, value, [&](const std::string& key, const void* item) {
      bad_key |= !bad_key && !keeps_all(*shape.key, &key);
      if (is_scalar(*shape.element)) {
        bad_value |= !bad_value && !keeps_all(*shape.element, item);
      } else if (found_.size() < kViolationsMax) {
        const Path here{path, key};
        any(*shape.element, item, &here);
      }
    });
    if (bad_key) violated(shape, value, path, "Map keys must satisfy constraint: " + words_of_items(*shape.key));
    if (bad_value) violated(shape, value, path, "Map value must satisfy constraint: " + words_of_items(*shape.element));
  }

  void violated(const Shape& shape, const void* value, const Path* path, const std::string& constraint) {
    found_.push_back("Value '" + shown(shape, value) + "' at '" + path->print() +
                     "' failed to satisfy constraint: " + constraint);
  }

  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> violations(const Shape& structure, const void* value) {
  Walk walk;
  walk.structure(structure, value, nullptr);
  return walk.take();
}

std::string violations_message(const std::vector<std::string>& found) {
  const size_t told = std::min(found.size(), kViolationsMax);
  std::string text = std::to_string(told) + (told == 1 ? " validation error" : " validation errors") + " detected: ";
  for (size_t i = 0; i < told; ++i) text.append(i > 0 ? "; " : "").append(found[i]);
  return text;
}

bool pattern_usable(const Shape& shape) { return shape.limits.pattern.empty() || patterns().find(shape).ok(); }

void validate(const ServiceModel& model, const OperationModel& operation, const void* input, const Missing& missing) {
  if (!model.validates) {
    if (missing.empty()) return;
    throw Error("MalformedXML", 400,
                "The XML you provided was not well-formed or did not validate against our published schema");
  }
  std::vector<std::string> found;
  for (const std::string& path : missing) {
    found.push_back("Value null at '" + path + "' failed to satisfy constraint: Member must not be null");
    if (found.size() == kViolationsMax) break;
  }
  // In the struct a missing member is an empty one; its limits are not looked at.
  for (std::string& violation : violations(*operation.input, input)) {
    const bool of_missing = std::ranges::any_of(missing, [&](const std::string& path) {
      return violation.find("' at '" + path + "' failed") != std::string::npos;
    });
    if (!of_missing) found.push_back(std::move(violation));
  }
  if (found.empty()) return;
  throw Error(std::string(model.validation_code), 400, violations_message(found));
}

}  // namespace standpipe::aws
