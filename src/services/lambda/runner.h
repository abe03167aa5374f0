// Runs one invocation of a function from start to end: sandbox, credentials, time limit, log lines, metrics, and what
// the caller gets to see. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "aws/access.h"
#include "aws/caller.h"
#include "base/metrics.h"
#include "services/lambda/code_cache.h"
#include "services/lambda/environments.h"
#include "services/lambda/stored.h"

namespace standpipe::lambda {

struct Call {
  std::string request_id;
  std::string payload;  // JSON
  std::string client_context;
};

struct Execution {
  enum class Kind { done, function_error, throttled, interrupted };  // the last: the server stops
  Kind kind = Kind::done;
  std::string payload;
  std::string log_tail;  // the last 4 KiB
};

class Runner {
 public:
  Runner(aws::Caller& caller, aws::Roles& roles, Clock& clock, MetricSink& metrics, sandbox::SandboxFactory& sandboxes,
         CodeCache& code, Environments& environments, const Settings& settings)
      : caller_(caller),
        roles_(roles),
        clock_(clock),
        metrics_(metrics),
        sandboxes_(sandboxes),
        code_(code),
        environments_(environments),
        settings_(settings) {}

  // Throws aws::Error if the function cannot be started at all (its role cannot be assumed, its runtime is not here).
  Execution run(const StoredFunction& function, Call call);

 private:
  class Report;
  std::unique_ptr<WarmEnvironment> start(const StoredFunction& function);
  std::vector<std::pair<std::string, std::string>> variables(const StoredFunction& function,
                                                             const aws::Principal& session,
                                                             const std::string& log_stream) const;
  sandbox::Ending invoke(const StoredFunction& function, WarmEnvironment& environment, Call call, Report& report);
  void measure(const StoredFunction& function, std::string_view name, std::string_view unit, double value);

  aws::Caller& caller_;
  aws::Roles& roles_;
  Clock& clock_;
  MetricSink& metrics_;
  sandbox::SandboxFactory& sandboxes_;
  CodeCache& code_;
  Environments& environments_;
  const Settings& settings_;
};

}  // namespace standpipe::lambda
