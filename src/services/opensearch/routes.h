// What a collection offers: method and path → handler. Anything that is not in the table answers 404 with an empty
// body.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/opensearch/call.h"

namespace standpipe::opensearch {

using CallHandler = net::Response (*)(Call&);

struct RouteRow {
  std::string_view methods;  // "GET HEAD"
  std::string_view path;     // "/{index}/_doc/{id}"
  CallHandler handler;
  bool search_only = false;  // offered by collections of type SEARCH only
};

// Sets the call's parts. nullptr if the collection does not offer that.
CallHandler find_route(Call& call, std::string_view method, std::string_view path);

// Handlers, by topic.
net::Response create_index(Call&);  // indices.cc
net::Response get_index(Call&);
net::Response has_index(Call&);
net::Response delete_index(Call&);
net::Response get_mapping(Call&);
net::Response get_field_mapping(Call&);
net::Response put_mapping(Call&);
net::Response get_settings(Call&);
net::Response put_settings(Call&);
net::Response resolve_index(Call&);
net::Response cat_indices(Call&);    // cat.cc
net::Response update_aliases(Call&);  // aliases.cc
net::Response put_alias(Call&);
net::Response delete_alias(Call&);
net::Response get_aliases(Call&);
net::Response cat_aliases(Call&);
net::Response put_index_template(Call&);  // templates.cc
net::Response get_index_template(Call&);
net::Response has_index_template(Call&);
net::Response delete_index_template(Call&);
net::Response put_component_template(Call&);
net::Response get_component_template(Call&);
net::Response has_component_template(Call&);
net::Response delete_component_template(Call&);
net::Response cat_templates(Call&);
net::Response analyze(Call&);  // explain.cc
net::Response explain(Call&);
net::Response open_point_in_time(Call&);  // points_in_time.cc
net::Response close_points_in_time(Call&);
net::Response close_all_points_in_time(Call&);
net::Response list_points_in_time(Call&);
net::Response bulk(Call&);          // bulk.cc
net::Response add_document(Call&);  // documents.cc
net::Response put_document(Call&);
net::Response create_document(Call&);
net::Response update_document(Call&);
net::Response get_document(Call&);
net::Response get_source(Call&);
net::Response delete_document(Call&);
net::Response get_documents(Call&);
net::Response field_capabilities(Call&);  // fields.cc
net::Response validate_query(Call&);
net::Response search_documents(Call&);  // searches.cc
net::Response search_many(Call&);
net::Response count_documents(Call&);
net::Response search_by_template(Call&);  // search_templates.cc
net::Response search_many_by_templates(Call&);
net::Response render_template(Call&);
net::Response query_sql(Call&);  // tables/tables.cc
net::Response query_ppl(Call&);

// A table of _cat: text, or JSON if the request asks for it ("format"), with the columns that it chooses ("h").
struct CatTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
net::Response print_table(const Call& call, const CatTable& table);

}  // namespace standpipe::opensearch
