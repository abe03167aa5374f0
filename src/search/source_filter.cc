#include "search/source_filter.h"

#include "base/bytes.h"

namespace standpipe::search {
namespace {

// A pattern covers a path if it matches the path or one of the objects above it.
bool covers(const std::vector<std::string>& patterns, std::string_view path) {
  for (const std::string& pattern : patterns) {
    if (glob_match(pattern, path)) return true;
    for (size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
      if (glob_match(pattern, path.substr(0, dot))) return true;
    }
  }
  return false;
}

// nullopt: nothing is left.
std::optional<json::Value> filter_value(const json::Value& value, const std::string& path, const SourceFilter& filter) {
  if (value.is_object()) {
    json::Object out;
    for (const auto& [name, child] : value.object()) {
      auto kept = filter_value(child, path.empty() ? name : path + "." + name, filter);
      if (kept) out.append(name, *std::move(kept));
    }
    if (out.empty() && !(value.object().empty() && filter.includes.empty())) return std::nullopt;
    return out;
  }
  if (value.is_array() && !value.array().empty() && value.array().front().is_object()) {
    json::Array out;
    for (const json::Value& item : value.array()) {
      if (auto kept = filter_value(item, path, filter)) out.push_back(*std::move(kept));
    }
    if (out.empty()) return std::nullopt;
    return out;
  }
  if (!filter.includes.empty() && !covers(filter.includes, path)) return std::nullopt;
  if (covers(filter.excludes, path)) return std::nullopt;
  return value;
}

}  // namespace

std::string filter_source(const std::string& source, const SourceFilter& filter) {
  if (filter.everything()) return source;
  const auto kept = filter_value(json::parse(source), "", filter);
  return kept ? json::print(*kept) : "{}";
}

}  // namespace standpipe::search
