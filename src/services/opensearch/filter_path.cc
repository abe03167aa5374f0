#include "services/opensearch/filter_path.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "search/error.h"

namespace standpipe::opensearch {
namespace {

constexpr size_t kPartsMax = 200;  // of all paths

using Path = std::vector<std::string>;

// A path as far as it has been followed.
struct Followed {
  const Path* path;
  size_t part = 0;
  bool ended() const { return part == path->size(); }
};
using Paths = std::vector<Followed>;

void add(Paths& paths, const Followed& one) {
  for (const Followed& known : paths) {
    if (known.path == one.path && known.part == one.part) return;
  }
  paths.push_back(one);
}

void follow(const Followed& at, std::string_view name, Paths& out) {
  if (at.ended()) return;
  const std::string& part = (*at.path)[at.part];
  const Followed next{at.path, at.part + 1};
  if (part != "**") {
    if (glob_match(part, name)) add(out, next);
    return;
  }
  add(out, next.ended() ? next : at);  // the parts that "**" stands for go on, or have ended
  follow(next, name, out);
}

Paths follow(const Paths& paths, std::string_view name) {
  Paths out;
  for (const Followed& at : paths) follow(at, name, out);
  return out;
}

bool any_ended(const Paths& paths) {
  for (const Followed& at : paths) {
    if (at.ended()) return true;
  }
  return false;
}

// nullopt: nothing of it is wanted.
std::optional<json::Value> wanted(const json::Value& value, const Paths& paths) {
  if (value.is_array()) {
    json::Array kept;
    for (const json::Value& item : value.array()) {
      if (auto some = wanted(item, paths)) kept.push_back(*std::move(some));
    }
    return kept.empty() ? std::nullopt : std::optional<json::Value>(std::move(kept));
  }
  if (!value.is_object()) return std::nullopt;
  json::Object kept;
  for (const auto& [name, member] : value.object()) {
    const Paths next = follow(paths, name);
    if (next.empty()) continue;
    if (any_ended(next)) kept.append(name, member);
    else if (auto some = wanted(member, next)) kept.append(name, *std::move(some));
  }
  return kept.empty() ? std::nullopt : std::optional<json::Value>(std::move(kept));
}

json::Value without(const json::Value& value, const Paths& paths) {
  if (paths.empty()) return value;
  if (value.is_array()) {
    json::Array kept;
    for (const json::Value& item : value.array()) kept.push_back(without(item, paths));
    return kept;
  }
  if (!value.is_object()) return value;
  json::Object kept;
  for (const auto& [name, member] : value.object()) {
    const Paths next = follow(paths, name);
    if (!any_ended(next)) kept.append(name, without(member, next));
  }
  return kept;
}

}  // namespace

FilterPath::FilterPath(std::string_view paths) {
  size_t parts = 0;
  for (const std::string& text : split(paths, ',')) {
    const bool excluded = text.starts_with('-');
    Path path = split(std::string_view(text).substr(excluded ? 1 : 0), '.');
    path.erase(std::unique(path.begin(), path.end(), [](const auto& a, const auto& b) { return a == "**" && a == b; }),
               path.end());
    parts += path.size();
    if (parts > kPartsMax) throw search::illegal_argument("[filter_path] has too many parts");
    if (!text.empty()) (excluded ? not_wanted_ : wanted_).push_back(std::move(path));
  }
}

json::Value FilterPath::apply(const json::Value& answer) const {
  const auto begin = [](const std::vector<Path>& all) {
    Paths begun;
    for (const Path& path : all) begun.push_back({&path});
    return begun;
  };
  const json::Value kept = wanted_.empty() ? answer : wanted(answer, begin(wanted_)).value_or(json::Object{});
  return without(kept, begin(not_wanted_));
}

}  // namespace standpipe::opensearch
