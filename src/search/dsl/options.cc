#include "search/dsl/options.h"

#include <cmath>

#include "base/bytes.h"

namespace standpipe::search::dsl {

std::string_view token_name(const json::Value& value) {
  if (value.is_object()) return "START_OBJECT";
  if (value.is_array()) return "START_ARRAY";
  if (value.is_string()) return "VALUE_STRING";
  if (value.is_number()) return "VALUE_NUMBER";
  if (value.is_bool()) return "VALUE_BOOLEAN";
  return "VALUE_NULL";
}

std::optional<int64_t> as_integer(const json::Value& value) {
  if (value.is_int()) return value.integer();
  if (value.is_string()) return parse_int(value.string());
  if (value.is_double() && std::abs(value.number()) < 9e15) return static_cast<int64_t>(value.number());
  return std::nullopt;
}

std::optional<double> as_number(const json::Value& value) {
  if (value.is_number()) return value.number();
  if (value.is_string()) return parse_double(value.string());
  return std::nullopt;
}

std::optional<bool> as_boolean(const json::Value& value) {
  if (value.is_bool()) return value.boolean();
  if (value.is_string() && value.string() == "true") return true;
  if (value.is_string() && value.string() == "false") return false;
  return std::nullopt;
}

std::optional<std::string> as_text(const json::Value& value) {
  if (value.is_string()) return value.string();
  if (value.is_number() || value.is_bool()) return json::print(value);
  return std::nullopt;
}

Options::Options(std::string clause, const json::Value& body) : clause_(std::move(clause)) {
  if (!body.is_object()) {
    throw parsing_exception("[" + clause_ + "] query malformed, no start_object after query name");
  }
  members_ = &body.object();
}

const json::Value* Options::take(std::string_view name) {
  taken_.emplace(name);
  const json::Value* member = members_->find(name);
  return member == nullptr || member->is_null() ? nullptr : member;
}

std::string Options::text(std::string_view name, std::string_view otherwise) {
  const json::Value* member = take(name);
  if (member == nullptr) return std::string(otherwise);
  auto text = as_text(*member);
  if (!text) {
    throw parsing_exception("[" + clause_ + "] unexpected token [" + std::string(token_name(*member)) + "] after [" +
                            std::string(name) + "]");
  }
  return *std::move(text);
}

int64_t Options::integer(std::string_view name, int64_t otherwise, int64_t min, int64_t max) {
  const json::Value* member = take(name);
  if (member == nullptr) return otherwise;
  const auto value = as_integer(*member);
  if (!value) {
    throw parsing_exception("[" + clause_ + "] failed to parse field [" + std::string(name) + "]");
  }
  if (*value < min || *value > max) {
    throw illegal_argument("[" + std::string(name) + "] must be between [" + std::to_string(min) + "] and [" +
                           std::to_string(max) + "]. Found [" + std::to_string(*value) + "] in [" + clause_ + "]");
  }
  return *value;
}

double Options::number(std::string_view name, double otherwise) {
  const json::Value* member = take(name);
  if (member == nullptr) return otherwise;
  const auto value = as_number(*member);
  if (!value || !std::isfinite(*value)) {
    throw parsing_exception("[" + clause_ + "] failed to parse field [" + std::string(name) + "]");
  }
  if (name == "boost" && *value < 0) {
    throw illegal_argument("negative [boost] are not allowed in [" + clause_ +
                           "], use a value between 0 and 1 to deboost");
  }
  return *value;
}

bool Options::boolean(std::string_view name, bool otherwise) {
  const json::Value* member = take(name);
  if (member == nullptr) return otherwise;
  const auto value = as_boolean(*member);
  if (!value) {
    throw illegal_argument("Failed to parse value [" + as_text(*member).value_or("") +
                           "] as only [true] or [false] are allowed.");
  }
  return *value;
}

std::vector<std::string> Options::texts(std::string_view name) {
  std::vector<std::string> out;
  const json::Value* member = take(name);
  if (member == nullptr) return out;
  const auto add = [&](const json::Value& item) {
    auto text = as_text(item);
    if (!text) throw parsing_exception("[" + clause_ + "] failed to parse field [" + std::string(name) + "]");
    out.push_back(*std::move(text));
  };
  if (member->is_array()) {
    for (const json::Value& item : member->array()) add(item);
  } else {
    add(*member);
  }
  return out;
}

void Options::finish(std::string_view kind) const {
  for (const auto& [name, value] : *members_) {
    if (!taken_.contains(name)) {
      throw parsing_exception("[" + clause_ + "] " + std::string(kind) + " does not support [" + name + "]");
    }
  }
}

}  // namespace standpipe::search::dsl
