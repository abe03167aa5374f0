#include "services/lambda/runner.h"

#include <fmt/format.h>

#include <cmath>

#include "base/bytes.h"
#include "base/json.h"
#include "base/logging.h"
#include "base/random.h"
#include "generated/lambda.h"

namespace standpipe::lambda {
namespace {

using sandbox::Ending;
using sandbox::OutputLine;

constexpr size_t kTailBytes = 4096;
constexpr Duration kCredentialsLife = std::chrono::hours(12);
constexpr Duration kSandboxLife = std::chrono::hours(6);  // well within its credentials' life
constexpr std::string_view kService = "lambda.amazonaws.com";

std::string error_payload(const std::string& type, const std::string& message) {
  return json::print(json::Object{{"errorType", type}, {"errorMessage", message}});
}

std::string exit_message(const Ending& ending) {
  return ending.exit_reason.empty() ? "Runtime exited without providing a reason"
                                    : "Runtime exited with error: " + ending.exit_reason;
}

// What the caller gets for an ending that the runtime has not described itself.
std::string payload_of(const Ending& ending, const std::string& request_id, int timeout_s) {
  const std::string prefix = "RequestId: " + request_id + " Error: ";
  if (ending.kind == Ending::Kind::timeout) {
    return error_payload("Sandbox.Timedout", fmt::format("{}Task timed out after {}.00 seconds", prefix, timeout_s));
  }
  return error_payload("Runtime.ExitError", prefix + exit_message(ending));
}

double milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

std::string trace_id(Timestamp now) {
  return fmt::format("Root=1-{:08x}-{};Parent={};Sampled=0", epoch_ms(now) / 1000, hex_encode(random_bytes(12)),
                     hex_encode(random_bytes(8)));
}

}  // namespace

// The log lines of one invocation: sent on to CloudWatch Logs and remembered for the tail.
class Runner::Report {
 public:
  Report(WarmEnvironment& environment, const Clock& clock) : environment_(environment), clock_(clock) {}

  void add(std::string text) { send({{clock_.now(), std::move(text)}}); }
  void drain(bool whole) { send(environment_.sandbox->take_output(whole)); }
  const std::string& tail() const { return tail_; }

  std::chrono::steady_clock::duration init{};
  bool cold = false;

 private:
  void send(const std::vector<OutputLine>& lines) {
    environment_.log->write(lines);
    for (const OutputLine& line : lines) tail_ += line.text + "\n";
    if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  }

  WarmEnvironment& environment_;
  const Clock& clock_;
  std::string tail_;
};

std::vector<std::pair<std::string, std::string>> Runner::variables(const StoredFunction& function,
                                                                   const aws::Principal& session,
                                                                   const std::string& log_stream) const {
  std::vector<std::pair<std::string, std::string>> variables(function.variables.begin(), function.variables.end());
  const auto add = [&](std::string name, std::string text) {
    variables.emplace_back(std::move(name), std::move(text));
  };
  const aws::SessionCredentials credentials = roles_.credentials(session, kCredentialsLife);
  add("AWS_ACCESS_KEY_ID", credentials.access_key_id);
  add("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key);
  add("AWS_SESSION_TOKEN", credentials.session_token);
  add("AWS_REGION", function.region);
  add("AWS_DEFAULT_REGION", function.region);
  if (!function.runtime.starts_with("provided")) add("AWS_EXECUTION_ENV", "AWS_Lambda_" + function.runtime);
  add("AWS_LAMBDA_FUNCTION_NAME", function.name);
  add("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(function.memory_mb));
  add("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
  add("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
  add("AWS_LAMBDA_LOG_GROUP_NAME", function.log_group_name());
  add("AWS_LAMBDA_LOG_STREAM_NAME", log_stream);
  add("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
  add("AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1:2000");
  return variables;
}

std::unique_ptr<WarmEnvironment> Runner::start(const StoredFunction& function) {
  const auto session = roles_.assume(function.role, std::string(kService), function.name, function.arn());
  if (!session) throw AccessDeniedException("The role defined for the function cannot be assumed by Lambda.");
  auto environment = std::make_unique<WarmEnvironment>();
  environment->function_arn = function.arn();
  environment->revision = function.revision;
  environment->credentials_end = Deadline::in(kSandboxLife);
  const std::string id = hex_encode(random_bytes(16));
  environment->log_stream = format_time(clock_.now(), "%Y/%m/%d/") + "[$LATEST]" + id;
  environment->log = std::make_unique<LogWriter>(caller_.as(*session, function.region).on_behalf_of(function.arn()),
                                                 function.log_group_name(), environment->log_stream);
  environment->code = code_.unpacked({function.code});
  if (!function.layer_codes.empty()) environment->layers = code_.unpacked(function.layer_codes);

  sandbox::Environment wanted;
  wanted.name = id;
  wanted.runtime = function.runtime;
  wanted.handler = function.handler;
  wanted.code_folder = environment->code->string();
  if (environment->layers) wanted.layers_folder = environment->layers->string();
  wanted.memory_bytes_max = static_cast<uint64_t>(function.memory_mb) << 20;
  wanted.temporary_bytes_max = static_cast<uint64_t>(function.temporary_mb) << 20;
  wanted.variables = variables(function, *session, environment->log_stream);
  try {
    environment->sandbox = sandboxes_.start(wanted);
  } catch (const std::runtime_error& failure) {
    logging::error("lambda: {} cannot be started: {}", function.arn(), failure.what());
    throw InvalidRuntimeException(std::string("The function cannot be started on this machine: ") + failure.what());
  }
  return environment;
}

Ending Runner::invoke(const StoredFunction& function, WarmEnvironment& environment, Call call, Report& report) {
  const Duration timeout = std::chrono::seconds(function.timeout_s);
  if (report.cold) {
    const auto begun = std::chrono::steady_clock::now();
    report.add("INIT_START Runtime Version: " + function.runtime + "\tRuntime Version ARN: ");
    // What AWS starts again under the function's own time limit here just goes on that long.
    Ending ready = environment.sandbox->wait_ready(Deadline::in(settings_.init_time + timeout));
    report.init = std::chrono::steady_clock::now() - begun;
    if (ready.kind != Ending::Kind::done) {
      report.drain(true);
      report.add("START RequestId: " + call.request_id + " Version: $LATEST");
      return ready;
    }
  }
  report.drain(false);
  report.add("START RequestId: " + call.request_id + " Version: $LATEST");
  sandbox::Invocation invocation{.request_id = call.request_id,
                                 .payload = std::move(call.payload),
                                 .function_arn = function.arn(),
                                 .trace_id = trace_id(clock_.now()),
                                 .client_context = std::move(call.client_context),
                                 .ends = clock_.now() + timeout};
  Ending ending =
      environment.sandbox->invoke(std::move(invocation), Deadline::in(timeout), [&] { report.drain(false); });
  report.drain(true);
  return ending;
}

Execution Runner::run(const StoredFunction& function, Call call) {
  std::unique_ptr<WarmEnvironment> environment;
  Environments::Slot slot = environments_.acquire(function.arn(), function.revision, environment);
  if (environments_.interrupted()) return {Execution::Kind::interrupted, {}, {}};
  measure(function, "Throttles", "Count", slot ? 0 : 1);
  if (!slot) return {Execution::Kind::throttled, {}, {}};
  measure(function, "ConcurrentExecutions", "Count", static_cast<double>(environments_.count()));
  measure(function, "Invocations", "Count", 1);

  const bool cold = !environment;
  if (cold) environment = start(function);
  environments_.busy(*environment);
  Report report(*environment, clock_);
  report.cold = cold;
  const std::string request_id = call.request_id;
  const auto begun = std::chrono::steady_clock::now();
  Ending ending = invoke(function, *environment, std::move(call), report);
  const double duration_ms = milliseconds(std::chrono::steady_clock::now() - begun - report.init);

  if (ending.kind == Ending::Kind::timeout) {
    report.add(fmt::format("{} {} Task timed out after {}.00 seconds", format_iso8601(clock_.now()), request_id,
                           function.timeout_s));
  } else if (ending.kind == Ending::Kind::exited || ending.kind == Ending::Kind::memory) {
    report.add("RequestId: " + request_id + " Error: " + exit_message(ending) + "\nRuntime.ExitError");
  }
  report.add("END RequestId: " + request_id);
  const uint64_t used_mb = (environment->sandbox->memory_bytes_peak() + (1 << 20) - 1) >> 20;
  report.add(
      fmt::format("REPORT RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax "
                  "Memory Used: {} MB\t{}",
                  request_id, duration_ms, static_cast<int64_t>(std::ceil(duration_ms)), function.memory_mb, used_mb,
                  cold ? fmt::format("Init Duration: {:.2f} ms\t", milliseconds(report.init)) : ""));
  environments_.release(std::move(slot), std::move(environment));
  if (ending.kind == Ending::Kind::exited && environments_.interrupted()) return {Execution::Kind::interrupted, {}, {}};

  const bool failed = ending.kind != Ending::Kind::done;
  measure(function, "Duration", "Milliseconds", duration_ms);
  measure(function, "Errors", "Count", failed ? 1 : 0);
  Execution execution;
  execution.kind = failed ? Execution::Kind::function_error : Execution::Kind::done;
  execution.log_tail = report.tail();
  const bool described = ending.kind == Ending::Kind::done || ending.kind == Ending::Kind::error;
  execution.payload = described ? std::move(ending.body) : payload_of(ending, request_id, function.timeout_s);
  return execution;
}

void Runner::measure(const StoredFunction& function, std::string_view name, std::string_view unit, double value) {
  metrics_.record({.account = function.account,
                   .region = function.region,
                   .space = "AWS/Lambda",
                   .name = name,
                   .unit = unit,
                   .value = value,
                   .dimensions = {{"FunctionName", function.name}}});
}

}  // namespace standpipe::lambda
