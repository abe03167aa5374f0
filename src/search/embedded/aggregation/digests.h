// A t-digest per bucket of a numeric field: what percentiles and median_absolute_deviation have in common.
#pragma once

#include "search/embedded/aggregation/collector.h"
#include "search/embedded/aggregation/tdigest.h"

namespace standpipe::search {

class DigestCollector : public Collector {
 public:
  DigestCollector(const std::string& field, const std::optional<json::Value>& missing, double compression,
                  AggregationScope& scope)
      : reader_(field, missing), scope_(scope), digests_(scope, TDigest(compression)) {}
  // `name` of the aggregation, for the refusal of fields that are not numbers.
  void open(const QueryContext& context, const DocSet& live) override;
  void collect(const Rows& rows) override;

 protected:
  virtual std::string_view name() const = 0;
  TDigest* digest(uint32_t bucket) { return digests_.find(bucket); }  // null: no value
  FieldReader reader_;

 private:
  AggregationScope& scope_;
  PerBucket<TDigest> digests_;
};

}  // namespace standpipe::search
