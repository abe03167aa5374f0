// ip_range: a bucket per given range of addresses.
#include <algorithm>

#include "search/embedded/aggregation/intervals.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

constexpr size_t kAddressBytes = 16;

class IpRangeCollector final : public IntervalsCollector {
 public:
  IpRangeCollector(const IpRangeAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : IntervalsCollector(node.field, node.keyed, aggregation, scope) {
    for (const auto& given : node.ranges) ranges_.push_back(read(given));
    std::stable_sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) {
      return a.from != b.from ? a.from < b.from : a.to < b.to;
    });
  }

  void open(const QueryContext& context, const DocSet& live) override {
    IntervalsCollector::open(context, live);
    if (const FieldSpec* field = reader_.known(); field != nullptr && field->type != &ip_type()) {
      throw illegal_argument("Field [" + field->path + "] of type [" + std::string(field->type->name) +
                             "] is not supported for aggregation [ip_range]");
    }
    const size_t terms = reader_.terms() == nullptr ? 0 : reader_.terms()->count();
    addresses_.assign(terms, {});
  }

  std::string_view type() const override { return "ip_range"; }

 private:
  struct Range {
    std::string key, from, to;  // bytes; empty: open. `to` is not in the range
  };

  static std::string address(const std::string& text) {
    auto bytes = parse_ip(text);
    if (!bytes) throw illegal_argument("'" + text + "' is not an IP string literal.");
    return *std::move(bytes);
  }
  static Range read(const IpRangeAggregation::Range& given) {
    Range out{given.key, {}, {}};
    if (!given.mask.empty()) {
      const auto network = parse_cidr(given.mask);
      if (!network) throw illegal_argument("'" + given.mask + "' is not an IP string literal.");
      out.from = network->from;
      out.to = network->to;
      size_t i = kAddressBytes;  // one more than the last address
      while (i > 0 && static_cast<uint8_t>(out.to[i - 1]) == 0xFF) out.to[--i] = '\0';
      if (i > 0) out.to[i - 1] = static_cast<char>(static_cast<uint8_t>(out.to[i - 1]) + 1);
      else out.to.clear();
      if (out.key.empty()) out.key = given.mask;
      return out;
    }
    if (!given.from.empty()) out.from = address(given.from);
    if (!given.to.empty()) out.to = address(given.to);
    if (out.key.empty())
      out.key = (given.from.empty() ? "*" : print_ip(out.from)) + "-" + (given.to.empty() ? "*" : print_ip(out.to));
    return out;
  }
  size_t intervals() const override { return ranges_.size(); }
  bool contains(size_t interval, int64_t ordinal) override {
    const std::string& address = address_of(static_cast<uint32_t>(ordinal));
    const Range& range = ranges_[interval];
    return address >= range.from && (range.to.empty() || address < range.to);
  }
  const std::string& key(size_t interval) const override { return ranges_[interval].key; }
  void print_bounds(json::Object& bucket, size_t interval) const override {
    if (!ranges_[interval].from.empty()) bucket.append("from", print_ip(ranges_[interval].from));
    if (!ranges_[interval].to.empty()) bucket.append("to", print_ip(ranges_[interval].to));
  }
  const std::string& address_of(uint32_t ordinal) {
    std::string& bytes = addresses_[ordinal];
    if (bytes.empty()) reader_.terms()->read(ordinal, bytes);
    return bytes;
  }

  std::vector<Range> ranges_;
  std::vector<std::string> addresses_;  // by ordinal of the segment
};

}  // namespace

std::unique_ptr<Collector> collect_ip_range(const IpRangeAggregation& node, const Aggregation& aggregation,
                                            AggregationScope& scope) {
  return std::make_unique<IpRangeCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
