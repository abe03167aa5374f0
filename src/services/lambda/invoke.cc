// Construction, and the operation that all the others are for.
#include "base/bytes.h"
#include "base/logging.h"
#include "base/random.h"
#include "services/lambda/lambda.h"
#include "services/lambda/references.h"

namespace standpipe::lambda {
namespace {

constexpr size_t kSyncBytesMax = 6 << 20, kAsyncBytesMax = 256 << 10;
constexpr size_t kClientContextBytesMax = 3583;

void check_payload(const std::string& payload, bool asynchronous) {
  const size_t max = asynchronous ? kAsyncBytesMax : kSyncBytesMax;
  if (payload.size() > max) {
    throw RequestTooLargeException(std::to_string(payload.size()) + " byte payload is too large for the " +
                                   (asynchronous ? "Event" : "RequestResponse") + " invocation type (limit " +
                                   std::to_string(max) + " bytes)")
        .with("Type", "User");
  }
  try {
    json::parse(payload);
  } catch (const json::ParseError& error) {
    throw InvalidRequestContentException("Could not parse request body into json: Could not parse payload into json: " +
                                         std::string(error.what()))
        .with("Type", "User");
  }
}

std::string client_context(const InvokeInput& input) {
  if (!input.client_context || input.client_context->empty()) return {};
  const auto text = base64_decode(*input.client_context);
  if (!text || input.client_context->size() > kClientContextBytesMax) {
    throw InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.");
  }
  try {
    if (json::parse(*text).is_object()) return *text;
  } catch (const json::ParseError&) {
    // told below
  }
  throw InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.");
}

}  // namespace

Lambda::Lambda(Metadata& metadata, Objects& objects, aws::Caller& caller, aws::Roles& roles, Clock& clock,
               MetricSink& metrics, sandbox::SandboxFactory& sandboxes, kinesis::RecordReader& reader, Workers& workers,
               Settings settings)
    : metadata_(metadata),
      objects_(objects),
      caller_(caller),
      roles_(roles),
      clock_(clock),
      sandboxes_(sandboxes),
      settings_(std::move(settings)),
      code_(objects, settings_.folder / "code"),
      environments_(settings_, workers),
      runner_(caller, roles, clock, metrics, sandboxes, code_, environments_, settings_),
      queue_(metadata, clock, metrics, workers, settings_,
             [this](const FunctionName& name, Call call) { return run(name, std::move(call)); }),
      sources_({metadata, caller, roles, reader, clock, metrics,
                [this](const FunctionName& name) { return function(name); },
                [this](const FunctionName& name, Call call) { return run(name, std::move(call)); }},
               workers) {}

void Lambda::start() {
  remove_orphans();
  queue_.start();
  sources_.start();
}

void Lambda::interrupt() {
  sources_.interrupt();
  environments_.interrupt();
}

void Lambda::reset() {
  queue_.clear();
  sources_.reset();
  environments_.drop_all();
  remove_orphans();
}

// A crash between storing an archive and naming it leaves a blob that nobody knows.
void Lambda::remove_orphans() {
  const std::set<std::string> used = referenced_blobs(metadata_);
  for (const std::string& blob : objects_.list()) {
    if (!used.contains(blob)) objects_.remove(blob);
  }
}

Execution Lambda::run(const FunctionName& name, Call call) { return runner_.run(function(name), std::move(call)); }

InvokeOutput Lambda::invoke(const aws::Request& request, const InvokeInput& input) {
  if (input.durable_execution_name) {
    throw InvalidParameterValueException("The parameter DurableExecutionName is not supported by this server.");
  }
  if (input.tenant_id) throw InvalidParameterValueException("The parameter TenantId is not supported by this server.");
  const FunctionName name = parse_function_name(request, input.function_name, input.qualifier);
  const StoredFunction found = function(name);
  const std::string type = input.invocation_type.value_or("RequestResponse");
  if (type == "DryRun") return {.status_code = 204, .executed_version = "$LATEST"};

  Call call{.request_id = request.id.empty() ? random_uuid() : request.id,
            .payload = input.payload && !input.payload->bytes.empty() ? input.payload->bytes : "{}",
            .client_context = client_context(input)};
  check_payload(call.payload, type == "Event");
  if (type == "Event") {
    Event event{.function = {name.account, name.region, name.name, {}},
                .request_id = std::move(call.request_id),
                .payload = std::move(call.payload),
                .client_context = std::move(call.client_context)};
    if (!queue_.add(std::move(event))) throw TooManyRequestsException("Rate Exceeded.").with("Type", "User");
    return {.status_code = 202};
  }

  Execution execution = runner_.run(found, std::move(call));
  if (execution.kind == Execution::Kind::interrupted) throw ServiceException("The server is stopping.");
  if (execution.kind == Execution::Kind::throttled) {
    throw TooManyRequestsException("Rate Exceeded.")
        .with("Reason", "ConcurrentInvocationLimitExceeded")
        .with("Type", "User");
  }
  InvokeOutput output{.status_code = 200};
  if (execution.kind == Execution::Kind::function_error) output.function_error = "Unhandled";
  if (input.log_type.value_or("None") == "Tail") output.log_result = base64_encode(execution.log_tail);
  output.payload = aws::Blob{std::move(execution.payload)};
  output.executed_version = "$LATEST";
  return output;
}

}  // namespace standpipe::lambda
