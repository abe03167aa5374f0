// The search engine behind a collection's indices.
//
// Thread-safe. What `write` answered is durable, together with its checkpoint, also across kill -9; it is searchable
// when `write` returns, or at the latest after `refresh`. Searches see each batch of one index whole or not at all,
// except that documents may be refused one by one. Errors: search::Error for what OpenSearch would refuse;
// std::system_error when the disk does; CorruptData where a checksum fails.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "search/error.h"
#include "search/request.h"

namespace standpipe {
class Disk;
}

namespace standpipe::search {

// Any text without control characters; services use "<collection id>/<index>". The part after the last '/' is the name
// that answers and errors show.
using IndexName = std::string;

struct IndexDefinition {
  json::Value mappings;  // object as in PUT /{index}; null: everything dynamic
  json::Value settings;  // kept and answered; those that the engine knows are validated
};

struct IndexDescription {
  json::Value mappings, settings;
  std::string uuid;
  Timestamp created{};
  int64_t docs = 0, deleted = 0;
  int64_t bytes = 0;  // on disk
};

struct WriteOperation {
  enum class Kind { index, create, update, remove };
  Kind kind = Kind::index;
  std::string id;           // empty (index, create): the engine makes one
  bool id_is_new = false;   // the caller vouches that no document has this id
  std::string_view source;  // JSON text; of an update its body: {"doc": …, "doc_as_upsert": …, "upsert": …}
  std::optional<int64_t> if_seq_no;
};

struct WriteOutcome {
  std::string id;
  int status = 200;    // 201 created, 200 updated or deleted, 404 not found, 409 conflict, 400 refused …
  std::string result;  // "created", "updated", "deleted", "not_found", "noop"; empty if refused
  int64_t version = 0, seq_no = 0;
  std::string error_type, error_reason;  // empty if accepted
  std::string cause_type, cause_reason;
  bool accepted() const { return error_type.empty(); }
};

// How far a source (a Firehose stream's shard) has been written; stored atomically with the documents. If operations
// of the batch were refused, a space and their indices ("0,4") follow the stored position, so that after a crash the
// writer knows which of its documents still want a place.
struct Checkpoint {
  std::string source, position;
};

struct StoredDocument {
  std::string source;
  int64_t version = 1, seq_no = 0;
};

// Documents of some indices as they were at one moment; later writes do not show, removed indices are still there.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
};

class SearchEngine {
 public:
  virtual ~SearchEngine() = default;
  // resource_already_exists_exception, mapper_parsing_exception, illegal_argument_exception.
  virtual void create(const IndexName& index, const IndexDefinition& definition) = 0;
  virtual void update_mapping(const IndexName& index, const json::Value& mappings) = 0;
  // Settings that may change, as in PUT /{index}/_settings; null removes one, `preserve` leaves those that are set.
  virtual void update_settings(const IndexName& index, const json::Value& settings, bool preserve) = 0;
  virtual void remove(const IndexName& index) = 0;
  // Names that begin with `prefix`, sorted.
  virtual std::vector<IndexName> list(std::string_view prefix) const = 0;
  virtual std::optional<IndexDescription> describe(const IndexName& index) const = 0;
  // One outcome per operation, in order. Throws only if none was written: no such index, disk. A checkpoint is stored
  // also if every operation was refused.
  virtual std::vector<WriteOutcome> write(const IndexName& index, std::span<const WriteOperation> batch,
                                          const std::optional<Checkpoint>& checkpoint = {}) = 0;
  virtual std::optional<std::string> checkpoint(const IndexName& index, const std::string& source) const = 0;
  virtual std::optional<StoredDocument> get(const IndexName& index, const std::string& id) const = 0;
  virtual SearchResponse search(std::span<const IndexName> indices, const SearchRequest& request) const = 0;
  virtual std::shared_ptr<const Snapshot> snapshot(std::span<const IndexName> indices) const = 0;
  virtual SearchResponse search(const Snapshot& snapshot, const SearchRequest& request) const = 0;
  // _analyze: which tokens a text becomes. `index` may be empty; fields and analyzers of its own need one.
  virtual json::Value analyze(const IndexName& index, const json::Value& request) const = 0;
  virtual int64_t count(std::span<const IndexName> indices, const QueryPtr& query) const = 0;
  virtual void refresh(const IndexName& index) = 0;
  virtual void clear() = 0;  // removes every index; for /_standpipe/reset
};

// Everything under `directory`; `disk` is the system's if null. The destructor writes what memory holds into segments.
std::unique_ptr<SearchEngine> open_embedded_search(const std::filesystem::path& directory, Clock& clock,
                                                   Disk* disk = nullptr);

// "movies" of "abc123/movies".
std::string_view visible_name(std::string_view index);

}  // namespace standpipe::search

namespace standpipe {
using search::SearchEngine;
}
