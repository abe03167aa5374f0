// How long an operation took, for the Latency metrics.
#pragma once

#include <chrono>

namespace standpipe::kinesis {

class Stopwatch {
 public:
  double milliseconds() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace standpipe::kinesis
