// Packs a column block by block (FORMAT.md). Documents are added in order, each with its rising values.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace standpipe::search {

class ColumnWriter {
 public:
  void add(std::span<const int64_t> values);
  void finish();
  std::string zones, data;  // complete after finish()

 private:
  void pack_block();
  std::vector<uint32_t> counts_;
  std::vector<int64_t> values_;
};

enum class BlockKind : uint8_t { empty, each_one, optional, several };
inline constexpr size_t kZoneBytes = 38;

}  // namespace standpipe::search
