// _cat/indices: a table for people, or the same as JSON.
#include <algorithm>

#include "base/bytes.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

struct Column {
  const char *name, *alias;
  bool number;
};
constexpr Column kColumns[] = {{"health", "h", false},      {"status", "s", false},       {"index", "i", false},
                               {"uuid", "id", false},       {"pri", "p", true},           {"rep", "r", true},
                               {"docs.count", "dc", true},  {"docs.deleted", "dd", true}, {"store.size", "ss", true},
                               {"pri.store.size", "", true}};

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

std::vector<Column> chosen_columns(const Call& call) {
  const std::string* wanted = call.parameter("h");
  if (wanted == nullptr) return {std::begin(kColumns), std::end(kColumns)};
  std::vector<Column> columns;
  for (const std::string& name : split(*wanted, ',')) {
    for (const Column& column : kColumns) {
      if (column.name == name || column.alias == name) columns.push_back(column);
    }
  }
  return columns;
}

std::string table(const std::vector<Column>& columns, std::vector<std::vector<std::string>> rows, bool with_names) {
  if (with_names) {
    std::vector<std::string> names;
    for (const Column& column : columns) names.emplace_back(column.name);
    rows.insert(rows.begin(), names);
  }
  std::vector<size_t> widths(columns.size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      out += (i > 0 ? " " : "") + (columns[i].number ? padding + row[i] : row[i] + padding);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

net::Response cat_indices(Call& call) {
  call.allow_parameters({"v", "h", "s", "help", "bytes", "health", "pri", "expand_wildcards",
                         "include_unloaded_segments", "local", "time"});
  const std::vector<Column> columns = chosen_columns(call);
  std::vector<std::vector<std::string>> rows;
  for (const std::string& index : call.resolve(call.part("index"), "aoss:DescribeIndex")) {
    const auto description = call.engine.describe(call.name(index));
    if (!description) continue;
    auto& row = rows.emplace_back();
    for (const Column& column : columns) row.push_back(cell(column.name, index, *description));
  }
  const std::string* format = call.parameter("format");
  if (format == nullptr || *format != "json") return net::Response::text(200, table(columns, rows, call.flag("v")));
  json::Array list;
  for (const auto& row : rows) {
    json::Object object;
    for (size_t i = 0; i < row.size(); ++i) object[columns[i].name] = row[i];
    list.push_back(object);
  }
  return answer(200, list);
}

}  // namespace standpipe::opensearch
