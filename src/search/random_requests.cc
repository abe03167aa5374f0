#include "search/random_requests.h"

#include "search/brute_force.h"

namespace standpipe::search {
namespace {

json::Value clause(const std::string& kind, json::Value body) { return json::Object{{kind, std::move(body)}}; }

}  // namespace

const json::Value& RandomRequests::types() {
  static const json::Value types = json::Object{{"k", "keyword"}, {"t", "text"},  {"n", "long"},
                                                {"d", "double"},  {"at", "date"}, {"b", "boolean"},
                                                {"o.k", "keyword"}, {"o.n", "long"}};
  return types;
}

json::Value RandomRequests::mapping() {
  json::Object properties{{"o", json::Object{{"type", "nested"}}}};
  for (const auto& [field, type] : types().object()) properties.append(field, json::Object{{"type", type}});
  return json::Object{{"properties", std::move(properties)}};
}

std::string RandomRequests::word() { return one_of("fox", "fax", "box", "foxes", "dog", "quick", "quickly", "x"); }

std::string RandomRequests::words(int most) {
  std::string out = word();
  for (int i = below(most); i > 0; --i) out += " " + word();
  return out;
}

std::string RandomRequests::time() { return brute::print_time(1'767'225'600'000.0 + below(24 * 70) * 3'600'000.0); }

json::Value RandomRequests::value(const std::string& field) {
  if (field == "k" || field == "o.k") return keyword();
  if (field == "t") return words(1);
  if (field == "n" || field == "o.n") return below(9) - 3;
  if (field == "d") return (below(13) - 4) / 4.0;
  if (field == "at") return time();
  return below(2) == 0;
}

json::Value RandomRequests::document() {
  json::Object out;
  json::Array objects;
  for (int i = below(4); i > 0; --i) {
    json::Object object;
    if (below(4) > 0) object.append("k", value("o.k"));
    if (below(4) > 0) object.append("n", value("o.n"));
    if (below(4) == 0) object["n"] = json::Array{value("o.n"), value("o.n")};
    objects.push_back(std::move(object));
  }
  if (objects.size() == 1 && below(2) == 0)
    out.append("o", objects[0]);
  else if (!objects.empty())
    out.append("o", std::move(objects));
  for (const auto& [field, type] : types().object()) {
    if (field.find('.') != std::string::npos) continue;
    const int kind = below(10);
    if (kind == 0) continue;
    if (kind == 1) {
      out.append(field, nullptr);
    } else if (field == "t") {
      out.append(field, words(9));
    } else if (kind < 4 && field != "b") {
      json::Array several;
      for (int i = below(4); i > 0; --i) several.push_back(value(field));
      out.append(field, std::move(several));
    } else {
      out.append(field, value(field));
    }
  }
  return out;
}

json::Value RandomRequests::text_query() {
  const std::string kind =
      one_of("match", "match", "match_phrase", "match_phrase_prefix", "match_bool_prefix", "multi_match");
  json::Object options{{"query", words(3)}};
  if (kind == "match" && below(3) == 0) options.append("fuzziness", one_of("AUTO", "1", "2", "0"));
  if (kind == "match" || kind == "multi_match") {
    if (below(3) == 0) options.append("operator", "and");
    else if (below(3) == 0) options.append("minimum_should_match", one_of("2", "-1", "60%", "100%"));
  }
  if (kind != "multi_match") return clause(kind, clause("t", std::move(options)));
  options.append("fields", json::Array{"t", "k"});
  if (below(3) == 0) {
    options.erase("operator");
    options.erase("minimum_should_match");
    options["query"] = word();
    options.append("type", "phrase");
  }
  return clause(kind, std::move(options));
}

json::Value RandomRequests::term_test() {
  const std::string kind = one_of("prefix", "wildcard", "regexp", "fuzzy"), field = one_of("k", "t");
  json::Object options;
  if (kind == "fuzzy") {
    options.append("value", one_of("fox", "fixes", "alpah", "beta", "qickly", "x", "gmma"));
    if (below(2) == 0) options.append("fuzziness", one_of("AUTO", "1", "2"));
    if (below(3) == 0) options.append("prefix_length", below(3));
    return clause(kind, clause(field, std::move(options)));
  }
  if (kind == "regexp") {
    options.append("value", one_of(".*", "f.x", "[Bb]eta", "(fox|dog)(es)?", "al.*", "q[a-u]+ck(ly)?", "x?", ".{4}"));
    return clause(kind, clause(field, std::move(options)));
  }
  if (kind == "prefix") options.append("value", one_of("a", "be", "B", "fo", "qu", "zz", "alphabet"));
  if (kind == "wildcard") options.append("value", one_of("*", "?eta", "f?x", "*a*", "al*et", "qu*", "b?x*", "*x"));
  if (below(4) == 0) options.append("case_insensitive", true);
  return clause(kind, clause(field, std::move(options)));
}

json::Value RandomRequests::range_query() {
  const std::string field = one_of("n", "d", "at", "k");
  json::Object bounds;
  const auto bound = [&] { return field == "k" ? json::Value(one_of("a", "beta", "b", "gamma")) : value(field); };
  if (below(4) > 0) bounds.append(one_of("gt", "gte"), bound());
  if (below(4) > 0 || bounds.empty()) bounds.append(one_of("lt", "lte"), bound());
  return clause("range", clause(field, std::move(bounds)));
}

json::Value RandomRequests::object_query() {
  const std::string field = one_of("o.k", "o.n");
  switch (below(4)) {
    case 0: return clause("exists", json::Object{{"field", field}});
    case 1: return clause("range", clause("o.n", json::Object{{"gte", value("o.n")}}));
    case 2: return clause("prefix", clause("o.k", json::Object{{"value", one_of("a", "be", "B")}}));
    default: return clause("term", clause(field, value(field)));
  }
}

json::Value RandomRequests::nested_query() {
  json::Value inner = object_query();
  if (below(2) == 0) {
    json::Object both{{"must", json::Array{inner, object_query()}}};
    if (below(2) == 0) both = json::Object{{"must_not", inner}};
    inner = clause("bool", std::move(both));
  }
  json::Object options{{"path", "o"}, {"query", std::move(inner)}, {"score_mode", one_of("avg", "sum", "min", "none")}};
  return clause("nested", std::move(options));
}

json::Value RandomRequests::leaf_query() {
  switch (below(11)) {
    case 10: return nested_query();
    case 9: {
      json::Array several;
      for (int i = below(4) + 1; i > 0; --i) several.push_back(keyword());
      json::Object options{{"terms", std::move(several)}, {"minimum_should_match_field", "n"}};
      return clause("terms_set", clause("k", std::move(options)));
    }
    case 0: return clause(below(3) == 0 ? "match_none" : "match_all", json::Object{});
    case 1: {
      const std::string field = one_of("k", "t", "n", "d", "at", "b");
      return clause("term", clause(field, value(field)));
    }
    case 2: {
      const std::string field = one_of("k", "t", "n", "d");
      json::Array several;
      for (int i = below(4) + 1; i > 0; --i) several.push_back(value(field));
      return clause("terms", clause(field, std::move(several)));
    }
    case 3: return clause("exists", json::Object{{"field", one_of("k", "t", "n", "d", "at", "b")}});
    case 4: {
      json::Array ids;
      for (int i = below(5); i > 0; --i) ids.push_back(std::to_string(below(300)));
      return clause("ids", json::Object{{"values", std::move(ids)}});
    }
    case 5: return range_query();
    case 6: return term_test();
    default: return text_query();
  }
}

json::Value RandomRequests::query(int depth) {
  if (depth > 3 || below(3) > 0) return leaf_query();
  const auto several = [&] {
    json::Array out;
    for (int i = below(3) + 1; i > 0; --i) out.push_back(query(depth + 1));
    return out;
  };
  switch (below(6)) {
    case 0: return clause("constant_score", json::Object{{"filter", query(depth + 1)}});
    case 1: return clause("dis_max", json::Object{{"queries", several()}});
    case 2: {
      json::Object weaker{{"positive", query(depth + 1)}, {"negative", query(depth + 1)}, {"negative_boost", 0.5}};
      return below(2) == 0 ? clause("boosting", std::move(weaker))
                           : clause("function_score", json::Object{{"query", query(depth + 1)}, {"weight", 2}});
    }
    default: break;
  }
  json::Object body;
  for (const char* part : {"must", "should", "filter", "must_not"}) {
    if (below(3) == 0) body.append(part, several());
  }
  if (body.contains("should") && below(3) == 0) body.append("minimum_should_match", one_of("1", "2", "-1", "50%"));
  return clause("bool", std::move(body));
}

json::Value RandomRequests::sort() {
  json::Array out;
  for (int i = below(3); i >= 0; --i) {
    const std::string field = one_of("k", "n", "d", "at", "b", "o.n", "o.k");
    json::Object options{{"order", one_of("asc", "desc")}};
    if (below(2) == 0) options.append("missing", one_of("_first", "_last"));
    if (field.starts_with("o.")) {
      json::Object nested{{"path", "o"}};
      if (below(2) == 0) nested.append("filter", object_query());
      options.append("nested", std::move(nested));
    }
    if (below(3) == 0 && field != "k" && field != "b" && field != "o.k")
      options.append("mode", one_of("min", "max", "sum", "avg", "median"));
    out.push_back(clause(field, std::move(options)));
  }
  return out;
}

json::Value RandomRequests::metric_aggregation() {
  const std::string field = one_of("n", "d");
  switch (below(8)) {
    case 0: return clause("cardinality", json::Object{{"field", one_of("k", "n")}});
    case 1: return clause("value_count", json::Object{{"field", one_of("k", "n", "d")}});
    case 2: {
      json::Value order = sort();
      order.array().push_back(clause("_id", json::Object{{"order", "asc"}}));
      json::Object options{{"size", below(4) + 1}, {"sort", std::move(order)}, {"_source", false}};
      return clause("top_hits", std::move(options));
    }
    case 3: return clause("stats", json::Object{{"field", field}});
    default: return clause(one_of("avg", "sum", "min", "max"), json::Object{{"field", field}});
  }
}

json::Value RandomRequests::rarer_bucket_aggregation() {
  const auto of = [](const char* field) { return json::Object{{"field", field}}; };
  switch (below(5)) {
    case 4: return clause("significant_terms", of("k"));
    case 0:
      return clause("rare_terms", json::Object{{"field", one_of("k", "n", "d")}, {"max_doc_count", below(9) + 1}});
    case 1: {
      json::Object filters{{"x", query(2)}, {"y", query(2)}, {"z", query(2)}};
      return clause("adjacency_matrix", json::Object{{"filters", std::move(filters)}});
    }
    default: {
      json::Array terms{of("k"), of(below(2) == 0 ? "n" : "d")};
      return clause("multi_terms", json::Object{{"terms", std::move(terms)}, {"size", below(30) + 1}});
    }
  }
}

json::Value RandomRequests::composite() {
  json::Array sources;
  const auto add = [&](const char* name, const char* kind, json::Object options) {
    if (below(2) == 0) options.append("missing_bucket", true);
    if (below(3) == 0) options.append("order", "desc");
    sources.push_back(clause(name, clause(kind, std::move(options))));
  };
  if (below(2) == 0) add("a", "terms", json::Object{{"field", one_of("k", "n", "b")}});
  if (below(2) == 0) add("b", "histogram", json::Object{{"field", one_of("n", "d")}, {"interval", 2}});
  if (below(2) == 0 || sources.empty())
    add("c", "date_histogram", json::Object{{"field", "at"}, {"calendar_interval", "month"}});
  return clause("composite", json::Object{{"sources", std::move(sources)}});
}

// Objects by their own values, and what the documents around them have.
json::Value RandomRequests::nested_aggregation() {
  json::Value back = clause("reverse_nested", json::Object{});
  back.object().append("aggs", clause("m", metric_aggregation()));
  json::Value keys = clause("terms", json::Object{{"field", one_of("o.k", "o.n")}, {"size", 100}});
  keys.object().append("aggs", clause("back", std::move(back)));
  json::Object inner{{"keys", std::move(keys)}, {"sum", clause("sum", json::Object{{"field", "o.n"}})}};
  json::Value out = clause("nested", json::Object{{"path", "o"}});
  out.object().append("aggs", std::move(inner));
  return out;
}

// Pipelines over a histogram: some within its buckets, some beside it.
void RandomRequests::add_pipelines(json::Object& histogram, json::Object& beside, const std::string& name) {
  json::Value& children = histogram["aggs"];
  if (!children.is_object()) children = json::Object{};
  children.object()["s"] = clause("sum", json::Object{{"field", one_of("n", "d")}});
  const auto path = [&] { return one_of("s", "_count"); };
  if (below(2) == 0) children.object()["p1"] = clause("cumulative_sum", json::Object{{"buckets_path", path()}});
  if (below(2) == 0) children.object()["p2"] = clause("derivative", json::Object{{"buckets_path", "_count"}});
  if (below(2) == 0)
    children.object()["p3"] = clause("serial_diff", json::Object{{"buckets_path", "_count"}, {"lag", below(3) + 1}});
  if (below(2) == 0) {
    json::Object paths{{"a", "_count"}, {"b", "s"}};
    children.object()["p4"] =
        clause("bucket_script", json::Object{{"buckets_path", std::move(paths)},
                                             {"script", "params.b > 1 ? params.a * 2 : -(params.b - 1) / 4"}});
  }
  beside[name + "_m"] = clause(one_of("avg_bucket", "sum_bucket", "max_bucket", "min_bucket"),
                               json::Object{{"buckets_path", name + ">" + path()}});
}

json::Value RandomRequests::bucket_aggregation() {
  if (below(6) == 0) return rarer_bucket_aggregation();
  switch (below(8)) {
    case 0: {
      json::Object options{{"field", one_of("n", "d")}, {"interval", one_of("1", "2") == "1" ? 1 : 2}};
      if (below(2) == 0) options.append("min_doc_count", below(3) + 1);
      return clause("histogram", std::move(options));
    }
    case 1: {
      json::Object options{{"field", "at"}};
      if (below(2) == 0) options.append("calendar_interval", "month");
      else options.append("fixed_interval", one_of("6h", "1d"));
      if (below(2) == 0) options.append("min_doc_count", below(3) + 1);
      return clause("date_histogram", std::move(options));
    }
    case 2: return clause("filter", query(2));
    case 3: return clause("filters", json::Object{{"filters", json::Object{{"x", query(2)}, {"y", query(2)}}}});
    case 4: return clause("missing", json::Object{{"field", one_of("k", "n", "d", "at")}});
    case 5: {
      json::Array ranges{json::Object{{"key", "a"}, {"to", -1}}, json::Object{{"key", "b"}, {"from", -1}, {"to", 2}},
                         json::Object{{"key", "c"}, {"from", 0.5}}};
      return clause("range", json::Object{{"field", one_of("n", "d")}, {"ranges", std::move(ranges)}});
    }
    default: break;
  }
  json::Object options{{"field", one_of("k", "k", "n", "d", "at", "b")}};
  if (below(2) == 0) options.append("size", below(6) + 1);
  if (below(3) == 0) options.append("order", json::Object{{"_key", one_of("asc", "desc")}});
  if (below(4) == 0) options.append("min_doc_count", below(4) + 1);
  if (options.find("field")->string() == "k" && below(4) == 0) options.append("missing", "none");
  return clause("terms", std::move(options));
}

json::Value RandomRequests::aggregations(int depth) {
  json::Object out;
  for (int i = below(2); i >= 0; --i) {
    const std::string name = "a" + std::to_string(i);
    if (depth > 2 || below(3) == 0) {
      out.append(name, metric_aggregation());
      continue;
    }
    if (below(7) == 0) {
      out.append(name, nested_aggregation());
      continue;
    }
    json::Value made = depth == 0 && below(12) == 0 ? clause("global", json::Object{}) : bucket_aggregation();
    if (below(2) == 0) made.object().append("aggs", aggregations(depth + 1));
    const json::Value* histogram = made.find("histogram");
    if (histogram != nullptr && below(2) == 0) add_pipelines(made.object(), out, name);
    out.append(name, std::move(made));
  }
  return out;
}

}  // namespace standpipe::search
