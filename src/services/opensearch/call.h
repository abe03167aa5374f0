// One request to a collection on its way through a handler: where it came from, what it names, what it may touch.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "aws/caller.h"
#include "aws/request.h"
#include "base/json.h"
#include "net/http.h"
#include "search/search.h"
#include "services/opensearch/catalog.h"
#include "services/opensearch/collection_directory.h"
#include "services/opensearch/points_in_time.h"

namespace standpipe::opensearch {

// Reads JSON of a client unless it is so much that it would not fit into a request's memory. Throws ParseError,
// illegal_argument_exception.
json::Value read_json(std::string_view text);

// The data access policy refuses.
struct Forbidden {
  std::string permission, index;
};

class Call {
 public:
  Call(const aws::Request& request, const net::Request& http, const Collection& collection,
       const CollectionDirectory& directory, search::SearchEngine& engine, Catalog& catalog,
       PointsInTime& points, const aws::Caller& caller);

  // Path parts by the names in the route; "" if the route has none of that name.
  std::string part(const std::string& name) const;
  void set_part(const std::string& name, std::string value) { parts_[name] = std::move(value); }

  // URL parameters. `flag`: present and not "false".
  const std::string* parameter(const std::string& name) const;
  bool flag(const std::string& name) const;
  // Throws illegal_argument_exception for a parameter that is not among those known (or common to all requests).
  void allow_parameters(const std::set<std::string, std::less<>>& known) const;
  // AOSS makes documents visible by itself: refresh=true is refused, other values mean nothing.
  void check_refresh() const;

  // Body, decompressed; as JSON an empty body is {}. Throws parsing_exception.
  std::string_view body() const { return body_; }
  json::Value json_body() const;

  bool may(std::string_view permission, std::string_view index) const;
  void require(std::string_view permission, std::string_view index) const;  // throws Forbidden
  // The indices that an expression ("logs-*,orders", "_all", "") names, also by their aliases: those named outright
  // must be permitted and exist; patterns find what exists and is permitted.
  std::vector<std::string> resolve(const std::string& expression, std::string_view permission,
                                   bool ignore_unavailable = false) const;

  // Names in the engine are "<collection id>/<index>".
  search::IndexName name(std::string_view index) const { return collection.id + "/" + std::string(index); }
  bool exists(const std::string& index) const;
  // The index that a document written to this index or alias goes to. Throws illegal_argument for an alias of several.
  std::string write_target(const std::string& index) const;
  std::vector<search::IndexName> names(const std::vector<std::string>& indices) const;
  bool search_type() const { return collection.type == "SEARCH"; }

  const aws::Request& request;
  const net::Request& http;
  const Collection& collection;
  search::SearchEngine& engine;
  Catalog& catalog;
  PointsInTime& points;
  const aws::Caller& caller;

 private:
  const CollectionDirectory& directory_;
  std::map<std::string, std::string> parts_, parameters_;
  std::string inflated_;
  std::string_view body_;
};

// Remembers which of the four decided: what users of AWS cannot see.
void note_refusal(const aws::Caller& caller, const Collection& collection, aws::Refusal refusal);
void note_refusal(const Call& call, const Forbidden& forbidden);

// Creates the index of a first document where the principal may. Throws Forbidden.
void ensure_index(const Call& call, const std::string& index);
// Creates an index as templates and `body` ({"mappings", "settings", "aliases"}) say.
void create_from_templates(const Call& call, const std::string& index, const json::Object& body);
// points_in_time.cc: "5m" in milliseconds, within bounds; and a clock that nobody sets back.
int64_t keep_alive(const std::string& text);
int64_t now_ms();
// aliases.cc: of an index, as answers show them; and new ones, {"alias": {…}}.
json::Value aliases_of(const Call& call, const std::string& index);
void add_aliases(const Call& call, const std::string& index, const json::Value& aliases);
// invalid_index_name_exception
void check_index_name(const std::string& index);

}  // namespace standpipe::opensearch
