#include "services/lambda/sandbox/runtime_api.h"

#include "base/bytes.h"
#include "base/json.h"

namespace standpipe::sandbox {
namespace {

constexpr std::string_view kPrefix = "/2018-06-01/runtime/";

net::Response failure(int status, std::string type, std::string message) {
  return net::Response::json(
      status, json::print(json::Object{{"errorMessage", std::move(message)}, {"errorType", std::move(type)}}));
}

net::Response accepted() { return net::Response::json(202, R"({"status":"OK"})"); }

}  // namespace

net::Response RuntimeApi::serve(net::Request& request) {
  std::string_view path = request.path();
  if (!path.starts_with(kPrefix)) return failure(404, "NotFound", "There is no " + std::string(path));
  path.remove_prefix(kPrefix.size());
  if (path == "invocation/next" && request.method == "GET") return next();
  if (path == "init/error" && request.method == "POST") return initialisation_failed(request);
  const auto parts = split(path, '/');
  if (parts.size() == 3 && parts[0] == "invocation" && request.method == "POST" &&
      (parts[2] == "response" || parts[2] == "error")) {
    return answer(parts[1], parts[2] == "error", request);
  }
  return failure(404, "NotFound", "There is no " + request.method + " " + std::string(path));
}

net::Response RuntimeApi::next() {
  std::unique_lock lock(mutex_);
  if (waiting_ > 0) return failure(400, "InvalidStateTransition", "Another call of next is waiting");
  if (!current_.empty() && !answer_) return failure(400, "InvalidStateTransition", "The invocation has no answer yet");
  ++waiting_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return given_ || ended_; });
  --waiting_;
  if (!given_) return failure(500, "Runtime.Ended", "The sandbox has ended");
  const Invocation invocation = *std::move(given_);
  given_.reset();
  lock.unlock();

  net::Response response = net::Response::json(200, invocation.payload);
  response.headers.add("Lambda-Runtime-Aws-Request-Id", invocation.request_id);
  response.headers.add("Lambda-Runtime-Deadline-Ms", std::to_string(epoch_ms(invocation.ends)));
  response.headers.add("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn);
  response.headers.add("Lambda-Runtime-Trace-Id", invocation.trace_id);
  if (!invocation.client_context.empty()) {
    response.headers.add("Lambda-Runtime-Client-Context", invocation.client_context);
  }
  return response;
}

net::Response RuntimeApi::answer(const std::string& request_id, bool is_error, net::Request& request) {
  const std::lock_guard lock(mutex_);
  if (request_id != current_) return failure(400, "InvalidRequestID", "Invalid request ID");
  if (answer_) return failure(400, "InvalidStateTransition", "The invocation has been answered");
  if (request.body.size() > kPayloadBytesMax) {
    const std::string message = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
    answer_ = Answer{
        true, json::print(json::Object{{"errorType", "Function.ResponseSizeTooLarge"}, {"errorMessage", message}}),
        "Function.ResponseSizeTooLarge"};
    changed_.notify_all();
    return failure(413, "RequestEntityTooLarge", message);
  }
  answer_ =
      Answer{is_error, std::string(request.body.view()), request.headers.get("Lambda-Runtime-Function-Error-Type")};
  changed_.notify_all();
  return accepted();
}

net::Response RuntimeApi::initialisation_failed(net::Request& request) {
  const std::lock_guard lock(mutex_);
  if (!current_.empty()) return failure(403, "InvalidStateTransition", "The runtime has been initialised");
  init_error_ = Answer{true, std::string(request.body.view().substr(0, kPayloadBytesMax)),
                       request.headers.get("Lambda-Runtime-Function-Error-Type")};
  changed_.notify_all();
  return accepted();
}

bool RuntimeApi::wait_until_idle(Deadline deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline.at(), [&] { return waiting_ > 0 || ended_ || init_error_; });
  return waiting_ > 0 && !ended_ && !init_error_;
}

std::optional<Answer> RuntimeApi::init_error() const {
  const std::lock_guard lock(mutex_);
  return init_error_;
}

void RuntimeApi::give(Invocation invocation) {
  const std::lock_guard lock(mutex_);
  current_ = invocation.request_id;
  answer_.reset();
  given_ = std::move(invocation);
  changed_.notify_all();
}

std::optional<Answer> RuntimeApi::wait_for_answer(Deadline deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline.at(), [&] { return answer_ || ended_; });
  return answer_;
}

void RuntimeApi::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

bool RuntimeApi::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

}  // namespace standpipe::sandbox
