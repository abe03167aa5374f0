// How custom resources answer: a PUT to a URL that looks like a presigned one of S3 and is signed with a key of our
// own. Questions and answers are durable; an answer that arrived before a restart is found after it. Thread-safe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "aws/service.h"
#include "base/clock.h"
#include "metadata/metadata.h"
#include "services/cloudformation/engine/state.h"

namespace standpipe::cloudformation {

class Answers final : public aws::RawService {
 public:
  Answers(Metadata& metadata, Clock& clock);

  // Opens a question (again, if it is open) and makes the URL that takes its answer, once.
  std::string open(const StackState& stack, const std::string& resource, const std::string& request);
  // The body that was put there; nullopt: none came before the deadline, or the wait was stopped.
  std::optional<std::string> wait(const std::string& request, Deadline deadline, std::stop_token stop);
  void close(const std::string& request);

  bool serves(const net::Request& http) const override;
  std::string_view signing_name() const override { return {}; }
  net::Response refuse(const aws::Request& request, const aws::Error& error) override;
  net::Response serve(const aws::Request& request, net::Request& http) override;

 private:
  std::string signature(const std::string& path, const std::string& date) const;
  std::optional<std::string> answer(const std::string& request);

  Metadata& metadata_;
  Clock& clock_;
  std::string secret_;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  uint64_t arrivals_ = 0;  // guarded by mutex_
};

}  // namespace standpipe::cloudformation
