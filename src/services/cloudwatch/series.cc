#include "services/cloudwatch/series.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/json.h"

namespace standpipe::cloudwatch {
namespace {

std::string hash_of(const Dimensions& dimensions) {
  std::string text;
  for (const auto& [name, value] : dimensions) text += name + '\0' + value + '\0';
  return hex_encode(sha256(text)).substr(0, 32);
}

std::string path_of(const Series& series) {
  return uri_encode(series.space) + "/" + uri_encode(series.name) + "/" + hash_of(series.dimensions);
}

}  // namespace

std::string place_prefix(std::string_view account, std::string_view region) {
  return std::string(account) + "/" + std::string(region) + "/cloudwatch/";
}

std::string series_prefix(std::string_view account, std::string_view region) {
  return place_prefix(account, region) + "series/";
}

std::string below(std::string prefix, const std::string& space, const std::string& name) {
  if (space.empty()) return prefix;
  prefix += uri_encode(space) + "/";
  return name.empty() ? prefix : prefix + uri_encode(name) + "/";
}

std::string series_key(const Series& series) { return series_prefix(series.account, series.region) + path_of(series); }

std::string points_prefix(const Series& series, const Resolution& resolution) {
  return place_prefix(series.account, series.region) + "points/" + path_of(series) +
         fmt::format("/{:04}/", resolution.seconds);
}

std::string points_key(const Series& series, const Resolution& resolution, int64_t time) {
  return points_prefix(series, resolution) + fmt::format("{:012}", align(time, resolution.document_seconds));
}

std::string print_points(const StoredPoints& stored) {
  std::string out = fmt::format("{{\"flush\":{},\"points\":[", stored.flush);
  bool first = true;
  for (const auto& [key, statistics] : stored.points) {
    if (!first) out += ',';
    first = false;
    out += fmt::format("[{},", key.time);
    json::append_quoted(out, key.unit);
    for (const double number : {statistics.count, statistics.sum, statistics.minimum, statistics.maximum}) {
      out += ',';
      json::append_number(out, number);
    }
    out += statistics.distribution ? ",[" : ",null";
    if (statistics.distribution) {
      bool first_value = true;
      for (const auto& [value, times] : statistics.values) {
        if (!first_value) out += ',';
        first_value = false;
        json::append_number(out, value);
        out += ',';
        json::append_number(out, times);
      }
      out += ']';
    }
    out += ']';
  }
  return out + "]}";
}

StoredPoints parse_points(std::string_view document) {
  const json::Value value = json::parse(document);
  StoredPoints stored;
  stored.flush = value.find("flush")->integer();
  for (const json::Value& point : value.find("points")->array()) {
    const json::Array& parts = point.array();
    Statistics statistics;
    statistics.count = parts[2].number();
    statistics.sum = parts[3].number();
    statistics.minimum = parts[4].number();
    statistics.maximum = parts[5].number();
    statistics.distribution = parts[6].is_array();
    if (statistics.distribution) {
      const json::Array& values = parts[6].array();
      for (size_t i = 0; i + 1 < values.size(); i += 2) statistics.values[values[i].number()] = values[i + 1].number();
    }
    stored.points.emplace(PointKey{parts[0].integer(), parts[1].string()}, std::move(statistics));
  }
  return stored;
}

std::string print_series(const StoredSeries& stored) {
  json::Array dimensions;
  for (const auto& [name, value] : stored.series.dimensions) dimensions.push_back(json::Array{name, value});
  return json::print(json::Object{{"account", stored.series.account},
                                  {"region", stored.series.region},
                                  {"space", stored.series.space},
                                  {"name", stored.series.name},
                                  {"dimensions", std::move(dimensions)},
                                  {"lastSeen", stored.last_seen}});
}

StoredSeries parse_series(std::string_view document) {
  const json::Value value = json::parse(document);
  StoredSeries stored;
  stored.series = {value.text("account"), value.text("region"), value.text("space"), value.text("name"), {}};
  for (const json::Value& dimension : value.find("dimensions")->array()) {
    stored.series.dimensions.emplace_back(dimension.array()[0].string(), dimension.array()[1].string());
  }
  stored.last_seen = value.find("lastSeen")->integer();
  return stored;
}

}  // namespace standpipe::cloudwatch
