// Records that the Kinesis Producer Library packed into one. https://github.com/awslabs/amazon-kinesis-producer
//
//   F3 89 9A C2 | protobuf AggregatedRecord | MD5 of the protobuf
//   AggregatedRecord: repeated string partition keys = 1; repeated string explicit hash keys = 2; repeated Record = 3
//   Record: uint64 partition key index = 1; uint64 explicit hash key index = 2; bytes data = 3; repeated Tag = 4
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace standpipe {

struct PackedRecord {
  std::string_view partition_key, data;
  bool operator==(const PackedRecord&) const = default;
};

// The packed records, views into `record`; nullopt if it is a record like any other: without the mark, with another
// sum, or not readable.
std::optional<std::vector<PackedRecord>> deaggregate(std::string_view record);

}  // namespace standpipe
