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
#include "services/opensearch/collection_directory.h"

namespace standpipe::opensearch {

// The data access policy refuses.
struct Forbidden {
  std::string permission, index;
};

class Call {
 public:
  Call(const aws::Request& request, const net::Request& http, const Collection& collection,
       const CollectionDirectory& directory, search::SearchEngine& engine, const aws::Caller& caller);

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
  // The indices that an expression ("logs-*,orders", "_all", "") names: those named outright must be permitted and
  // exist; patterns find what exists and is permitted.
  std::vector<std::string> resolve(const std::string& expression, std::string_view permission,
                                   bool ignore_unavailable = false) const;

  // Names in the engine are "<collection id>/<index>".
  search::IndexName name(std::string_view index) const { return collection.id + "/" + std::string(index); }
  bool exists(const std::string& index) const;
  std::vector<search::IndexName> names(const std::vector<std::string>& indices) const;
  bool search_type() const { return collection.type == "SEARCH"; }

  const aws::Request& request;
  const net::Request& http;
  const Collection& collection;
  search::SearchEngine& engine;
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
// invalid_index_name_exception
void check_index_name(const std::string& index);

}  // namespace standpipe::opensearch
