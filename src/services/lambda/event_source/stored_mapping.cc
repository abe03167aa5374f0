#include "services/lambda/event_source/stored_mapping.h"

#include <algorithm>

#include "base/json.h"

namespace standpipe::lambda {
namespace {

const std::string kMappings = "-/-/lambda/mapping/";
const std::string kProgress = "-/-/lambda/mapping-progress/";
constexpr std::string_view kConsumer = "/consumer/";

std::string progress_key(const std::string& uuid, const std::string& shard) { return kProgress + uuid + "/" + shard; }

json::Value lane_value(const LaneProgress& lane) {
  json::Object value{{"position", lane.position}};
  if (lane.window) {
    value.append("window_start", epoch_ms(lane.window->start));
    value.append("state", lane.window->state);
  }
  return value;
}

LaneProgress parse_lane(const json::Value& value) {
  LaneProgress lane{.position = value.text("position"), .window = {}};
  if (const json::Value* start = value.find("window_start")) {
    lane.window = Window{from_epoch_ms(start->integer()), value.text("state")};
  }
  return lane;
}

ShardProgress parse_progress(const std::string& text) {
  const json::Value value = json::parse(text);
  ShardProgress progress;
  progress.finished = value.find("finished")->boolean();
  for (const json::Value& lane : value.find("lanes")->array()) progress.lanes.push_back(parse_lane(lane));
  return progress;
}

std::vector<StoredMapping> parse_all(const std::vector<Document>& documents) {
  std::vector<StoredMapping> mappings;
  for (const Document& document : documents) mappings.push_back(parse_mapping(document.value));
  return mappings;
}

}  // namespace

std::string StoredMapping::arn() const {
  return "arn:aws:lambda:" + region + ":" + account + ":event-source-mapping:" + uuid;
}

bool StoredMapping::fan_out() const { return source_arn.find(kConsumer) != std::string::npos; }

std::string StoredMapping::stream_arn() const { return source_arn.substr(0, source_arn.find(kConsumer)); }

std::string print_stored(const StoredMapping& m) {
  json::Object tags;
  for (const auto& [key, text] : m.tags) tags.append(key, text);
  json::Object value{{"uuid", m.uuid},
                     {"account", m.account},
                     {"region", m.region},
                     {"function", m.function},
                     {"source_arn", m.source_arn},
                     {"enabled", m.enabled},
                     {"deleting", m.deleting},
                     {"starting_position", m.starting_position},
                     {"batch_size", m.batch_size},
                     {"batching_window_s", m.batching_window_s},
                     {"parallelization", m.parallelization},
                     {"record_age_s", m.record_age_s},
                     {"retries", m.retries},
                     {"tumbling_window_s", m.tumbling_window_s},
                     {"bisect", m.bisect},
                     {"reports_failures", m.reports_failures},
                     {"on_failure", m.on_failure},
                     {"filters", json::Array(m.filters.begin(), m.filters.end())},
                     {"tags", tags},
                     {"created", epoch_ms(m.created)},
                     {"modified", epoch_ms(m.modified)}};
  if (m.starting_time) value.append("starting_time", epoch_ms(*m.starting_time));
  return json::print(value);
}

StoredMapping parse_mapping(const std::string& text) {
  const json::Value value = json::parse(text);
  const auto integer = [&](std::string_view name) { return static_cast<int>(value.find(name)->integer()); };
  const auto flag = [&](std::string_view name) { return value.find(name)->boolean(); };
  const auto time = [&](std::string_view name) { return from_epoch_ms(value.find(name)->integer()); };
  StoredMapping m;
  m.uuid = value.text("uuid");
  m.account = value.text("account");
  m.region = value.text("region");
  m.function = value.text("function");
  m.source_arn = value.text("source_arn");
  m.enabled = flag("enabled");
  m.deleting = flag("deleting");
  m.starting_position = value.text("starting_position");
  if (value.find("starting_time")) m.starting_time = time("starting_time");
  m.batch_size = integer("batch_size");
  m.batching_window_s = integer("batching_window_s");
  m.parallelization = integer("parallelization");
  m.record_age_s = integer("record_age_s");
  m.retries = integer("retries");
  m.tumbling_window_s = integer("tumbling_window_s");
  m.bisect = flag("bisect");
  m.reports_failures = flag("reports_failures");
  m.on_failure = value.text("on_failure");
  for (const json::Value& filter : value.find("filters")->array()) m.filters.push_back(filter.string());
  for (const auto& [key, tag] : value.find("tags")->object()) m.tags[key] = tag.string();
  m.created = time("created");
  m.modified = time("modified");
  return m;
}

std::optional<StoredMapping> find_mapping(Metadata& metadata, const std::string& uuid) {
  const auto document = metadata.get(kMappings + uuid);
  if (!document) return std::nullopt;
  return parse_mapping(document->value);
}

std::vector<StoredMapping> all_mappings(Metadata& metadata) { return parse_all(metadata.scan(kMappings)); }

std::vector<StoredMapping> all_mappings(MetadataTransaction& transaction) {
  return parse_all(transaction.scan(kMappings));
}

void put_mapping(MetadataTransaction& transaction, const StoredMapping& mapping) {
  transaction.put(kMappings + mapping.uuid, print_stored(mapping));
}

void remove_mapping(Metadata& metadata, const std::string& uuid) {
  metadata.transaction([&](MetadataTransaction& transaction) {
    transaction.remove(kMappings + uuid);
    for (const Document& shard : transaction.scan(progress_key(uuid, ""))) transaction.remove(shard.key);
  });
}

ShardProgress find_progress(Metadata& metadata, const StoredMapping& mapping, const std::string& shard) {
  const auto lanes = static_cast<size_t>(mapping.parallelization);
  ShardProgress progress;
  if (const auto document = metadata.get(progress_key(mapping.uuid, shard))) progress = parse_progress(document->value);
  if (progress.lanes.size() != lanes) {
    const std::string position = progress.position();
    progress.lanes.assign(lanes, {.position = position, .window = {}});
  }
  const int64_t length_ms = int64_t{mapping.tumbling_window_s} * 1000;
  for (LaneProgress& lane : progress.lanes) {
    // A window of another length is none.
    if (lane.window && (length_ms == 0 || epoch_ms(lane.window->start) % length_ms != 0)) lane.window.reset();
  }
  return progress;
}

void note_progress(Metadata& metadata, const std::string& uuid, const std::string& shard,
                   const std::function<ShardProgress()>& progress) {
  metadata.transaction([&](MetadataTransaction& transaction) {
    if (!transaction.get(kMappings + uuid)) return;
    const ShardProgress noted = progress();
    json::Array lanes;
    for (const LaneProgress& lane : noted.lanes) lanes.push_back(lane_value(lane));
    transaction.put(progress_key(uuid, shard),
                    json::print(json::Object{{"finished", noted.finished}, {"lanes", lanes}}));
  });
}

}  // namespace standpipe::lambda
