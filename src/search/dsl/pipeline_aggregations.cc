// Aggregations of aggregations: derivative, cumulative_sum, moving_fn, serial_diff, bucket_*, *_bucket.
#include <algorithm>

#include "base/bytes.h"
#include "search/dsl/aggregation.h"
#include "search/dsl/expression.h"

namespace standpipe::search::dsl {
namespace {

using Kind = PipelineAggregation::Kind;

void take_paths(Options& options, PipelineAggregation& out) {
  const json::Value* paths = options.take("buckets_path");
  if (paths == nullptr) return;
  if (paths->is_object()) {
    for (const auto& [name, path] : paths->object()) out.paths.emplace_back(name, as_text(path).value_or(""));
  } else {
    for (std::string& path : options.texts("buckets_path")) out.paths.emplace_back("_value0", std::move(path));
  }
  for (const auto& [name, path] : out.paths) {
    if (path.empty()) throw parsing_exception("[" + options.clause() + "] failed to parse field [buckets_path]");
  }
}

void take_script(Options& options, PipelineAggregation& out) {
  const json::Value* script = options.take("script");
  if (script == nullptr) throw parsing_exception("Required one of fields [script], but none were specified. ");
  if (script->is_object()) {
    if (const json::Value* inner = script->find("params"); inner != nullptr && !inner->object().empty())
      throw illegal_argument("[params] of a pipeline's script are not supported");
    out.script = script->text("source", script->text("inline"));
  } else {
    out.script = as_text(*script).value_or("");
  }
}

// "MovingFunctions.ewma(values, 0.3)" → ewma and its number.
void read_moving_function(PipelineAggregation& out) {
  static constexpr std::string_view kFunctions[] = {"max",           "min",               "sum", "stdDev",
                                                    "unweightedAvg", "linearWeightedAvg", "ewma"};
  std::string_view text = trim(out.script);
  if (text.ends_with(';')) text.remove_suffix(1);
  if (text.starts_with("return ")) text = trim(text.substr(7));
  const size_t open = text.find('(');
  if (!text.starts_with("MovingFunctions.") || open == std::string_view::npos) {
    throw illegal_argument("script [" + out.script.substr(0, 200) +
                           "] is not supported: only a call of one of MovingFunctions is");
  }
  const std::string function(text.substr(16, open - 16));
  if (std::find(std::begin(kFunctions), std::end(kFunctions), function) == std::end(kFunctions))
    throw illegal_argument("MovingFunctions." + function + " is not supported");
  const std::vector<std::string> arguments = split(text.substr(open + 1, text.rfind(')') - open - 1), ',');
  if (function == "ewma") {
    const auto alpha = arguments.size() == 2 ? parse_double(trim(arguments[1])) : std::nullopt;
    if (!alpha) throw illegal_argument("MovingFunctions.ewma wants (values, alpha)");
    out.alpha = *alpha;
  }
  out.script = function;
}

void take_sort(Options& options, PipelineAggregation& out) {
  const auto add = [&](const json::Value& item) {
    if (item.is_string()) {
      out.sort.push_back({item.string(), false});
      return;
    }
    if (!item.is_object()) throw parsing_exception("[bucket_sort] failed to parse field [sort]");
    for (const auto& [path, order] : item.object()) {
      const std::string word = order.is_object() ? order.text("order", "asc") : as_text(order).value_or("asc");
      out.sort.push_back({path, to_lower(word) == "desc"});
    }
  };
  if (const json::Value* sort = options.take("sort")) {
    if (sort->is_array()) {
      for (const json::Value& item : sort->array()) add(item);
    } else {
      add(*sort);
    }
  }
  out.from = static_cast<uint32_t>(options.integer("from", 0, 0, INT32_MAX));
  if (options.take("size") != nullptr) out.size = static_cast<uint32_t>(options.integer("size", 10, 1, INT32_MAX));
  if (out.sort.empty() && out.from == 0 && !out.size)
    throw illegal_argument(
        "[" + options.clause() +
        "] is configured to perform nothing. Please set either of [sort, size, from] to use bucket_sort");
}

void take_own(Options& options, PipelineAggregation& out) {
  switch (out.kind) {
    case Kind::derivative:
      if (const std::string unit = options.text("unit"); !unit.empty()) out.unit_ms = interval_ms(unit, "unit");
      break;
    case Kind::moving_fn:
      out.window = options.integer("window", 0, 1, 100'000);
      out.shift = options.integer("shift", 0, -100'000, 100'000);
      take_script(options, out);
      read_moving_function(out);
      break;
    case Kind::serial_diff: out.lag = options.integer("lag", 1, 1, INT32_MAX); break;
    case Kind::bucket_script:
    case Kind::bucket_selector:
      take_script(options, out);
      Expression(out.script).evaluate([&](const std::string& name) {
        const bool known =
            std::any_of(out.paths.begin(), out.paths.end(), [&](const auto& path) { return path.first == name; });
        if (!known) throw illegal_argument("script parameter [" + name + "] is not among [buckets_path]");
        return 1.0;
      });
      break;
    case Kind::bucket_sort: take_sort(options, out); break;
    case Kind::extended_stats_bucket: out.sigma = options.number("sigma", 2); break;
    case Kind::percentiles_bucket:
      out.percents = {1, 5, 25, 50, 75, 95, 99};
      if (const json::Value* percents = options.take("percents")) {
        out.percents.clear();
        if (!percents->is_array() || percents->array().size() > 1000)
          throw parsing_exception("[percents] must be an array of numbers");
        for (const json::Value& percent : percents->array()) out.percents.push_back(as_number(percent).value_or(-1));
      }
      options.boolean("keyed", true);
      for (const double percent : out.percents) {
        if (!(percent >= 0 && percent <= 100))
          throw illegal_argument("percents must only contain non-null doubles from 0.0-100.0 inclusive");
      }
      break;
    default: break;
  }
}

}  // namespace

AggregationNode parse_pipeline(PipelineAggregation::Kind kind, const std::string& name, const json::Value& body) {
  Options options(name, body);
  PipelineAggregation out{.kind = kind};
  take_paths(options, out);
  const std::string gaps = options.text("gap_policy", "skip");
  if (gaps != "skip" && gaps != "insert_zeros" && gaps != "keep_values")
    throw illegal_argument("Invalid gap policy: [" + gaps + "], accepted values: [insert_zeros, skip, keep_values]");
  out.insert_zeros = gaps == "insert_zeros";
  options.text("format");
  take_own(options, out);
  options.finish("aggregation");
  if (out.paths.empty() && kind != Kind::bucket_sort)
    throw parsing_exception("Missing required field [buckets_path] for aggregation [" + name + "]");
  return out;
}

}  // namespace standpipe::search::dsl
