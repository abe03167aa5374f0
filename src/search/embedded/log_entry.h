// One batch in an index's log (FORMAT.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace standpipe::search {

struct LoggedOperation {
  enum class Kind : uint8_t { document = 1, removal = 2, mapping = 3, settings = 4 };
  Kind kind = Kind::document;
  std::string_view id;
  int64_t version = 1, seq_no = 0;
  std::string_view source;
};

struct LoggedBatch {
  std::vector<std::pair<std::string_view, std::string_view>> checkpoints;  // source, position
  std::vector<LoggedOperation> operations;
};

void encode_batch(const LoggedBatch& batch, std::string& into);
LoggedBatch decode_batch(std::string_view bytes);  // refers to `bytes`; throws CorruptData

}  // namespace standpipe::search
