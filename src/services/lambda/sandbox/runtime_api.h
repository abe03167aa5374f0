// The Runtime API of one sandbox: hands invocations to the runtime inside and takes its answers. One invocation at a
// time; what names another request id is refused. Thread-safe; all waits end when the process has ended.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "net/http.h"

namespace standpipe::sandbox {

struct Invocation {
  std::string request_id;
  std::string payload;  // JSON
  std::string function_arn;
  std::string trace_id;
  std::string client_context;  // JSON, may be empty
  Timestamp ends{};
};

// The runtime's own word.
struct Answer {
  bool is_error = false;
  std::string body;
  std::string error_type;  // of the header; may be empty
};

class RuntimeApi {
 public:
  static constexpr size_t kPayloadBytesMax = 6'291'556;  // 6 MiB and what AWS allows on top

  net::Response serve(net::Request& request);

  // True once the runtime asks for work; false: time passed, it ended, or it reported an initialisation error.
  bool wait_until_idle(Deadline deadline);
  std::optional<Answer> init_error() const;
  void give(Invocation invocation);
  // The answer to what was given; nullopt: time passed or the process ended.
  std::optional<Answer> wait_for_answer(Deadline deadline);
  void end();  // the process has ended
  bool ended() const;

 private:
  net::Response next();
  net::Response answer(const std::string& request_id, bool is_error, net::Request& request);
  net::Response initialisation_failed(net::Request& request);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  int waiting_ = 0;                  // calls of `next` that are blocked
  std::optional<Invocation> given_;  // not fetched yet
  std::string current_;              // request id that may be answered
  std::optional<Answer> answer_, init_error_;
};

}  // namespace standpipe::sandbox
