#include "search/index_settings.h"

#include <algorithm>
#include <string_view>

#include "base/bytes.h"
#include "search/dsl/options.h"

namespace standpipe::search {
namespace {

constexpr std::string_view kPrefix = "index.";
constexpr int kDepthMax = 20;

// Documents can be searched as soon as they are written, and there is one copy of them, whatever these say.
constexpr std::string_view kDynamic[] = {"index.refresh_interval", "index.number_of_replicas",
                                         "index.auto_expand_replicas", "index.search.idle.after",
                                         "index.priority"};
constexpr std::string_view kFixed[] = {"index.number_of_shards", "index.codec", "index.knn",
                                       "index.number_of_routing_shards", "index.routing_partition_size"};

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

void flatten(const json::Object& members, const std::string& path, int depth, json::Object& out) {
  if (depth > kDepthMax) throw illegal_argument("settings are nested too deeply");
  for (const auto& [name, value] : members) {
    const std::string full = path.empty() ? name : path + "." + name;
    const bool definitions = full == "analysis" || full == "index.analysis";  // their names may have dots
    if (value.is_object() && !value.object().empty() && !definitions)
      flatten(value.object(), full, depth + 1, out);
    else
      out[full.starts_with(kPrefix) ? full : std::string(kPrefix) + full] = value;
  }
}

void check_value(const std::string& name, const json::Value& value) {
  if (value.is_null()) return;
  const auto refuse = [&](const std::string& why) {
    throw illegal_argument("Failed to parse value [" + dsl::as_text(value).value_or("") + "] for setting [" + name +
                           "]" + why);
  };
  if (name == "index.number_of_replicas" || name == "index.priority") {
    const auto number = dsl::as_integer(value);
    if (!number) refuse("");
    if (*number < 0) refuse(" must be >= 0");
  }
  if (name == "index.refresh_interval") {
    const std::string text = dsl::as_text(value).value_or("");
    const bool unit = text.ends_with("s") || text.ends_with("m") || text.ends_with("h") || text.ends_with("d");
    if (text != "-1" && !(unit && parse_int(text.substr(0, text.find_first_not_of("0123456789")))))
      refuse(" as a time value: unit is missing or unrecognized");
  }
}

}  // namespace

json::Object flat_settings(const json::Value& settings) {
  json::Object out;
  if (settings.is_null()) return out;
  if (!settings.is_object()) throw illegal_argument("settings must be an object");
  flatten(settings.object(), "", 0, out);
  return out;
}

json::Value nested_settings(const json::Object& flat) {
  json::Value out = json::Object{};
  for (const auto& [name, value] : flat) {
    json::Value* at = &out;
    for (const std::string& part : split(name, '.')) {
      if (!at->is_object()) *at = json::Object{};
      at = &at->object()[part];
    }
    *at = value;
  }
  return out;
}

json::Object changed_settings(json::Object settings, const json::Object& changes, bool preserve) {
  for (const auto& [name, value] : changes) {
    if (value.is_null())
      settings.erase(name);
    else if (!preserve || !settings.contains(name))
      settings[name] = value;
  }
  return settings;
}

void check_changes(const json::Object& changes, const std::string& index) {
  std::string fixed;
  for (const auto& [name, value] : changes) {
    if (contains(kDynamic, name)) {
      check_value(name, value);
      continue;
    }
    if (!contains(kFixed, name) && !name.starts_with("index.analysis")) {
      throw illegal_argument("unknown setting [" + name +
                             "] please check that any required plugins are installed, or check the breaking changes "
                             "documentation for removed settings");
    }
    fixed += (fixed.empty() ? "" : ", ") + name;
  }
  if (!fixed.empty())
    throw illegal_argument("Can't update non dynamic settings [[" + fixed + "]] for open indices [" + index + "]");
}

}  // namespace standpipe::search
