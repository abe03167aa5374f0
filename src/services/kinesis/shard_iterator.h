// Shard iterators and page tokens: opaque to the client, sealed so that nobody can make one, and good for five minutes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "generated/kinesis.h"
#include "services/kinesis/stream.h"

namespace standpipe::kinesis {

inline constexpr Duration kTokenLife = std::chrono::minutes(5);

struct ShardIterator {
  StreamName stream;
  StreamId log;  // tells a stream from an earlier one of its name
  ShardNumber shard = 0;
  Position position = 0;
  Timestamp made{};
};

std::string seal_iterator(const std::string& key, const ShardIterator& iterator);
std::optional<ShardIterator> unseal_iterator(const std::string& key, std::string_view text);

// Where a list goes on.
struct ShardPage {
  StreamName stream;
  std::string after;   // shard id, or another name in a list of others
  Timestamp made{};
  std::optional<ShardFilter> filter = std::nullopt;  // of ListShards: told once, good for all pages
};

std::string seal_page(const std::string& key, const ShardPage& page);
std::optional<ShardPage> unseal_page(const std::string& key, std::string_view text);

}  // namespace standpipe::kinesis
