// Small durable facts: versioned documents under ordered keys. Services own their keys; every key begins with account
// and region ("000000000000/ap-northeast-1/kinesis/stream/orders"; region "-" for global services) and has parts that
// cannot contain '/' or are last. Values are JSON text by convention.
//
// Thread-safe. A transaction is atomic, isolated and durable when `transaction` returns; reads see committed data only.
// Errors: Conflict for a failed version expectation; std::system_error / std::runtime_error for the disk.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace standpipe {

struct Document {
  std::string key;
  std::string value;
  int64_t version = 0;  // 1 for a new document, one more with each put
};

struct Conflict : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Expectations of `put` and `remove`.
inline constexpr int64_t kAnyVersion = -1;
inline constexpr int64_t kAbsent = 0;

class MetadataTransaction {
 public:
  virtual ~MetadataTransaction() = default;
  virtual std::optional<Document> get(std::string_view key) = 0;
  // Keys that begin with `prefix`, in byte order, after `after` (exclusive, may be empty), at most `count_max`.
  virtual std::vector<Document> scan(std::string_view prefix, std::string_view after = {},
                                     size_t count_max = SIZE_MAX) = 0;
  virtual int64_t put(std::string_view key, std::string_view value, int64_t expected_version = kAnyVersion) = 0;
  virtual bool remove(std::string_view key, int64_t expected_version = kAnyVersion) = 0;
};

class Metadata {
 public:
  virtual ~Metadata() = default;
  // Writers are serialised; an exception from `body` rolls back and is passed on. `body` must not call Metadata.
  virtual void transaction(const std::function<void(MetadataTransaction&)>& body) = 0;

  // Single operations.
  virtual std::optional<Document> get(std::string_view key) = 0;
  virtual std::vector<Document> scan(std::string_view prefix, std::string_view after = {},
                                     size_t count_max = SIZE_MAX) = 0;
  int64_t put(std::string_view key, std::string_view value, int64_t expected_version = kAnyVersion);
  bool remove(std::string_view key, int64_t expected_version = kAnyVersion);
  virtual void clear() = 0;  // everything; for /_standpipe/reset
};

}  // namespace standpipe
