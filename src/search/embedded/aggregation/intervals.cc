#include "search/embedded/aggregation/intervals.h"

#include <algorithm>

namespace standpipe::search {

void IntervalsCollector::open(const QueryContext& context, const DocSet& live) {
  BucketCollector::open(context, live);
  reader_.open(context);
}

void IntervalsCollector::collect(const Rows& rows) {
  begin(rows);
  reader_.load(rows.block);
  for (size_t i = 0; i < rows.docs.size(); ++i) {
    const auto values = reader_.values(rows.docs[i]);
    for (size_t interval = 0; interval < intervals(); ++interval) {
      if (std::any_of(values.begin(), values.end(), [&](int64_t stored) { return contains(interval, stored); }))
        count(rows.docs[i], scope_.bucket_of(rows.buckets[i], interval, intervals()));
    }
  }
  pass_on();
}

json::Value IntervalsCollector::result(uint32_t parent) {
  scope_.answer(intervals());
  json::Array list;
  json::Object keyed;
  for (size_t interval = 0; interval < intervals(); ++interval) {
    json::Object bucket;
    if (!keyed_) bucket.append("key", key(interval));
    print_bounds(bucket, interval);
    print_into(bucket, scope_.bucket_of(parent, interval, intervals()));
    if (keyed_)
      keyed.append(key(interval), std::move(bucket));
    else
      list.push_back(std::move(bucket));
  }
  return json::Object{{"buckets", keyed_ ? json::Value(std::move(keyed)) : json::Value(std::move(list))}};
}

}  // namespace standpipe::search
