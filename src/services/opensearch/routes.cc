#include "services/opensearch/routes.h"

#include "base/bytes.h"

namespace standpipe::opensearch {
namespace {

// Index expressions never begin with '_' (but for _all), so the rows cannot be mistaken for each other.
const RouteRow kRoutes[] = {
    {"POST", "/_bulk", bulk},
    {"POST", "/{index}/_bulk", bulk},
    {"GET POST", "/_search", search_documents},
    {"GET POST", "/{index}/_search", search_documents},
    {"GET POST", "/_msearch", search_many},
    {"GET POST", "/{index}/_msearch", search_many},
    {"GET POST", "/_search/template", search_by_template},
    {"GET POST", "/{index}/_search/template", search_by_template},
    {"GET POST", "/_msearch/template", search_many_by_templates},
    {"GET POST", "/{index}/_msearch/template", search_many_by_templates},
    {"GET POST", "/_render/template", render_template},
    {"GET POST", "/_count", count_documents},
    {"GET POST", "/{index}/_count", count_documents},
    {"GET POST", "/_mget", get_documents},
    {"GET POST", "/{index}/_mget", get_documents},
    {"GET POST", "/_field_caps", field_capabilities},
    {"GET POST", "/{index}/_field_caps", field_capabilities},
    {"GET POST", "/_validate/query", validate_query},
    {"GET POST", "/{index}/_validate/query", validate_query},
    {"POST", "/_plugins/_sql", query_sql},
    {"POST", "/_plugins/_ppl", query_ppl},
    {"POST", "/_aliases", update_aliases},
    {"GET", "/_alias", get_aliases},
    {"GET HEAD", "/_alias/{alias}", get_aliases},
    {"GET", "/{index}/_alias", get_aliases},
    {"GET HEAD", "/{index}/_alias/{alias}", get_aliases},
    {"PUT POST", "/{index}/_alias/{alias}", put_alias},
    {"PUT POST", "/{index}/_aliases/{alias}", put_alias},
    {"DELETE", "/{index}/_alias/{alias}", delete_alias},
    {"DELETE", "/{index}/_aliases/{alias}", delete_alias},
    {"GET", "/_cat/aliases", cat_aliases},
    {"GET", "/_cat/aliases/{alias}", cat_aliases},
    {"GET", "/_index_template", get_index_template},
    {"GET", "/_index_template/{name}", get_index_template},
    {"HEAD", "/_index_template/{name}", has_index_template},
    {"PUT POST", "/_index_template/{name}", put_index_template},
    {"DELETE", "/_index_template/{name}", delete_index_template},
    {"GET", "/_component_template", get_component_template},
    {"GET", "/_component_template/{name}", get_component_template},
    {"HEAD", "/_component_template/{name}", has_component_template},
    {"PUT POST", "/_component_template/{name}", put_component_template},
    {"DELETE", "/_component_template/{name}", delete_component_template},
    {"GET", "/_cat/templates", cat_templates},
    {"GET", "/_cat/templates/{name}", cat_templates},
    {"GET POST", "/{index}/_analyze", analyze},
    {"GET POST", "/{index}/_explain/{id}", explain},
    {"POST", "/{index}/_search/point_in_time", open_point_in_time},
    {"GET", "/_search/point_in_time/_all", list_points_in_time},
    {"DELETE", "/_search/point_in_time", close_points_in_time},
    {"DELETE", "/_search/point_in_time/_all", close_all_points_in_time},
    {"GET", "/_cat/indices", cat_indices},
    {"GET", "/_cat/indices/{index}", cat_indices},
    {"GET", "/_resolve/index/{index}", resolve_index},
    {"GET", "/_mapping", get_mapping},
    {"GET", "/{index}/_mapping", get_mapping},
    {"GET", "/{index}/_mappings", get_mapping},
    {"GET", "/_mapping/field/{fields}", get_field_mapping},
    {"GET", "/{index}/_mapping/field/{fields}", get_field_mapping},
    {"PUT POST", "/{index}/_mapping", put_mapping},
    {"GET", "/{index}/_settings", get_settings},
    {"GET", "/{index}/_setting", get_settings},
    {"GET", "/{index}/_settings/{setting}", get_settings},
    {"GET", "/{index}/_setting/{setting}", get_settings},
    {"PUT", "/{index}/_settings", put_settings},
    {"POST", "/{index}/_doc", add_document},
    {"PUT POST", "/{index}/_doc/{id}", put_document, true},
    {"GET HEAD", "/{index}/_doc/{id}", get_document},
    {"DELETE", "/{index}/_doc/{id}", delete_document},
    {"PUT POST", "/{index}/_create/{id}", create_document, true},
    {"POST", "/{index}/_update/{id}", update_document, true},
    {"GET HEAD", "/{index}/_source/{id}", get_source},
    {"PUT", "/{index}", create_index},
    {"GET", "/{index}", get_index},
    {"HEAD", "/{index}", has_index},
    {"DELETE", "/{index}", delete_index},
};

bool has_method(std::string_view methods, std::string_view method) {
  for (const std::string& one : split(methods, ' ')) {
    if (one == method) return true;
  }
  return false;
}

bool matches(const RouteRow& row, const std::vector<std::string>& parts, Call& call) {
  const std::vector<std::string> pattern = split(row.path, '/');
  if (pattern.size() != parts.size()) return false;
  for (size_t i = 1; i < pattern.size(); ++i) {
    if (!pattern[i].starts_with('{')) {
      if (pattern[i] != parts[i]) return false;
      continue;
    }
    const bool index = pattern[i] == "{index}";
    if (parts[i].empty() || (index && parts[i].starts_with('_') && parts[i] != "_all")) return false;
    call.set_part(pattern[i].substr(1, pattern[i].size() - 2), parts[i]);
  }
  return true;
}

}  // namespace

CallHandler find_route(Call& call, std::string_view method, std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  std::vector<std::string> parts;
  for (const std::string& part : split(path, '/')) {
    auto decoded = uri_decode(part);
    if (!decoded) return nullptr;
    parts.push_back(std::move(*decoded));
  }
  for (const RouteRow& row : kRoutes) {
    if (!has_method(row.methods, method) || !matches(row, parts, call)) continue;
    return row.search_only && !call.search_type() ? nullptr : row.handler;
  }
  return nullptr;
}

}  // namespace standpipe::opensearch
