#include "services/opensearch/call.h"

#include <algorithm>

#include "aws/protocol.h"
#include "base/bytes.h"
#include "base/logging.h"

namespace standpipe::opensearch {
namespace {

// Parameters that any request may carry.
const std::set<std::string, std::less<>> kCommon = {"pretty", "human",   "error_trace",    "filter_path",
                                                    "format", "timeout", "master_timeout", "cluster_manager_timeout"};

constexpr size_t kBodyValuesMax = 262'144;  // a value takes up to 100 bytes once it is read

bool is_pattern(const std::string& name) { return name.find('*') != std::string::npos; }

}  // namespace

Call::Call(const aws::Request& as, const net::Request& from, const Collection& of, const CollectionDirectory& directory,
           search::SearchEngine& in, Catalog& known, PointsInTime& open, const aws::Caller& by)
    : request(as),
      http(from),
      collection(of),
      engine(in),
      catalog(known),
      points(open),
      caller(by),
      directory_(directory) {
  const auto pairs = net::parse_query(http.query());
  if (!pairs) throw search::illegal_argument("malformed escape in the query string");
  for (const auto& [name, value] : *pairs) parameters_[name] = value;
  try {
    if (auto text = aws::inflated(http)) {
      inflated_ = std::move(*text);
      body_ = inflated_;
      return;
    }
  } catch (const aws::Error& error) {
    throw search::parsing_exception(error.what());
  }
  body_ = http.body.view();
}

std::string Call::part(const std::string& name) const {
  const auto found = parts_.find(name);
  return found == parts_.end() ? "" : found->second;
}

const std::string* Call::parameter(const std::string& name) const {
  const auto found = parameters_.find(name);
  return found == parameters_.end() ? nullptr : &found->second;
}

bool Call::flag(const std::string& name) const {
  const std::string* value = parameter(name);
  return value != nullptr && *value != "false";
}

void Call::allow_parameters(const std::set<std::string, std::less<>>& known) const {
  for (const auto& [name, value] : parameters_) {
    // SigV4 in the query is the signature's business.
    if (known.contains(name) || kCommon.contains(name) || name.starts_with("X-Amz-")) continue;
    throw search::illegal_argument("request [" + std::string(http.path()) + "] contains unrecognized parameter: [" +
                                   name + "]");
  }
}

void Call::check_refresh() const {
  const std::string* value = parameter("refresh");
  if (value != nullptr && (*value == "true" || value->empty())) {
    throw search::illegal_argument("true refresh policy is not supported.");
  }
}

json::Value read_json(std::string_view text) {
  size_t values = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++i;
    if (!quoted && (c == ',' || c == '{' || c == '[')) ++values;
  }
  if (values > kBodyValuesMax)
    throw search::illegal_argument("The request body holds more than [" + std::to_string(kBodyValuesMax) + "] values");
  return json::parse(text);
}

json::Value Call::json_body() const {
  if (trim(body_).empty()) return json::Object{};
  try {
    json::Value value = read_json(body_);
    if (!value.is_object()) throw search::parsing_exception("Expected [START_OBJECT] at the root of the body");
    return value;
  } catch (const json::ParseError& error) {
    throw search::parsing_exception(error.what());
  }
}

bool Call::may(std::string_view permission, std::string_view index) const {
  return directory_.permits(collection, request.principal, permission, index);
}

void Call::require(std::string_view permission, std::string_view index) const {
  if (!may(permission, index)) throw Forbidden{std::string(permission), std::string(index)};
}

std::vector<std::string> Call::resolve(const std::string& expression, std::string_view permission,
                                       bool ignore_unavailable) const {
  std::vector<std::string> existing;
  for (const search::IndexName& index : engine.list(collection.id + "/"))
    existing.emplace_back(search::visible_name(index));
  std::set<std::string> found;
  const std::string wanted = expression.empty() || expression == "_all" ? "*" : expression;
  const auto aliases = wanted == "*" ? std::make_shared<const Aliases>() : catalog.aliases(collection);
  for (const std::string& item : split(wanted, ',')) {
    if (item.starts_with('-') && !found.empty()) {  // but not these
      std::erase_if(found, [&](const std::string& index) { return glob_match(item.substr(1), index); });
      continue;
    }
    if (is_pattern(item)) {
      for (const std::string& index : existing) {
        if (glob_match(item, index) && may(permission, index)) found.insert(index);
      }
      for (const auto& [alias, members] : *aliases) {
        if (!glob_match(item, alias)) continue;
        for (const auto& [index, options] : members) {
          if (may(permission, index)) found.insert(index);
        }
      }
      continue;
    }
    if (const auto alias = aliases->find(item); alias != aliases->end()) {
      for (const auto& [index, options] : alias->second) {
        require(permission, index);
        found.insert(index);
      }
      continue;
    }
    require(permission, item);
    const bool there = std::find(existing.begin(), existing.end(), item) != existing.end();
    if (there)
      found.insert(item);
    else if (!ignore_unavailable && !flag("ignore_unavailable"))
      throw search::index_not_found(item);
  }
  // Who may see nothing of the collection is told so, rather than shown an empty one.
  if (found.empty() && is_pattern(wanted) && !existing.empty()) {
    const bool hidden = std::any_of(existing.begin(), existing.end(),
                                    [&](const std::string& index) { return glob_match(wanted, index); });
    if (hidden) throw Forbidden{std::string(permission), wanted};
  }
  return {found.begin(), found.end()};
}

// Names come sorted: the index itself is the first that begins with its name. Describing it would print its mapping.
bool Call::exists(const std::string& index) const {
  const std::vector<search::IndexName> found = engine.list(name(index));
  return !found.empty() && found.front() == name(index);
}

std::string Call::write_target(const std::string& index) const {
  if (exists(index)) return index;
  const auto aliases = catalog.aliases(collection);
  const auto alias = aliases->find(index);
  if (alias == aliases->end()) return index;
  for (const auto& [member, options] : alias->second) {
    const json::Value* write = options.find("is_write_index");
    if (write != nullptr ? *write == json::Value(true) : alias->second.size() == 1) return member;
  }
  throw search::illegal_argument("no write index is defined for alias [" + index +
                                 "]. The write index may be explicitly disabled using is_write_index=false or the "
                                 "alias points to multiple indices without one being designated as a write index");
}

std::vector<search::IndexName> Call::names(const std::vector<std::string>& indices) const {
  std::vector<search::IndexName> full;
  for (const std::string& index : indices) full.push_back(name(index));
  return full;
}

void check_index_name(const std::string& index) {
  const auto refuse = [&](const std::string& why) {
    throw search::Error("invalid_index_name_exception", 400, "Invalid index name [" + index + "], " + why).on(index);
  };
  if (index.empty() || index == "." || index == "..") refuse("must not be '.' or '..'");
  if (index.size() > 255) refuse("index name is too long, (" + std::to_string(index.size()) + " > 255)");
  if (index.find_first_of("_-+") == 0) refuse("must not start with '_', '-', or '+'");
  if (index.find_first_of(R"(\/*?"<>| ,#:)") != std::string::npos) {
    refuse(R"(must not contain the following characters [ , ", *, \, <, |, ,, >, /, ?])");
  }
  for (const char c : index) {
    if (c >= 'A' && c <= 'Z') refuse("must be lowercase");
    if (static_cast<unsigned char>(c) < 0x20) refuse("must not contain control characters");
  }
}

void note_refusal(const aws::Caller& caller, const Collection& collection, aws::Refusal refusal) {
  logging::info("refused {} aoss {} for {}: {}: {}", refusal.request_id, collection.name, refusal.principal,
                aws::name_of(refusal.decided_by), refusal.reason);
  refusal.service = "aoss";
  if (refusal.resource.empty()) refusal.resource = collection.arn();
  caller.remember(std::move(refusal));
}

void note_refusal(const Call& call, const Forbidden& forbidden) {
  const bool on_index = !forbidden.index.empty();
  const std::string resource = on_index ? "index/" + call.collection.name + "/" + forbidden.index
                                        : "collection/" + call.collection.name;
  aws::Refusal refusal = aws::refusal_of(
      call.request, aws::DecidedBy::data_access_policy, "security_exception",
      "no data access policy grants " + forbidden.permission + " on " + resource + " to " + call.request.principal.arn);
  refusal.action = forbidden.permission;
  refusal.resource = resource;
  note_refusal(call.caller, call.collection, std::move(refusal));
}

void ensure_index(const Call& call, const std::string& index) {
  if (call.exists(index)) return;
  check_index_name(index);
  call.require("aoss:CreateIndex", index);
  try {
    create_from_templates(call, index, {});
  } catch (const search::Error& error) {
    if (error.type != "resource_already_exists_exception") throw;  // somebody else was first: just as well
  }
}

void create_from_templates(const Call& call, const std::string& index, const json::Object& body) {
  json::Object definition = call.catalog.template_for(call.collection, index).value_or(json::Object{});
  merge_over(definition, body);
  search::IndexDefinition out;
  if (const json::Value* mappings = definition.find("mappings")) out.mappings = *mappings;
  if (const json::Value* settings = definition.find("settings")) out.settings = *settings;
  call.engine.create(call.name(index), out);
  if (const json::Value* aliases = definition.find("aliases")) add_aliases(call, index, *aliases);
}

}  // namespace standpipe::opensearch
