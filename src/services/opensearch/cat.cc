// _cat: tables for people, or the same as JSON.
#include <algorithm>

#include "base/bytes.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

// Other names of columns.
constexpr std::pair<std::string_view, std::string_view> kShortNames[] = {
    {"h", "health"},      {"s", "status"},        {"i", "index"},       {"id", "uuid"}, {"p", "pri"}, {"r", "rep"},
    {"dc", "docs.count"}, {"dd", "docs.deleted"}, {"ss", "store.size"}, {"a", "alias"}, {"n", "name"}};
constexpr std::string_view kNumbers[] = {"pri", "rep", "docs.count", "docs.deleted", "store.size", "pri.store.size"};

// Sizes as OpenSearch prints them: "208b", "4.5kb".
std::string size_text(int64_t bytes) {
  constexpr const char* kUnits[] = {"b", "kb", "mb", "gb", "tb"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  std::string text = std::to_string(static_cast<int64_t>(value * 10));
  if (unit == 0) return std::to_string(bytes) + "b";
  const std::string tenth = text.substr(text.size() - 1);
  text = text.size() == 1 ? "0" : text.substr(0, text.size() - 1);
  return text + (tenth == "0" ? "" : "." + tenth) + kUnits[unit];
}

std::string cell(const std::string& column, const std::string& index, const search::IndexDescription& description) {
  if (column == "index") return index;
  if (column == "uuid") return description.uuid;
  if (column == "docs.count") return std::to_string(description.docs);
  if (column == "docs.deleted") return std::to_string(description.deleted);
  if (column == "store.size" || column == "pri.store.size") return size_text(description.bytes);
  if (column == "health") return "green";
  if (column == "status") return "open";
  return "0";  // shards are not shown
}

// The table with the columns that the request wants.
CatTable chosen(const Call& call, const CatTable& table) {
  const std::string* wanted = call.parameter("h");
  if (wanted == nullptr) return table;
  CatTable out;
  std::vector<size_t> places;
  for (std::string name : split(*wanted, ',')) {
    for (const auto& [other, column] : kShortNames) {
      if (name == other) name = column;
    }
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (!glob_match(name, table.columns[i])) continue;
      places.push_back(i);
      out.columns.push_back(table.columns[i]);
    }
  }
  for (const auto& row : table.rows) {
    auto& into = out.rows.emplace_back();
    for (const size_t place : places) into.push_back(row[place]);
  }
  return out;
}

std::string as_text(const std::vector<std::string>& columns, std::vector<std::vector<std::string>> rows,
                    bool with_names) {
  if (with_names) rows.insert(rows.begin(), columns);
  std::vector<size_t> widths(columns.size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      const bool number = std::find(std::begin(kNumbers), std::end(kNumbers), columns[i]) != std::end(kNumbers);
      out += (i > 0 ? " " : "") + (number ? padding + row[i] : row[i] + padding);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

net::Response cat_indices(Call& call) {
  call.allow_parameters({"v", "h", "s", "help", "bytes", "health", "pri", "expand_wildcards",
                         "include_unloaded_segments", "local", "time"});
  CatTable table{{"health", "status", "index", "uuid", "pri", "rep", "docs.count", "docs.deleted", "store.size",
                  "pri.store.size"},
                 {}};
  for (const std::string& index : call.resolve(call.part("index"), "aoss:DescribeIndex")) {
    const auto description = call.engine.describe(call.name(index));
    if (!description) continue;
    auto& row = table.rows.emplace_back();
    for (const std::string& column : table.columns) row.push_back(cell(column, index, *description));
  }
  return print_table(call, table);
}

net::Response print_table(const Call& call, const CatTable& table) {
  const CatTable shown = chosen(call, table);
  const std::string* format = call.parameter("format");
  if (format == nullptr || *format != "json")
    return net::Response::text(200, as_text(shown.columns, shown.rows, call.flag("v")));
  json::Array list;
  for (const auto& row : shown.rows) {
    json::Object object;
    for (size_t i = 0; i < row.size(); ++i) object[shown.columns[i]] = row[i];
    list.push_back(object);
  }
  return answer(200, list);
}

}  // namespace standpipe::opensearch
