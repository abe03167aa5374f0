#include "services/kinesis/stream_directory.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "base/bytes.h"
#include "base/logging.h"
#include "base/random.h"

namespace standpipe::kinesis {
namespace {

// Which logs are ours, and whose: `log/<id>` → the key of the stream's document. Found without scanning every account.
constexpr std::string_view kLogPrefix = "-/-/kinesis/log/";
constexpr std::string_view kKeyKey = "-/-/kinesis/sealing-key";
constexpr std::string_view kOurLogs = "kinesis-";
constexpr size_t kKeyBytes = 32;

std::string key_of(const StreamName& name) { return name.account + "/" + name.region + "/kinesis/stream/" + name.name; }
std::string log_key_of(const StreamId& log) { return std::string(kLogPrefix) + log; }

StreamName name_of(const std::string& key) {
  const auto parts = split(key, '/');
  return {parts.at(0), parts.at(1), parts.at(4)};
}

}  // namespace

Stream::Stream(StreamState stream, int64_t document_version, const Stream* before)
    : state(std::move(stream)), version(document_version), open_(state.open_shards()) {
  for (const StreamShard& shard : state.shards) {
    const StreamShard* known = before == nullptr ? nullptr : before->state.find_shard(shard.number);
    rates_.push_back(known == nullptr ? std::make_shared<ShardRate>()
                                      : before->rates_[static_cast<size_t>(known - before->state.shards.data())]);
  }
}

const StreamShard& Stream::shard_of(HashKey key) const {
  const auto first_key = [](const StreamShard* shard) { return shard->range.from; };
  return **std::prev(std::ranges::upper_bound(open_, key, {}, first_key));
}

ShardRate& Stream::rate(const StreamShard& shard) const {
  return *rates_[static_cast<size_t>(&shard - state.shards.data())];
}

StreamDirectory::StreamDirectory(Metadata& metadata, StreamLog& log) : metadata_(metadata), log_(log) {
  load_key();
  std::set<StreamId> known;
  for (const Document& entry : metadata_.scan(kLogPrefix)) {
    const auto document = metadata_.get(entry.value);
    if (!document) continue;
    StreamState state = parse_stream(name_of(entry.value), document->value);
    known.insert(state.log);
    if (!log_.exists(state.log)) {
      logging::error("stream {} has lost its log; it goes on empty", state.name.arn());
      log_.create(state.log, state.shards.back().number + 1, std::chrono::hours(state.retention_hours));
    }
    log_.set_retention(state.log, std::chrono::hours(state.retention_hours));
    open_shards(state);
    close_shards(state);
    publish(std::move(state), document->version);
  }
  for (const StreamId& log_id : log_.list()) {
    if (log_id.starts_with(kOurLogs) && !known.contains(log_id)) log_.remove(log_id);
  }
}

// So that the log has every shard of the stream. It may have more: of a resharding that was cut short.
void StreamDirectory::open_shards(const StreamState& stream) {
  const ShardNumber newest = stream.shards.back().number;
  const auto known = [&] {
    try {
      log_.bounds(stream.log, newest);
      return true;
    } catch (const UnknownShard&) {
      return false;
    }
  };
  while (!known()) log_.open_shard(stream.log);
}

void StreamDirectory::close_shards(const StreamState& stream) {
  try {
    for (const StreamShard& shard : stream.shards) {
      if (!shard.open()) log_.close_shard(stream.log, shard.number);
    }
  } catch (const UnknownStream&) {
    logging::debug("stream {} was removed while it was resharded", stream.name.arn());
  }
}

void StreamDirectory::load_key() {
  metadata_.transaction([&](MetadataTransaction& tx) {
    const auto stored = tx.get(kKeyKey);
    sealing_key_ = hex_decode(stored ? stored->value : "").value_or("");
    if (sealing_key_.size() == kKeyBytes) return;
    sealing_key_ = random_bytes(kKeyBytes);
    tx.put(kKeyKey, hex_encode(sealing_key_));
  });
}

std::shared_ptr<const Stream> StreamDirectory::find(const StreamName& name) const {
  const std::shared_lock lock(mutex_);
  const auto found = streams_.find(name);
  return found == streams_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Stream>> StreamDirectory::list(const std::string& account, const std::string& region,
                                                                 const std::string& after) const {
  const std::shared_lock lock(mutex_);
  std::vector<std::shared_ptr<const Stream>> found;
  for (auto at = streams_.upper_bound({account, region, after}); at != streams_.end(); ++at) {
    if (at->first.account != account || at->first.region != region) break;
    found.push_back(at->second);
  }
  return found;
}

bool StreamDirectory::create(StreamState stream) {
  if (find(stream.name)) return false;
  stream.log = std::string(kOurLogs) + random_text(20, kLowerAlphanumeric);
  log_.create(stream.log, static_cast<ShardNumber>(stream.shards.size()), std::chrono::hours(stream.retention_hours));
  int64_t version = 0;
  try {
    metadata_.transaction([&](MetadataTransaction& tx) {
      version = tx.put(key_of(stream.name), print_stream(stream), kAbsent);
      tx.put(log_key_of(stream.log), key_of(stream.name));
    });
  } catch (const Conflict&) {
    log_.remove(stream.log);
    return false;
  }
  publish(std::move(stream), version);
  return true;
}

bool StreamDirectory::remove(const StreamName& name) {
  const auto stream = find(name);
  if (!stream) return false;
  bool removed = false;
  metadata_.transaction([&](MetadataTransaction& tx) {
    // Somebody else may have removed it, and made another of this name.
    const auto document = tx.get(key_of(name));
    if (!document || parse_stream(name, document->value).log != stream->state.log) return;
    removed = tx.remove(key_of(name));
    tx.remove(log_key_of(stream->state.log));
  });
  if (!removed) return false;
  {
    const std::unique_lock lock(mutex_);
    const auto found = streams_.find(name);
    if (found != streams_.end() && found->second->state.log == stream->state.log) streams_.erase(found);
  }
  log_.remove(stream->state.log);
  return true;
}

bool StreamDirectory::change(const StreamName& name, const std::function<void(StreamState&)>& edit) {
  while (const auto stream = find(name)) {
    StreamState state = stream->state;
    edit(state);
    const bool resharded = state.shards.back().number != stream->state.shards.back().number;
    int64_t version = 0;
    try {
      if (resharded) open_shards(state);
      metadata_.transaction([&](MetadataTransaction& tx) {
        // Versions begin anew with a stream that was made again under its name, so they alone do not tell.
        const auto document = tx.get(key_of(name));
        if (!document || parse_stream(name, document->value).log != state.log) throw Conflict("another stream");
        version = tx.put(key_of(name), print_stream(state), stream->version);
      });
    } catch (const Conflict&) {
      continue;
    } catch (const UnknownStream&) {
      continue;  // removed meanwhile
    }
    publish(state, version);
    if (resharded) close_shards(state);
    return true;
  }
  return false;
}

void StreamDirectory::publish(StreamState state, int64_t version) {
  const std::unique_lock lock(mutex_);
  auto& place = streams_[state.name];
  const bool same = place && place->state.log == state.log;
  if (same && place->version > version) return;
  place = std::make_shared<const Stream>(std::move(state), version, same ? place.get() : nullptr);
}

}  // namespace standpipe::kinesis
