#include <algorithm>

#include "base/bytes.h"
#include "base/random.h"
#include "services/logs/logs.h"

namespace standpipe::logs {
namespace {

constexpr size_t kPageMax = 50;
constexpr size_t kScanBatch = 200;

LogStream describe(const Place& place, const StoredGroup& group, const StoredStream& stored) {
  LogStream stream;
  stream.log_stream_name = stored.name;
  stream.creation_time = stored.created_ms;
  stream.first_event_timestamp = stored.first_event_ms;
  stream.last_event_timestamp = stored.last_event_ms;
  stream.last_ingestion_time = stored.last_ingestion_ms;
  if (stored.last_ingestion_ms) stream.upload_sequence_token = std::to_string(stored.next_sequence);
  stream.arn = group_arn(place, group.name) + ":log-stream:" + stored.name;
  stream.stored_bytes = stored.bytes;
  return stream;
}

// A place in the order of LastEventTime: streams without events come first.
struct TimeOrder {
  int64_t time_ms;
  std::string name;
  auto operator<=>(const TimeOrder&) const = default;
};

TimeOrder order_of(const StoredStream& stream) { return {stream.last_event_ms.value_or(-1), stream.name}; }

// "<ms>:<name>"
TimeOrder read_order(const std::string& token) {
  const size_t colon = token.find(':');
  const auto time = parse_int(std::string_view(token).substr(0, colon));
  if (colon == std::string::npos || !time) throw InvalidParameterException("The specified nextToken is invalid.");
  return {*time, token.substr(colon + 1)};
}

}  // namespace

StoredStream Logs::stream(const Place& place, const StoredGroup& stored_group, const std::string& name) {
  const auto document = metadata_.get(place.stream_prefix(stored_group.id) + name);
  if (!document) throw no_such_stream();
  return parse_stream(document->value);
}

CreateLogStreamOutput Logs::create_log_stream(const aws::Request& request, const CreateLogStreamInput& input) {
  const Place place(request);
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const auto found = transaction.get(place.group_prefix() + input.log_group_name);
    if (!found) throw no_such_group();
    const std::string key = place.stream_prefix(parse_group(found->value).id) + input.log_stream_name;
    if (transaction.get(key)) throw ResourceAlreadyExistsException("The specified log stream already exists");
    transaction.put(
        key, print_stream(
                 {.name = input.log_stream_name, .id = random_text(16, kLowerAlphanumeric), .created_ms = now_ms()}));
  });
  return {};
}

DeleteLogStreamOutput Logs::delete_log_stream(const aws::Request& request, const DeleteLogStreamInput& input) {
  const Place place(request);
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const std::string group_key = place.group_prefix() + input.log_group_name;
    const auto found = transaction.get(group_key);
    if (!found) throw no_such_group();
    StoredGroup stored_group = parse_group(found->value);
    const std::string key = place.stream_prefix(stored_group.id) + input.log_stream_name;
    const auto document = transaction.get(key);
    if (!document) throw no_such_stream();
    const StoredStream stored = parse_stream(document->value);
    stored_group.bytes -= stored.bytes;
    transaction.put(group_key, print_group(stored_group));
    transaction.put(std::string(kTrash) + place.account + "/" + place.region + "/" + stored.id, "{}");
    transaction.remove(key);
  });
  return {};
}

DescribeLogStreamsOutput Logs::describe_log_streams(const aws::Request& request, const DescribeLogStreamsInput& input) {
  const Place place(request);
  const StoredGroup stored_group = group(place, choose_group(input.log_group_name, input.log_group_identifier));
  const bool by_time = input.order_by == "LastEventTime";
  if (by_time && input.log_stream_name_prefix) {
    throw InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  const bool descending = input.descending.value_or(false);
  const size_t page = static_cast<size_t>(input.limit.value_or(kPageMax));
  const std::string token = read_token(input.next_token);
  const std::string prefix = place.stream_prefix(stored_group.id);
  DescribeLogStreamsOutput output{.log_streams = {{}}};
  if (!by_time && !descending) {
    const std::string after = token.empty() ? std::string() : prefix + token;
    const auto documents = metadata_.scan(prefix + input.log_stream_name_prefix.value_or(""), after, page + 1);
    for (size_t i = 0; i < std::min(page, documents.size()); ++i) {
      output.log_streams->push_back(describe(place, stored_group, parse_stream(documents[i].value)));
    }
    if (documents.size() > page) output.next_token = print_token(*output.log_streams->back().log_stream_name);
    return output;
  }
  // The other orders are not those of the keys: keep the best `page` + 1 of all.
  const auto before = [&](const StoredStream& left, const StoredStream& right) {
    if (by_time) return descending ? order_of(right) < order_of(left) : order_of(left) < order_of(right);
    return right.name < left.name;
  };
  std::optional<StoredStream> last;  // of the page before
  if (!token.empty()) {
    const TimeOrder order = read_order(token);
    last = StoredStream{.name = order.name};
    if (order.time_ms >= 0) last->last_event_ms = order.time_ms;
  }
  std::vector<StoredStream> best;
  std::string after;
  while (true) {
    const std::vector<Document> batch =
        metadata_.scan(prefix + input.log_stream_name_prefix.value_or(""), after, kScanBatch);
    for (const Document& document : batch) {
      StoredStream stored = parse_stream(document.value);
      if (last && !before(*last, stored)) continue;
      best.push_back(std::move(stored));
    }
    std::sort(best.begin(), best.end(), before);
    if (best.size() > page + 1) best.resize(page + 1);
    if (batch.size() < kScanBatch) break;
    after = batch.back().key;
  }
  for (size_t i = 0; i < std::min(page, best.size()); ++i) {
    output.log_streams->push_back(describe(place, stored_group, best[i]));
  }
  if (best.size() > page) {
    const TimeOrder order = order_of(best[page - 1]);
    output.next_token = print_token(std::to_string(order.time_ms) + ":" + order.name);
  }
  return output;
}

}  // namespace standpipe::logs
