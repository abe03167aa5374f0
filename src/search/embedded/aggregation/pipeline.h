// Aggregations that are computed from other aggregations' answers, once those are complete.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "search/aggregation.h"

namespace standpipe::search {

// Adds to `results`, an answer of `aggregations`, what its pipeline aggregations say; buckets within are changed too.
// Names may have a type before them ("avg#price"). Throws search::Error for paths that lead nowhere.
void run_pipelines(const std::vector<Aggregation>& aggregations, json::Object& results, bool typed_keys);

// What a path ("sales", "stats.avg", "filter>price", "_count") says within a bucket; nullopt: a gap.
std::optional<double> bucket_value(const json::Object& bucket, const std::string& path);
// The answer with this name, whatever type may be before it.
const json::Value* find_result(const json::Object& results, std::string_view name);

// One answer of an aggregation beside others: the numbers of their buckets, put together.
json::Value sibling_result(const PipelineAggregation& node, const json::Object& results);

}  // namespace standpipe::search
