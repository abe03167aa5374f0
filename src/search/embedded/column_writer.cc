#include "search/embedded/column_writer.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "search/embedded/bytes_io.h"
#include "search/embedded/segment.h"

namespace standpipe::search {
namespace {

void pack_values(std::string& out, const std::vector<int64_t>& values, int64_t min, uint64_t divisor, int bits) {
  if (bits == 64) {
    for (const int64_t value : values) put_number(out, static_cast<uint64_t>(value) - static_cast<uint64_t>(min));
  } else if (bits > 0) {
    uint64_t pending = 0;
    int filled = 0;
    for (const int64_t value : values) {
      const uint64_t packed = (static_cast<uint64_t>(value) - static_cast<uint64_t>(min)) / divisor;
      pending |= packed << filled;
      filled += bits;
      // At most 56 bits arrive with fewer than 8 pending, so nothing is shifted out.
      for (; filled >= 8; filled -= 8, pending >>= 8) out += static_cast<char>(pending);
    }
    if (filled > 0) out += static_cast<char>(pending);
  }
  out.append(8, '\0');
}

}  // namespace

void ColumnWriter::add(std::span<const int64_t> values) {
  counts_.push_back(static_cast<uint32_t>(values.size()));
  values_.insert(values_.end(), values.begin(), values.end());
  if (counts_.size() == kBlockDocs) pack_block();
}

void ColumnWriter::finish() {
  if (!counts_.empty()) pack_block();
}

void ColumnWriter::pack_block() {
  const uint32_t most = *std::max_element(counts_.begin(), counts_.end());
  const uint32_t fewest = *std::min_element(counts_.begin(), counts_.end());
  const BlockKind kind = most == 0     ? BlockKind::empty
                         : most > 1    ? BlockKind::several
                         : fewest == 1 ? BlockKind::each_one
                                       : BlockKind::optional;
  int64_t min = 0, max = 0;
  uint64_t divisor = 1;
  int bits = 0;
  const uint64_t offset = data.size();
  if (kind != BlockKind::empty) {
    const auto [low, high] = std::minmax_element(values_.begin(), values_.end());
    min = *low;
    max = *high;
    uint64_t common = 0;
    for (const int64_t value : values_) {
      common = std::gcd(common, static_cast<uint64_t>(value) - static_cast<uint64_t>(min));
      if (common == 1) break;
    }
    divisor = std::max<uint64_t>(common, 1);
    bits = std::bit_width((static_cast<uint64_t>(max) - static_cast<uint64_t>(min)) / divisor);
    if (bits > 56) bits = 64, divisor = 1;
    if (kind == BlockKind::optional) {
      std::string bitmap((counts_.size() + 7) / 8, '\0');
      for (size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] != 0) bitmap[i / 8] = static_cast<char>(bitmap[i / 8] | 1 << (i % 8));
      }
      data += bitmap;
    } else if (kind == BlockKind::several) {
      for (const uint32_t count : counts_) put_varint(data, count);
    }
    pack_values(data, values_, min, divisor, bits);
  }
  put_number(zones, min);
  put_number(zones, max);
  put_number(zones, divisor);
  put_number(zones, offset);
  put_number(zones, static_cast<uint32_t>(values_.size()));
  put_number(zones, static_cast<uint8_t>(bits));
  put_number(zones, static_cast<uint8_t>(kind));
  counts_.clear();
  values_.clear();
}

}  // namespace standpipe::search
