// _plugins/_sql and _plugins/_ppl: queries whose answers are tables.
#include <algorithm>
#include <chrono>
#include <map>

#include "base/bytes.h"
#include "search/dsl/request.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"
#include "services/opensearch/searches.h"
#include "services/opensearch/tables/lexer.h"
#include "services/opensearch/tables/table_query.h"

namespace standpipe::opensearch {
namespace {

using Column = TableQuery::Column;
using Kind = Column::Kind;
using Row = std::vector<json::Value>;

constexpr size_t kGroupsMax = 65'535, kPage = 1000;

json::Value clause(const std::string& kind, json::Value body) { return json::Object{{kind, std::move(body)}}; }

std::string print_timestamp(int64_t ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(ms)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  char out[64];
  const int fraction = static_cast<int>(time.subseconds().count());
  std::snprintf(out, sizeof out, "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  std::string text = out;
  if (fraction != 0) {
    std::snprintf(out, sizeof out, ".%03d", fraction);
    text += out;
  }
  return text;
}

class Table {
 public:
  Table(const Call& call, const TableQuery& query, const Fields& fields)
      : call_(call), query_(query), fields_(fields) {}

  std::vector<Row> rows() {
    std::vector<Row> out = !query_.grouped ? documents() : query_.groups.empty() ? total() : groups();
    if (!query_.grouped) return out;  // the search did the rest
    sort(out);
    const size_t from = std::min<size_t>(query_.from, out.size());
    const size_t end = std::min<size_t>(from + query_.size, out.size());
    return {std::make_move_iterator(out.begin() + static_cast<std::ptrdiff_t>(from)),
            std::make_move_iterator(out.begin() + static_cast<std::ptrdiff_t>(end))};
  }

 private:
  search::SearchResponse search(json::Object body) const {
    if (query_.filter) body["query"] = *query_.filter;
    search::SearchRequest request = search::dsl::parse_search_request(std::move(body));
    search::dsl::check_request(request);
    const auto names = call_.names(call_.resolve(query_.index, "aoss:ReadDocument"));
    request.query = with_alias_filters(call_, query_.index, std::move(request.query));
    return call_.engine.search(names, request);
  }

  std::vector<Row> documents() const {
    json::Object body{{"size", query_.size}, {"from", query_.from}};
    json::Array dates, order;
    for (const Column& column : query_.columns) {
      if (column.kind != Kind::field) throw SyntaxError("[" + column.name + "] is only supported in a grouping");
      if (fields_.is_date(column.field))
        dates.push_back(json::Object{{"field", column.field}, {"format", "epoch_millis"}});
    }
    for (const TableQuery::Order& one : query_.order) {
      const auto column = std::find_if(query_.columns.begin(), query_.columns.end(),
                                       [&](const Column& shown) { return shown.name == one.name; });
      const std::string& field = column == query_.columns.end() ? one.name : column->field;
      json::Object how{{"order", one.descending ? "desc" : "asc"}, {"missing", one.descending ? "_last" : "_first"}};
      order.push_back(clause(fields_.exact(field), std::move(how)));
    }
    if (!dates.empty()) body["docvalue_fields"] = std::move(dates);
    if (!order.empty()) body["sort"] = std::move(order);
    std::vector<Row> out;
    for (const search::Hit& hit : search(std::move(body)).hits) {
      const json::Value source = json::parse(hit.source);
      Row row;
      for (const Column& column : query_.columns) row.push_back(value_of(hit, source, column.field));
      out.push_back(std::move(row));
    }
    return out;
  }

  json::Value value_of(const search::Hit& hit, const json::Value& source, const std::string& field) const {
    if (fields_.is_date(field)) {
      const json::Value* found = hit.fields.find(field);
      if (found == nullptr || found->array().empty()) return {};
      return print_timestamp(search::dsl::as_integer(found->array().front()).value_or(0));
    }
    const json::Value* at = &source;
    for (size_t begin = 0; at != nullptr && begin <= field.size();) {
      if (begin > 0 && at->is_array()) at = at->array().empty() ? nullptr : &at->array().front();
      if (at == nullptr) break;
      if (const json::Value* whole = at->find(field.substr(begin))) return *whole;  // a name with dots
      const size_t dot = std::min(field.find('.', begin), field.size());
      at = at->find(field.substr(begin, dot - begin));
      begin = dot + 1;
    }
    return at == nullptr ? json::Value() : *at;
  }

  json::Object metrics() const {
    static const std::map<Kind, const char*> names = {
        {Kind::count, "value_count"}, {Kind::sum, "sum"}, {Kind::avg, "avg"},
        {Kind::min, "min"},           {Kind::max, "max"}, {Kind::distinct_count, "cardinality"}};
    json::Object out;
    for (size_t i = 0; i < query_.columns.size(); ++i) {
      const Column& column = query_.columns[i];
      if (!column.aggregates() || column.field.empty()) continue;
      out.append("m" + std::to_string(i),
                 clause(names.at(column.kind), json::Object{{"field", fields_.exact(column.field)}}));
    }
    return out;
  }

  json::Value metric(const Column& column, size_t i, const json::Value& results, int64_t documents) const {
    if (column.field.empty()) return documents;
    const json::Value value = *results.find("m" + std::to_string(i))->find("value");
    if (!value.is_number()) return {};
    const bool extreme = column.kind == Kind::min || column.kind == Kind::max;
    if (extreme && fields_.is_date(column.field)) return print_timestamp(static_cast<int64_t>(value.number()));
    if ((extreme || column.kind == Kind::sum) && fields_.is_whole(column.field))
      return static_cast<int64_t>(value.number());
    return value;
  }

  // All documents as one group.
  std::vector<Row> total() const {
    json::Object body{{"size", 0}, {"track_total_hits", true}};
    if (json::Object asked = metrics(); !asked.empty()) body["aggs"] = std::move(asked);
    const search::SearchResponse found = search(std::move(body));
    Row row;
    for (size_t i = 0; i < query_.columns.size(); ++i)
      row.push_back(metric(query_.columns[i], i, found.aggregations, found.total));
    return {std::move(row)};
  }

  json::Value source_of(const Column& group) const {
    json::Object options{{"field", fields_.exact(group.field)}, {"missing_bucket", true}};
    if (group.kind == Kind::field) return clause("terms", std::move(options));
    if (!fields_.is_date(group.field)) {
      const auto interval = parse_double(group.interval);
      if (!interval) throw SyntaxError("[" + group.name + "] wants a number as interval");
      options.append("interval", *interval);
      return clause("histogram", std::move(options));
    }
    static constexpr std::string_view kCalendar[] = {"1w", "1M", "1q", "1y"};
    const bool calendar = std::find(std::begin(kCalendar), std::end(kCalendar), group.interval) != std::end(kCalendar);
    options.append(calendar ? "calendar_interval" : "fixed_interval", group.interval);
    return clause("date_histogram", std::move(options));
  }

  std::vector<Row> groups() const {
    json::Array sources;
    for (size_t i = 0; i < query_.groups.size(); ++i)
      sources.push_back(clause("g" + std::to_string(i), source_of(query_.groups[i])));
    json::Object composite{{"size", kPage}, {"sources", std::move(sources)}};
    const size_t wanted = query_.order.empty() ? size_t{query_.from} + query_.size : kGroupsMax;
    std::vector<Row> out;
    for (;;) {
      json::Object pages{{"composite", composite}};
      if (json::Object asked = metrics(); !asked.empty()) pages["aggs"] = std::move(asked);
      const search::SearchResponse found =
          search(json::Object{{"size", 0}, {"aggs", json::Object{{"pages", std::move(pages)}}}});
      const json::Value& answer = *found.aggregations.find("pages");
      for (const json::Value& bucket : answer.find("buckets")->array()) out.push_back(row_of(bucket));
      if (answer.find("after_key") == nullptr || (query_.order.empty() && out.size() >= wanted)) return out;
      if (out.size() > kGroupsMax)
        throw SyntaxError("The query makes more than " + std::to_string(kGroupsMax) + " groups");
      composite["after"] = *answer.find("after_key");
    }
  }

  Row row_of(const json::Value& bucket) const {
    Row out;
    const int64_t documents = bucket.find("doc_count")->integer();
    for (size_t i = 0; i < query_.columns.size(); ++i) {
      const Column& column = query_.columns[i];
      if (column.aggregates()) {
        out.push_back(metric(column, i, bucket, documents));
        continue;
      }
      const auto group = std::find_if(query_.groups.begin(), query_.groups.end(), [&](const Column& one) {
        return one.kind == column.kind && one.field == column.field && one.interval == column.interval;
      });
      const auto number = group - query_.groups.begin();
      const json::Value& key = *bucket.find("key")->find("g" + std::to_string(number));
      const bool date = key.is_number() && fields_.is_date(column.field);
      out.push_back(date ? json::Value(print_timestamp(static_cast<int64_t>(key.number()))) : key);
    }
    return out;
  }

  // Without a value comes first if rising, last if falling.
  static int compare(const json::Value& a, const json::Value& b) {
    if (a.is_null() || b.is_null()) return a.is_null() == b.is_null() ? 0 : a.is_null() ? -1 : 1;
    if (a.is_number() && b.is_number()) return a.number() < b.number() ? -1 : a.number() > b.number() ? 1 : 0;
    const std::string left = search::dsl::as_text(a).value_or(""), right = search::dsl::as_text(b).value_or("");
    return left.compare(right);
  }
  void sort(std::vector<Row>& rows) const {
    std::vector<std::pair<size_t, bool>> order;
    for (const TableQuery::Order& one : query_.order) {
      const auto column = std::find_if(query_.columns.begin(), query_.columns.end(), [&](const Column& shown) {
        return shown.name == one.name || shown.expression == one.name;
      });
      if (column == query_.columns.end()) throw SyntaxError("[" + one.name + "] is no column to sort by");
      order.emplace_back(column - query_.columns.begin(), one.descending);
    }
    std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
      for (const auto& [column, descending] : order) {
        const int found = compare(a[column], b[column]);
        if (found != 0) return (found < 0) != descending;
      }
      return false;
    });
  }

  const Call& call_;
  const TableQuery& query_;
  const Fields& fields_;
};

// The two languages name types differently.
std::string type_name(const Column& column, const Fields& fields, bool sql) {
  static const std::map<std::string_view, const char*> ppl_names = {
      {"byte", "tinyint"},       {"short", "smallint"},         {"integer", "int"},   {"long", "bigint"},
      {"unsigned_long", "bigint"}, {"keyword", "string"},       {"text", "string"},   {"wildcard", "string"},
      {"constant_keyword", "string"}, {"match_only_text", "string"}, {"object", "struct"}, {"nested", "array"}};
  std::string type;
  if (column.kind == Kind::count || column.kind == Kind::distinct_count)
    type = sql ? "integer" : "bigint";
  else if (column.kind == Kind::avg)
    type = "double";
  else if (fields.is_date(column.field))
    type = "timestamp";
  else
    type = fields.type(column.field);
  const auto found = ppl_names.find(type);
  return sql || found == ppl_names.end() ? type : found->second;
}

net::Response refuse(int status, const std::string& reason, const std::string& type, const std::string& details) {
  return answer(status, json::Object{{"error", json::Object{{"reason", reason}, {"details", details}, {"type", type}}},
                                     {"status", status}});
}

net::Response run(Call& call, bool sql) {
  call.allow_parameters({"format", "sanitize", "mode"});
  const std::string* format = call.parameter("format");
  if (format != nullptr && *format != "jdbc")
    throw search::illegal_argument("response format [" + *format + "] is not supported");
  const json::Value body = call.json_body();
  for (const auto& [name, value] : body.object()) {
    if (name != "query") throw search::illegal_argument("[" + name + "] of a query is not supported");
  }
  const std::string text = body.text("query");
  Fields fields;
  const std::string index = sql ? index_of_sql(text) : index_of_ppl(text);
  for (const std::string& name : call.resolve(index, "aoss:ReadDocument")) {
    if (const auto description = call.engine.describe(call.name(name))) fields.add(description->mappings);
  }
  const TableQuery query = sql ? parse_sql(text, fields) : parse_ppl(text, fields);
  json::Array schema, datarows;
  for (const Column& column : query.columns) {
    json::Object shown{{"name", sql ? column.expression : column.name}};
    if (sql && column.name != column.expression) shown.append("alias", column.name);
    shown.append("type", type_name(column, fields, sql));
    schema.push_back(std::move(shown));
  }
  for (Row& row : Table(call, query, fields).rows()) datarows.push_back(std::move(row));
  const auto count = static_cast<int64_t>(datarows.size());
  json::Object out{{"schema", std::move(schema)}, {"datarows", std::move(datarows)}, {"total", count}, {"size", count}};
  if (sql) out.append("status", 200);
  return answer(200, out);
}

net::Response guarded(Call& call, bool sql) {
  try {
    return run(call, sql);
  } catch (const SyntaxError& error) {
    return refuse(400, sql ? "Invalid SQL query" : "Invalid Query", "SyntaxCheckException", error.what());
  } catch (const search::Error& error) {
    return refuse(error.status, "Error occurred in OpenSearch engine: " + std::string(error.what()), error.type,
                  error.what());
  }
}

}  // namespace

net::Response query_sql(Call& call) { return guarded(call, true); }
net::Response query_ppl(Call& call) { return guarded(call, false); }

}  // namespace standpipe::opensearch
