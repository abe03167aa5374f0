// Buckets of given intervals, which may overlap: what range, date_range and ip_range have in common.
#pragma once

#include "search/embedded/aggregation/collector.h"

namespace standpipe::search {

class IntervalsCollector : public BucketCollector {
 public:
  IntervalsCollector(const std::string& field, bool keyed, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), reader_(field), keyed_(keyed) {}
  void open(const QueryContext& context, const DocSet& live) override;
  void collect(const Rows& rows) override;
  json::Value result(uint32_t parent) override;

 protected:
  virtual size_t intervals() const = 0;
  virtual bool contains(size_t interval, int64_t stored) = 0;
  virtual const std::string& key(size_t interval) const = 0;
  virtual void print_bounds(json::Object& bucket, size_t interval) const = 0;
  FieldReader reader_;

 private:
  const bool keyed_;
};

}  // namespace standpipe::search
