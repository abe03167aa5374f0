#include "services/opensearch/points_in_time.h"

#include <chrono>

#include "base/random.h"
#include "search/dsl/aggregation.h"
#include "search/dsl/options.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

constexpr size_t kPointsMax = 300;                       // of a collection
constexpr int64_t kKeepAliveMaxMs = 24 * 3'600'000;      // point_in_time.max_keep_alive
constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

void PointsInTime::forget_expired(int64_t now_ms) {
  std::erase_if(points_, [&](const auto& entry) { return entry.second.expires_ms < now_ms; });
}

std::string PointsInTime::open(Point point, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  forget_expired(now_ms);
  size_t open = 0;
  for (const auto& [id, other] : points_) open += other.collection == point.collection;
  if (open >= kPointsMax) {
    throw search::Error("rejected_execution_exception", 429,
                        "Trying to create too many Point In Time contexts. Must be less than or equal to: [" +
                            std::to_string(kPointsMax) + "]");
  }
  point.id = random_text(64, kIdAlphabet);
  point.created_ms = now_ms;
  point.expires_ms = now_ms + point.keep_alive_ms;
  return points_.emplace(point.id, point).first->first;
}

std::optional<PointsInTime::Point> PointsInTime::find(const std::string& collection, const std::string& id,
                                                      int64_t now_ms, int64_t keep_alive_ms) {
  const std::lock_guard lock(mutex_);
  forget_expired(now_ms);
  const auto found = points_.find(id);
  if (found == points_.end() || found->second.collection != collection) return std::nullopt;
  found->second.expires_ms = std::max(found->second.expires_ms, now_ms + keep_alive_ms);
  return found->second;
}

bool PointsInTime::close(const std::string& collection, const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = points_.find(id);
  if (found == points_.end() || found->second.collection != collection) return false;
  points_.erase(found);
  return true;
}

std::vector<PointsInTime::Point> PointsInTime::list(const std::string& collection, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  forget_expired(now_ms);
  std::vector<Point> out;
  for (const auto& [id, point] : points_) {
    if (point.collection == collection) out.push_back(point);
  }
  return out;
}

int64_t keep_alive(const std::string& text) {
  const int64_t ms = search::dsl::interval_ms(text, "keep_alive");
  if (ms < 0 || ms > kKeepAliveMaxMs)
    throw search::illegal_argument("Keep alive for request (" + text + ") is too large. It must be less than (1d).");
  return ms;
}

int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

net::Response open_point_in_time(Call& call) {
  call.allow_parameters({"keep_alive", "preference", "routing", "expand_wildcards", "allow_partial_pit_creation"});
  const std::string* text = call.parameter("keep_alive");
  if (text == nullptr)
    throw search::Error("action_request_validation_exception", 400, "Validation Failed: 1: keep alive not specified;");
  PointsInTime::Point point;
  point.collection = call.collection.id;
  point.keep_alive_ms = keep_alive(*text);
  point.indices = call.resolve(call.part("index"), "aoss:ReadDocument");
  point.snapshot = call.engine.snapshot(call.names(point.indices));
  const std::string id = call.points.open(std::move(point), now_ms());
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return answer(200,
                json::Object{{"pit_id", id},
                             {"_shards", shards()},
                             {"creation_time", std::chrono::duration_cast<std::chrono::milliseconds>(wall).count()}});
}

net::Response close_points_in_time(Call& call) {
  call.allow_parameters({});
  const json::Value body = call.json_body();
  search::dsl::Options options("delete_pit_request", body);
  const std::vector<std::string> ids = options.texts("pit_id");
  options.finish("request");
  if (ids.empty())
    throw search::Error("action_request_validation_exception", 400, "Validation Failed: 1: no pit ids specified;");
  json::Array closed;
  for (const std::string& id : ids) {
    if (const auto point = call.points.find(call.collection.id, id, now_ms(), 0)) {
      for (const std::string& index : point->indices) call.require("aoss:ReadDocument", index);
    }
  }
  for (const std::string& id : ids)
    closed.push_back(json::Object{{"successful", call.points.close(call.collection.id, id)}, {"pit_id", id}});
  return answer(200, json::Object{{"pits", std::move(closed)}});
}

net::Response close_all_points_in_time(Call& call) {
  call.allow_parameters({});
  json::Array closed;
  for (const PointsInTime::Point& point : call.points.list(call.collection.id, now_ms())) {
    for (const std::string& index : point.indices) call.require("aoss:ReadDocument", index);
    closed.push_back(
        json::Object{{"successful", call.points.close(call.collection.id, point.id)}, {"pit_id", point.id}});
  }
  return answer(200, json::Object{{"pits", std::move(closed)}});
}

net::Response list_points_in_time(Call& call) {
  call.allow_parameters({});
  json::Array found;
  for (const PointsInTime::Point& point : call.points.list(call.collection.id, now_ms())) {
    const bool visible = std::all_of(point.indices.begin(), point.indices.end(), [&](const std::string& index) {
      return call.may("aoss:ReadDocument", index);
    });
    if (visible) found.push_back(json::Object{{"pit_id", point.id}, {"keep_alive", json::Value(point.keep_alive_ms)}});
  }
  return answer(200, json::Object{{"pits", std::move(found)}});
}

}  // namespace standpipe::opensearch
