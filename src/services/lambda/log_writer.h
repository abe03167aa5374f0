// Sends a sandbox's lines to CloudWatch Logs as the function's role: what its policies do not allow is not written, and
// the function runs all the same. One per sandbox; used by one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "aws/caller.h"
#include "services/lambda/sandbox/output_lines.h"

namespace standpipe::lambda {

class LogWriter {
 public:
  LogWriter(aws::Calls role, std::string group, std::string stream)
      : role_(std::move(role)), group_(std::move(group)), stream_(std::move(stream)) {}

  void write(const std::vector<sandbox::OutputLine>& lines);  // in the order of their times; does not throw

 private:
  bool prepare();  // group and stream exist, as far as the role may make them
  void put(std::vector<sandbox::OutputLine>::const_iterator begin,
           std::vector<sandbox::OutputLine>::const_iterator end);

  aws::Calls role_;
  std::string group_, stream_;
  bool prepared_ = false, refused_ = false;
};

}  // namespace standpipe::lambda
