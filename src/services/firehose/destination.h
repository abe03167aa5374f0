// Where a delivery writes. A destination tries once; retrying, backing up and remembering the position are the
// delivery's. Adding one: a file destination_<name>.cc and a line in open_destination (delivery.cc).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "services/firehose/source.h"
#include "services/opensearch/data_plane.h"

namespace standpipe::firehose {

struct FailedRecord {
  size_t index;  // into the records of the attempt
  std::string code, message;
  bool retryable;
};

struct Attempt {
  std::vector<FailedRecord> failed;  // in order; empty: all delivered
  bool auth_failure = false;
};

// The part of a shard that a batch covers: after `after`, up to and including `last`.
struct Span {
  std::string source, after, last;
};

// Used by one thread.
class Destination {
 public:
  virtual ~Destination() = default;
  // Why the destination could never take this record; empty if it might. Depends on the record alone.
  virtual std::string unacceptable(const SourceRecord& record) const = 0;
  // One attempt with acceptable records of the span. Never throws for what the destination refuses.
  virtual Attempt deliver(const Span& span, std::span<const SourceRecord> records) = 0;

  // A destination that stores documents and position together makes delivery exactly-once across a crash.
  struct Remembered {
    Span span;
    std::vector<size_t> refused;  // among the acceptable records of that span, those that it did not take
  };
  virtual std::optional<Remembered> remembered(const std::string& source) = 0;
};

std::unique_ptr<Destination> collection_destination(const Surroundings& surroundings, opensearch::DataPlane& data_plane,
                                                    const Configuration& stream);
std::unique_ptr<Destination> s3_destination(const Surroundings& surroundings, const Configuration& stream);

// Puts records into the bucket as they are (compressed if so configured). Throws aws::Error if S3 refuses.
void put_records(const Surroundings& surroundings, const Configuration& stream, const std::string& key,
                 const std::string& content);
std::string concatenated(std::span<const SourceRecord> records);

}  // namespace standpipe::firehose
