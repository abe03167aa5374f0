// All streams of all accounts and regions: in memory for reading, in metadata for good. A stream's log exists before
// its document is written and goes after the document is gone, so a crash leaves at most a log without a stream, which
// is removed at the next start. Resharding is done when the document is written: before, the log has children that
// nobody writes to and that a later resharding takes; after, the parents are closed in the log too, if need be at the
// next start. Thread-safe; what is handed out is an immutable snapshot.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "metadata/metadata.h"
#include "services/kinesis/shard_rate.h"
#include "services/kinesis/stream.h"
#include "streamlog/streamlog.h"

namespace standpipe::kinesis {

// A stream with what is kept in memory only.
class Stream {
 public:
  Stream(StreamState stream, int64_t document_version, const Stream* before);
  Stream(const Stream&) = delete;  // `open_` points into `state`

  const StreamShard& shard_of(HashKey key) const;
  ShardRate& rate(const StreamShard& shard) const;  // shared by the snapshots of one stream

  const StreamState state;
  const int64_t version;  // of its document

 private:
  std::vector<const StreamShard*> open_;           // by range
  std::vector<std::shared_ptr<ShardRate>> rates_;  // like state.shards
};

class StreamDirectory {
 public:
  StreamDirectory(Metadata& metadata, StreamLog& log);

  std::shared_ptr<const Stream> find(const StreamName& name) const;  // nullptr if there is none
  // In order of their names, after `after`.
  std::vector<std::shared_ptr<const Stream>> list(const std::string& account, const std::string& region,
                                                  const std::string& after = {}) const;
  // Makes the log too. False if there is such a stream already.
  bool create(StreamState stream);
  bool remove(const StreamName& name);  // false if there is none
  // Stores what `edit` makes of the stream; repeated when somebody else was faster. False if there is none. `edit` may
  // split and merge.
  bool change(const StreamName& name, const std::function<void(StreamState&)>& edit);
  // A key that lasts as long as the metadata: what page tokens and iterators are sealed with.
  const std::string& sealing_key() const { return sealing_key_; }

 private:
  void publish(StreamState state, int64_t version);
  void load_key();
  void open_shards(const StreamState& stream);
  void close_shards(const StreamState& stream);

  Metadata& metadata_;
  StreamLog& log_;
  std::string sealing_key_;
  mutable std::shared_mutex mutex_;  // guards streams_
  std::map<StreamName, std::shared_ptr<const Stream>> streams_;
};

}  // namespace standpipe::kinesis
