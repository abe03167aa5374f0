// ListShards, and how shards are shown.
#include <algorithm>

#include "services/kinesis/naming.h"
#include "services/kinesis/sequence_number.h"
#include "services/kinesis/shown.h"

namespace standpipe::kinesis {
namespace {

constexpr size_t kListedMax = 1000;

int64_t seconds(Timestamp time) { return epoch_ms(time) / 1000; }

bool open_at(const StreamShard& shard, Timestamp time) {
  return shard.created <= time && (shard.open() || *shard.closed > time);
}

bool passes(const StreamShard& shard, const ShardFilter& filter, Timestamp horizon) {
  if (filter.type == "AFTER_SHARD_ID") return shard.id() > filter.shard_id.value_or("");
  if (filter.type == "AT_LATEST") return shard.open();
  if (filter.type == "AT_TRIM_HORIZON") return open_at(shard, horizon);
  if (filter.type == "AT_TIMESTAMP") return open_at(shard, std::max(*filter.timestamp, horizon));
  if (filter.type == "FROM_TIMESTAMP") return shard.open() || *shard.closed >= *filter.timestamp;
  return true;  // FROM_TRIM_HORIZON
}

void check_filter(const ShardFilter& filter) {
  const bool by_time = filter.type == "AT_TIMESTAMP" || filter.type == "FROM_TIMESTAMP";
  const bool by_id = filter.type == "AFTER_SHARD_ID";
  if (by_time && !filter.timestamp) {
    throw InvalidArgumentException("Must specify a Timestamp for a ShardFilter of type " + filter.type + ".");
  }
  if (!by_time && filter.timestamp) {
    throw InvalidArgumentException("A ShardFilter of type " + filter.type + " takes no Timestamp.");
  }
  if (by_id && !filter.shard_id) {
    throw InvalidArgumentException("Must specify a ShardId for a ShardFilter of type " + filter.type + ".");
  }
  if (!by_id && filter.shard_id) {
    throw InvalidArgumentException("A ShardFilter of type " + filter.type + " takes no ShardId.");
  }
}

}  // namespace

std::string starting_sequence_number(const StreamShard& shard) {
  return print_sequence_number({shard.epoch_s, shard.number, 0, shard.epoch_s});
}

std::string ending_sequence_number(const StreamShard& shard) {
  return print_sequence_number({shard.epoch_s, shard.number, SequenceNumber::kEnding, seconds(*shard.closed)});
}

std::string sequence_number_of(const StreamShard& shard, Position position, Timestamp arrival) {
  return print_sequence_number({shard.epoch_s, shard.number, position + 1, seconds(arrival)});
}

std::string continuation_after(const StreamShard& shard, Position next, const std::vector<Record>& records,
                               Timestamp now) {
  if (!records.empty()) return records.back().sequence_number;
  return print_sequence_number({shard.epoch_s, shard.number, next, std::max(shard.epoch_s, seconds(now))});
}

Shard show(const StreamShard& shard) {
  Shard shown;
  shown.shard_id = shard.id();
  shown.hash_key_range = {print_hash_key(shard.range.from), print_hash_key(shard.range.to)};
  shown.sequence_number_range.starting_sequence_number = starting_sequence_number(shard);
  if (!shard.open()) shown.sequence_number_range.ending_sequence_number = ending_sequence_number(shard);
  if (!shard.parents.empty()) shown.parent_shard_id = StreamShard::shard_id(shard.parents[0]);
  if (shard.parents.size() > 1) shown.adjacent_parent_shard_id = StreamShard::shard_id(shard.parents[1]);
  return shown;
}

std::vector<ChildShard> children_of(const Stream& stream, const StreamShard& shard) {
  std::vector<ChildShard> children;
  for (const StreamShard* child : stream.state.children_of(shard.number)) {
    children.push_back({child->id(), {}, {print_hash_key(child->range.from), print_hash_key(child->range.to)}});
    for (const ShardNumber parent : child->parents) {
      children.back().parent_shards.push_back(StreamShard::shard_id(parent));
    }
  }
  return children;
}

ListShardsOutput Kinesis::list_shards(const aws::Request& request, const ListShardsInput& input) {
  const std::string& key = streams_.sealing_key();
  std::string after = input.exclusive_start_shard_id.value_or("");
  StreamPtr target;
  std::optional<ShardFilter> filter = input.shard_filter;
  if (input.next_token) {
    if (input.stream_name || input.stream_arn || input.stream_creation_timestamp || input.exclusive_start_shard_id) {
      throw InvalidArgumentException("NextToken and StreamName cannot be provided together.");
    }
    const auto page = unseal_page(key, *input.next_token);
    if (!page || page->stream.name.empty() || page->stream.region != request.region) {
      throw InvalidArgumentException("NextToken is invalid.");
    }
    if (clock_.now() - page->made > kTokenLife) throw ExpiredNextTokenException("NextToken is expired.");
    target = stream(page->stream);
    after = page->after;
    if (!filter) filter = page->filter;
  } else {
    if (!input.stream_name && !input.stream_arn) {
      throw InvalidArgumentException("Either NextToken or StreamName should be provided.");
    }
    target = stream(request, input);
  }
  const StreamState& state = target->state;
  if (input.stream_creation_timestamp && seconds(*input.stream_creation_timestamp) != seconds(state.created)) {
    throw stream_not_found(state.name);
  }
  if (filter) check_filter(*filter);
  const Timestamp now = clock_.now(), horizon = state.horizon(now);
  const size_t limit = input.max_results ? static_cast<size_t>(*input.max_results) : kListedMax;
  ListShardsOutput output;
  output.shards.emplace();
  for (const StreamShard& shard : state.shards) {
    if (shard.id() <= after || !state.visible(shard, now) || (filter && !passes(shard, *filter, horizon))) continue;
    if (output.shards->size() == limit) {
      output.next_token = seal_page(key, {state.name, output.shards->back().shard_id, now, filter});
      break;
    }
    output.shards->push_back(show(shard));
  }
  return output;
}

}  // namespace standpipe::kinesis
