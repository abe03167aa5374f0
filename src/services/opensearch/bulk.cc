// _bulk: newline-delimited actions and documents. Refusals are per item; only what cannot be read refuses the request.
#include <chrono>
#include <map>
#include <optional>

#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

constexpr size_t kItemsMax = 100'000;

struct Item {
  std::string action, index;
  search::WriteOperation operation;
  search::WriteOutcome outcome;
  bool refused = false;  // before the engine saw it
};

class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  bool next(std::string_view& line) {
    if (text_.empty()) return false;
    const size_t end = text_.find('\n');
    if (end == std::string_view::npos) {
      throw search::illegal_argument("The bulk request must be terminated by a newline [\\n]");
    }
    line = text_.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    text_.remove_prefix(end + 1);
    ++number_;
    return true;
  }
  size_t number() const { return number_; }

 private:
  std::string_view text_;
  size_t number_ = 0;
};

void refuse(Item& item, const search::Error& error) {
  item.refused = true;
  item.outcome.status = error.status;
  item.outcome.error_type = error.type;
  item.outcome.error_reason = error.what();
  item.outcome.id = item.operation.id;
}

search::Error malformed(const Lines& lines, const std::string& why) {
  return search::illegal_argument("Malformed action/metadata line [" + std::to_string(lines.number()) + "], " + why);
}

search::WriteOperation::Kind kind_of(const std::string& action, const Lines& lines) {
  using Kind = search::WriteOperation::Kind;
  if (action == "index") return Kind::index;
  if (action == "create") return Kind::create;
  if (action == "update") return Kind::update;
  if (action == "delete") return Kind::remove;
  throw malformed(lines, "expected field [create], [delete], [index] or [update] but found [" + action + "]");
}

void read_metadata(const json::Value& metadata, const Call& call, const Lines& lines, Item& item) {
  item.index = call.part("index");
  for (const auto& [name, value] : metadata.object()) {
    if (name == "_index" && value.is_string()) {
      item.index = value.string();
    } else if (name == "_id" && (value.is_string() || value.is_int())) {
      item.operation.id = value.is_string() ? value.string() : std::to_string(value.integer());
    } else if (value.is_null() && (name == "_id" || name == "routing" || name == "version" || name == "pipeline")) {
      continue;  // as good as not there
    } else if (name == "if_seq_no" && value.is_int()) {
      item.operation.if_seq_no = value.integer();
    } else if (name != "require_alias" && name != "if_primary_term" && name != "retry_on_conflict") {
      throw search::illegal_argument("Action/metadata line [" + std::to_string(lines.number()) +
                                     "] contains an unknown parameter [" + name + "]");
    }
  }
  if (item.index.empty()) throw search::illegal_argument("index is missing");
}

std::vector<Item> read_items(const Call& call) {
  std::vector<Item> items;
  Lines lines(call.body());
  std::string_view line;
  while (lines.next(line)) {
    if (line.empty()) continue;
    json::Value action;
    try {
      action = json::parse(line, 8);
    } catch (const json::ParseError& error) {
      throw malformed(lines, error.what());
    }
    if (!action.is_object() || action.object().size() != 1 || !action.object().begin()->second.is_object()) {
      throw malformed(lines, "expected START_OBJECT with one action");
    }
    if (items.size() == kItemsMax) throw search::illegal_argument("too many items in one bulk request");
    Item& item = items.emplace_back();
    item.action = action.object().begin()->first;
    item.operation.kind = kind_of(item.action, lines);
    read_metadata(action.object().begin()->second, call, lines, item);
    if (item.operation.kind == search::WriteOperation::Kind::remove) continue;
    if (!lines.next(item.operation.source)) {
      throw search::illegal_argument("The bulk request must be terminated by a newline [\\n]");
    }
  }
  if (items.empty()) throw search::Error("parse_exception", 400, "request body is required");
  return items;
}

// What the collection's type does not allow.
void check_type(const Call& call, Item& item) {
  using Kind = search::WriteOperation::Kind;
  if (call.search_type()) return;
  if (item.operation.kind == Kind::update) {
    refuse(item, search::illegal_argument("Update operation is not supported for collections of this type"));
  } else if (item.operation.kind != Kind::remove && !item.operation.id.empty()) {
    refuse(item, search::illegal_argument("Document ID is not supported in create/index operation request"));
  }
}

// Whether the principal may write to an index, which is made if it is missing; asked once per request and index.
class Targets {
 public:
  explicit Targets(const Call& call) : call_(call) {}

  void prepare(Item& item) {
    check_type(call_, item);
    if (item.refused) return;
    try {
      const auto [target, unknown] = targets_.try_emplace(item.index);
      if (unknown) target->second = call_.write_target(item.index);
      item.index = target->second;
    } catch (const search::Error& error) {
      refuse(item, error);
      return;
    }
    const auto [at, first] = refusals_.try_emplace(item.index);
    if (first) at->second = look_at(item.index);
    if (at->second) refuse(item, *at->second);
  }

 private:
  std::optional<search::Error> look_at(const std::string& index) const {
    try {
      call_.require("aoss:WriteDocument", index);
      ensure_index(call_, index);
      return std::nullopt;
    } catch (const Forbidden& forbidden) {
      note_refusal(call_, forbidden);
      return forbidden_by_policy();
    } catch (const search::Error& error) {
      return error;
    }
  }
  const Call& call_;
  std::map<std::string, std::string> targets_;  // by the name in the request
  std::map<std::string, std::optional<search::Error>> refusals_;
};

// An accepted item is mostly the same text; building it as a JSON tree costs more than writing the document.
void append_item(std::string& out, const Item& item) {
  if (!item.outcome.accepted()) {
    json::Object shown{{"_index", item.index},
                       {"_id", item.outcome.id.empty() ? json::Value() : json::Value(item.outcome.id)},
                       {"status", item.outcome.status}};
    json::Value error = error_object(refusal(item.index, item.outcome));
    error.object().erase("root_cause");
    shown["error"] = error;
    out += json::print(json::Object{{item.action, shown}});
    return;
  }
  const search::WriteOutcome& outcome = item.outcome;
  out += "{\"" + item.action + "\":{\"_index\":";
  json::append_quoted(out, item.index);
  out += ",\"_id\":";
  json::append_quoted(out, outcome.id);
  out += ",\"_version\":" + std::to_string(outcome.version) + ",\"result\":\"" + outcome.result +
         R"(","_shards":{"total":0,"successful":0,"failed":0},"_seq_no":)" + std::to_string(outcome.seq_no) +
         ",\"_primary_term\":1,\"status\":" + std::to_string(outcome.status) + "}}";
}

// Runs of items for one index are written together, so that order within an index holds.
void write(const Call& call, std::vector<Item>& items) {
  for (size_t begin = 0; begin < items.size();) {
    size_t end = begin;
    std::vector<search::WriteOperation> batch;
    std::vector<size_t> members;
    for (; end < items.size() && items[end].index == items[begin].index; ++end) {
      if (items[end].refused) continue;
      batch.push_back(items[end].operation);
      members.push_back(end);
    }
    if (!batch.empty()) {
      try {
        auto outcomes = call.engine.write(call.name(items[begin].index), batch);
        for (size_t i = 0; i < members.size(); ++i) items[members[i]].outcome = std::move(outcomes[i]);
      } catch (const search::Error& error) {
        for (const size_t member : members) refuse(items[member], error);
      }
    }
    begin = end;
  }
}

}  // namespace

net::Response bulk(Call& call) {
  call.allow_parameters({"refresh", "routing", "pipeline", "_source", "wait_for_active_shards", "require_alias"});
  call.check_refresh();
  if (call.parameter("pipeline") != nullptr) throw search::illegal_argument("pipeline is not supported");
  const auto began = std::chrono::steady_clock::now();
  std::vector<Item> items = read_items(call);
  Targets targets(call);
  for (Item& item : items) targets.prepare(item);
  write(call, items);
  bool errors = false;
  std::string list;
  for (const Item& item : items) {
    if (!list.empty()) list += ',';
    errors |= !item.outcome.accepted();
    append_item(list, item);
  }
  const auto took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
  // Clients look for this very order of keys (Fluent Bit compares text).
  return net::Response::json(200, "{\"took\":" + std::to_string(took.count()) +
                                      ",\"errors\":" + (errors ? "true" : "false") + ",\"items\":[" + list + "]}");
}

}  // namespace standpipe::opensearch
