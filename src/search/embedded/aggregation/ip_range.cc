// ip_range: a bucket per given range of addresses.
#include <algorithm>

#include "search/embedded/aggregation/collector.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

constexpr size_t kAddressBytes = 16;

class IpRangeCollector final : public BucketCollector {
 public:
  IpRangeCollector(const IpRangeAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), node_(node), reader_(node.field) {
    for (const auto& given : node.ranges) ranges_.push_back(read(given));
    std::stable_sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) {
      return a.from != b.from ? a.from < b.from : a.to < b.to;
    });
  }

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    reader_.open(context);
    if (reader_.known() != nullptr && reader_.known()->type != &ip_type()) {
      throw illegal_argument("Field [" + node_.field + "] of type [" + std::string(reader_.known()->type->name) +
                             "] is not supported for aggregation [ip_range]");
    }
    const size_t terms = reader_.terms() == nullptr ? 0 : reader_.terms()->count();
    addresses_.assign(terms, {});
  }

  void collect(const Rows& rows) override {
    begin(rows);
    reader_.load(rows.block);
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      const auto values = reader_.values(rows.docs[i]);
      for (uint32_t r = 0; r < ranges_.size(); ++r) {
        const bool inside = std::any_of(values.begin(), values.end(), [&](int64_t ordinal) {
          const std::string& address = address_of(static_cast<uint32_t>(ordinal));
          return address >= ranges_[r].from && (ranges_[r].to.empty() || address < ranges_[r].to);
        });
        if (inside) count(rows.docs[i], bucket_of(rows.buckets[i], r));
      }
    }
    pass_on();
  }

  std::string_view type() const override { return "ip_range"; }

  json::Value result(uint32_t parent) override {
    scope_.answer(ranges_.size());
    json::Array list;
    json::Object keyed;
    for (uint32_t r = 0; r < ranges_.size(); ++r) {
      json::Object bucket;
      if (!node_.keyed) bucket.append("key", ranges_[r].key);
      if (!ranges_[r].from.empty()) bucket.append("from", print_ip(ranges_[r].from));
      if (!ranges_[r].to.empty()) bucket.append("to", print_ip(ranges_[r].to));
      print_into(bucket, bucket_of(parent, r));
      if (node_.keyed)
        keyed.append(ranges_[r].key, std::move(bucket));
      else
        list.push_back(std::move(bucket));
    }
    return json::Object{{"buckets", node_.keyed ? json::Value(std::move(keyed)) : json::Value(std::move(list))}};
  }

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
  uint32_t bucket_of(uint32_t parent, uint32_t range) {
    if (parent == UINT32_MAX) return UINT32_MAX;  // a bucket that was made to fill a gap
    const uint64_t bucket = uint64_t{parent} * ranges_.size() + range;
    if (bucket >= kCollectedMax) scope_.collect(kCollectedMax + 1);
    return static_cast<uint32_t>(bucket);
  }
  const std::string& address_of(uint32_t ordinal) {
    std::string& bytes = addresses_[ordinal];
    if (bytes.empty()) reader_.terms()->read(ordinal, bytes);
    return bytes;
  }

  const IpRangeAggregation& node_;
  FieldReader reader_;
  std::vector<Range> ranges_;
  std::vector<std::string> addresses_;  // by ordinal of the segment
};

}  // namespace

std::unique_ptr<Collector> collect_ip_range(const IpRangeAggregation& node, const Aggregation& aggregation,
                                            AggregationScope& scope) {
  return std::make_unique<IpRangeCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
