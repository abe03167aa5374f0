// _search/template, _msearch/template and _render/template: searches with parameters. There are no stored templates:
// collections have no _scripts.
#include "search/dsl/options.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/mustache.h"
#include "services/opensearch/routes.h"
#include "services/opensearch/searches.h"

namespace standpipe::opensearch {
namespace {

json::Value filled_in(const json::Value& body) {
  search::dsl::Options options("template", body);
  if (options.take("id") != nullptr) throw search::illegal_argument("[id]: collections have no stored templates");
  for (const char* name : {"explain", "profile"}) {
    if (options.boolean(name, false)) throw search::illegal_argument("[" + std::string(name) + "] is not supported");
  }
  const json::Value* source = options.take("source");
  const json::Value* given = options.take("params");
  options.finish("object");
  if (source == nullptr) throw search::illegal_argument("template is missing");
  const json::Value none = json::Object{};
  const std::string text = source->is_string() ? source->string() : json::print(*source);
  try {
    return read_json(fill_in(text, given == nullptr ? none : *given));
  } catch (const json::ParseError& error) {
    throw search::parsing_exception(error.what());
  }
}

}  // namespace

net::Response search_by_template(Call& call) {
  call.allow_parameters({"ignore_unavailable", "allow_no_indices", "expand_wildcards", "preference", "routing",
                         "search_type", "typed_keys", "rest_total_hits_as_int", "ccs_minimize_roundtrips"});
  return net::Response::json(200, run_search(call, call.part("index"), filled_in(call.json_body())));
}

net::Response search_many_by_templates(Call& call) { return run_searches(call, filled_in); }

net::Response render_template(Call& call) {
  call.allow_parameters({});
  return answer(200, json::Object{{"template_output", filled_in(call.json_body())}});
}

}  // namespace standpipe::opensearch
