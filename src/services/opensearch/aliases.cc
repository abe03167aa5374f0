// Aliases: _aliases, _alias, _cat/aliases.
#include <algorithm>

#include "base/bytes.h"
#include "search/dsl/options.h"
#include "search/dsl/query.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

using Change = Catalog::AliasChange;

constexpr size_t kActionsMax = 1000;

bool matches(const std::string& patterns, const std::string& name) {
  if (patterns.empty() || patterns == "_all") return true;
  for (const std::string& pattern : split(patterns, ',')) {
    if (glob_match(pattern, name)) return true;
  }
  return false;
}

json::Value read_options(const json::Value& body) {
  json::Object out;
  for (const auto& [name, value] : body.object()) {
    if (name == "filter") {
      if (value.is_null()) continue;
      search::dsl::parse_query(value);  // refused now rather than at each search
      out[name] = value;
    } else if (name == "is_write_index") {
      out[name] = value;
    } else if (name == "routing") {
      out["index_routing"] = value;
      out["search_routing"] = value;
    } else if (name == "index_routing" || name == "search_routing") {
      out[name] = value;
    } else if (name != "is_hidden") {
      throw search::parsing_exception("Unknown field [" + name + "] in alias");
    }
  }
  return out;
}

void check_alias(const Call& call, const std::string& alias) {
  check_index_name(alias);
  if (!call.exists(alias)) return;
  throw search::Error(
      "invalid_alias_name_exception", 400,
      "Invalid alias name [" + alias + "]: an index or data stream exists with the same name as the alias")
      .on(alias);
}

std::vector<std::string> member_texts(const json::Value& body, const char* one, const char* many) {
  std::vector<std::string> out;
  for (const char* name : {one, many}) {
    const json::Value* value = body.find(name);
    if (value == nullptr) continue;
    if (value->is_string()) {
      for (std::string& item : split(value->string(), ',')) out.push_back(std::move(item));
    } else {
      for (const json::Value& item : value->array()) out.push_back(item.string());
    }
  }
  return out;
}

void read_action(const Call& call, const std::string& kind, const json::Value& body, std::vector<Change>& changes,
                 std::vector<std::string>& removed) {
  const std::string indices = join(member_texts(body, "index", "indices"), ",");
  if (indices.empty()) throw search::illegal_argument("One of [index] or [indices] is required");
  const std::vector<std::string> names = call.resolve(indices, "aoss:DescribeIndex");
  if (kind == "remove_index") {
    for (const std::string& index : names) {
      call.require("aoss:DeleteIndex", index);
      removed.push_back(index);
    }
    return;
  }
  const std::vector<std::string> aliases = member_texts(body, "alias", "aliases");
  if (aliases.empty()) throw search::illegal_argument("One of [alias] or [aliases] is required");
  json::Object options;
  for (const auto& [name, value] : body.object()) {
    if (name != "index" && name != "indices" && name != "alias" && name != "aliases" && name != "must_exist")
      options.append(name, value);
  }
  const auto known = call.catalog.aliases(call.collection);
  for (const std::string& alias : aliases) {
    for (const std::string& index : names) {
      if (kind == "add") {
        check_alias(call, alias);
        changes.push_back({Change::Kind::add, alias, index, read_options(options)});
        continue;
      }
      for (const auto& [name, members] : *known) {
        if (glob_match(alias, name) && members.contains(index))
          changes.push_back({Change::Kind::remove, name, index, {}});
      }
    }
  }
}

json::Object shown_aliases(const Call& call, const std::string& expression, const std::string& wanted) {
  const auto aliases = call.catalog.aliases(call.collection);
  json::Object found;
  for (const std::string& index : call.resolve(expression, "aoss:DescribeIndex")) {
    json::Object own;
    for (const auto& [alias, members] : *aliases) {
      const auto member = members.find(index);
      if (member != members.end() && matches(wanted, alias)) own.append(alias, member->second);
    }
    if (!own.empty() || wanted.empty()) found[index] = json::Object{{"aliases", std::move(own)}};
  }
  return found;
}

}  // namespace

json::Value aliases_of(const Call& call, const std::string& index) {
  json::Object out;
  const auto known = call.catalog.aliases(call.collection);
  for (const auto& [alias, members] : *known) {
    const auto member = members.find(index);
    if (member != members.end()) out.append(alias, member->second);
  }
  return out;
}

void add_aliases(const Call& call, const std::string& index, const json::Value& aliases) {
  std::vector<Change> changes;
  for (const auto& [alias, options] : aliases.object()) {
    check_alias(call, alias);
    changes.push_back({Change::Kind::add, replace_all(alias, "{index}", index), index, read_options(options)});
  }
  if (!changes.empty()) call.catalog.change_aliases(call.collection, changes, false);
}

net::Response update_aliases(Call& call) {
  call.allow_parameters({"timeout", "cluster_manager_timeout", "master_timeout"});
  call.require("aoss:CreateCollectionItems", "");
  const json::Value body = call.json_body();
  const json::Value* actions = body.find("actions");
  if (actions == nullptr || !actions->is_array() || actions->array().empty())
    throw search::Error("action_request_validation_exception", 400,
                        "Validation Failed: 1: Must specify at least one alias action;");
  if (actions->array().size() > kActionsMax) throw search::illegal_argument("too many alias actions");
  std::vector<Change> changes;
  std::vector<std::string> removed;
  for (const json::Value& action : actions->array()) {
    if (!action.is_object() || action.object().size() != 1)
      throw search::parsing_exception("[alias_action] failed to parse");
    const auto& [kind, definition] = *action.object().begin();
    if (kind != "add" && kind != "remove" && kind != "remove_index")
      throw search::parsing_exception("[aliases] unknown field [" + kind + "]");
    read_action(call, kind, definition, changes, removed);
  }
  call.catalog.change_aliases(call.collection, changes, false);
  for (const std::string& index : removed) {
    call.engine.remove(call.name(index));
    call.catalog.forget_index(call.collection, index);
  }
  return answer(200, json::Object{{"acknowledged", true}});
}

net::Response put_alias(Call& call) {
  call.allow_parameters({"timeout", "cluster_manager_timeout", "master_timeout"});
  call.require("aoss:CreateCollectionItems", "");
  const std::string alias = call.part("alias");
  check_alias(call, alias);
  const json::Value options = read_options(call.json_body());
  std::vector<Change> changes;
  for (const std::string& index : call.resolve(call.part("index"), "aoss:DescribeIndex"))
    changes.push_back({Change::Kind::add, alias, index, options});
  call.catalog.change_aliases(call.collection, changes, false);
  return answer(200, json::Object{{"acknowledged", true}});
}

net::Response delete_alias(Call& call) {
  call.allow_parameters({"timeout", "cluster_manager_timeout", "master_timeout"});
  call.require("aoss:DeleteCollectionItems", "");
  std::vector<Change> changes;
  const std::vector<std::string> indices = call.resolve(call.part("index"), "aoss:DescribeIndex");
  const auto known = call.catalog.aliases(call.collection);
  for (const auto& [alias, members] : *known) {
    for (const std::string& index : indices) {
      if (matches(call.part("alias"), alias) && members.contains(index))
        changes.push_back({Change::Kind::remove, alias, index, {}});
    }
  }
  if (changes.empty())
    throw search::Error("aliases_not_found_exception", 404, "aliases [" + call.part("alias") + "] missing");
  call.catalog.change_aliases(call.collection, changes, true);
  return answer(200, json::Object{{"acknowledged", true}});
}

net::Response get_aliases(Call& call) {
  call.allow_parameters({"ignore_unavailable", "allow_no_indices", "expand_wildcards", "local"});
  call.require("aoss:DescribeCollectionItems", "");
  const std::string alias = call.part("alias");
  json::Object found = shown_aliases(call, call.part("index"), alias);
  const bool pattern = alias.find('*') != std::string::npos || alias == "_all";
  if (!alias.empty() && found.empty() && !pattern) {
    found["error"] = "alias [" + alias + "] missing";
    found["status"] = 404;
    return answer(404, found);
  }
  return answer(200, found);
}

net::Response cat_aliases(Call& call) {
  call.allow_parameters({"v", "h", "s", "help", "expand_wildcards", "local"});
  call.require("aoss:DescribeCollectionItems", "");
  CatTable table{{"alias", "index", "filter", "routing.index", "routing.search", "is_write_index"}, {}};
  const auto known = call.catalog.aliases(call.collection);
  for (const auto& [alias, members] : *known) {
    if (!matches(call.part("alias"), alias)) continue;
    for (const auto& [index, options] : members) {
      const json::Value* write = options.find("is_write_index");
      table.rows.push_back({alias, index, options.find("filter") != nullptr ? "*" : "-",
                            options.text("index_routing", "-"), options.text("search_routing", "-"),
                            write == nullptr ? "-" : json::print(*write)});
    }
  }
  return print_table(call, table);
}

}  // namespace standpipe::opensearch
