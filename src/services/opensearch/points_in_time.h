// Points in time: snapshots of indices that searches page through while writing goes on. In memory only: a restart
// ends them, as their keep-alive would. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "search/search.h"

namespace standpipe::opensearch {

class PointsInTime {
 public:
  struct Point {
    std::string id, collection;
    std::vector<std::string> indices;
    std::shared_ptr<const search::Snapshot> snapshot;
    int64_t created_ms = 0, keep_alive_ms = 0, expires_ms = 0;
  };

  // Throws rejected_execution_exception when a collection has too many.
  std::string open(Point point, int64_t now_ms);
  // Longer, if the search asks for it; nullopt: there is none.
  std::optional<Point> find(const std::string& collection, const std::string& id, int64_t now_ms,
                            int64_t keep_alive_ms);
  bool close(const std::string& collection, const std::string& id);
  std::vector<Point> list(const std::string& collection, int64_t now_ms);

 private:
  void forget_expired(int64_t now_ms);
  std::mutex mutex_;
  std::map<std::string, Point> points_;  // by id
};

}  // namespace standpipe::opensearch
