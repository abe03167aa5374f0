// Asynchronous invocations: accepted means on disk; delivered at least once, and again after one and two minutes if the
// function fails, or later and later while it is throttled. Thread-safe.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/workers.h"
#include "metadata/metadata.h"
#include "services/lambda/names.h"
#include "services/lambda/runner.h"
#include "services/lambda/settings.h"

namespace standpipe::lambda {

struct Event {
  FunctionName function;
  std::string request_id, payload, client_context;
  Timestamp accepted{}, due{};
  int failures = 0;  // of the function
  int throttles = 0;
};

class EventQueue {
 public:
  // Runs the event's function; throws aws::Error if that is not possible.
  using Run = std::function<Execution(const FunctionName&, Call)>;

  EventQueue(Metadata& metadata, Clock& clock, MetricSink& metrics, Workers& workers, const Settings& settings,
             Run run);
  ~EventQueue();

  void start();
  // Durable when it returns. False if too many wait.
  bool add(Event event);
  void clear();
  void deliver_due();  // all that is due, on this thread; for tests

 private:
  void loop(std::stop_token stop);
  void load();
  void deliver(const std::string& key);
  void keep(const std::string& key, const Event& event);
  void forget(const std::string& key);

  Metadata& metadata_;
  Clock& clock_;
  MetricSink& metrics_;
  Workers& workers_;
  const Settings& settings_;
  const Run run_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Timestamp> due_;  // by key; those in delivery are not here
  size_t delivering_ = 0;
  Background thread_;
};

}  // namespace standpipe::lambda
