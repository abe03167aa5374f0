// Single documents.
#include "base/bytes.h"
#include "search/dsl/request.h"
#include "search/source_filter.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

using Kind = search::WriteOperation::Kind;

net::Response write_one(Call& call, Kind kind, std::string id) {
  call.allow_parameters({"refresh", "routing", "op_type", "if_seq_no", "if_primary_term", "wait_for_active_shards",
                         "require_alias", "retry_on_conflict"});
  call.check_refresh();
  const std::string index = call.write_target(call.part("index"));
  call.require("aoss:WriteDocument", index);
  search::WriteOperation operation;
  operation.kind = kind;
  if (const std::string* type = call.parameter("op_type"); type != nullptr && *type == "create")
    operation.kind = Kind::create;
  operation.id = std::move(id);
  operation.source = call.body();
  if (kind == Kind::remove || kind == Kind::update) {
    if (!call.exists(index)) throw search::index_not_found(index);
  } else {
    ensure_index(call, index);
  }
  const search::WriteOutcome outcome = call.engine.write(call.name(index), std::span(&operation, 1)).front();
  if (!outcome.accepted()) return error_answer(refusal(index, outcome));
  return answer(outcome.status, written(index, outcome));
}

json::Object found_document(Call& call, const std::string& named, const std::string& id,
                            const search::SourceFilter& filter) {
  const std::string index = call.write_target(named);
  call.require("aoss:ReadDocument", index);
  if (!call.exists(index)) throw search::index_not_found(index);
  json::Object shown{{"_index", index}, {"_id", id}};
  const auto document = call.engine.get(call.name(index), id);
  shown["found"] = document.has_value();
  if (!document) return shown;
  shown = {{"_index", index},    {"_id", id},    {"_version", document->version}, {"_seq_no", document->seq_no},
           {"_primary_term", 1}, {"found", true}};
  if (filter.enabled) shown["_source"] = json::parse(search::filter_source(document->source, filter));
  return shown;
}

search::SourceFilter source_parameter(const Call& call) {
  search::SourceFilter filter;
  const std::string* source = call.parameter("_source");
  if (source != nullptr && *source == "false") filter.enabled = false;
  if (source != nullptr && *source != "false" && *source != "true") filter.includes = split(*source, ',');
  if (const std::string* includes = call.parameter("_source_includes")) filter.includes = split(*includes, ',');
  if (const std::string* excludes = call.parameter("_source_excludes")) filter.excludes = split(*excludes, ',');
  return filter;
}

}  // namespace

net::Response add_document(Call& call) { return write_one(call, Kind::index, ""); }
net::Response put_document(Call& call) { return write_one(call, Kind::index, call.part("id")); }
net::Response create_document(Call& call) { return write_one(call, Kind::create, call.part("id")); }
net::Response update_document(Call& call) { return write_one(call, Kind::update, call.part("id")); }
net::Response delete_document(Call& call) { return write_one(call, Kind::remove, call.part("id")); }

net::Response get_document(Call& call) {
  call.allow_parameters({"_source", "_source_includes", "_source_excludes", "preference", "realtime", "refresh",
                         "routing", "version", "version_type"});
  const json::Object shown = found_document(call, call.part("index"), call.part("id"), source_parameter(call));
  return answer(shown.find("found")->boolean() ? 200 : 404, shown);
}

net::Response get_source(Call& call) {
  call.allow_parameters({"_source_includes", "_source_excludes", "preference", "realtime", "refresh", "routing"});
  const std::string index = call.part("index"), id = call.part("id");
  const json::Object shown = found_document(call, index, id, source_parameter(call));
  if (const json::Value* source = shown.find("_source")) return answer(200, *source);
  throw search::Error("resource_not_found_exception", 404, "Document not found [" + index + "]/[" + id + "]");
}

net::Response get_documents(Call& call) {
  call.allow_parameters(
      {"_source", "_source_includes", "_source_excludes", "preference", "realtime", "refresh", "routing"});
  const search::SourceFilter filter = source_parameter(call);
  const json::Value body = call.json_body();
  json::Array docs;
  const auto add = [&](const std::string& index, const std::string& id, const search::SourceFilter& shown) {
    if (index.empty()) throw search::illegal_argument("index is missing");
    try {
      docs.push_back(found_document(call, index, id, shown));
    } catch (const search::Error& error) {
      docs.push_back(json::Object{{"_index", index}, {"_id", id}, {"error", error_object(error)}});
    }
  };
  for (const auto& [name, value] : body.object()) {
    if (name == "ids" && value.is_array()) {
      for (const json::Value& id : value.array())
        add(call.part("index"), id.is_string() ? id.string() : json::print(id), filter);
    } else if (name == "docs" && value.is_array()) {
      for (const json::Value& doc : value.array()) {
        const json::Value* own = doc.find("_source");
        add(doc.text("_index", call.part("index")), doc.text("_id"),
            own == nullptr ? filter : search::dsl::parse_source_filter(*own));
      }
    } else {
      throw search::parsing_exception("unknown key [" + name + "] for a multi get request");
    }
  }
  return answer(200, json::Object{{"docs", docs}});
}

}  // namespace standpipe::opensearch
