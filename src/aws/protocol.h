// From HTTP to a generated input and from a generated output (or an error) back to HTTP, for every AWS protocol.
// Everything here is pure and thread-safe. Refusals are thrown as aws::Error; encode_error() gives them the form that
// the client's protocol asks for.
//
//   detect → (service is found) → route → decode → validate → … → encode | encode_error
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service.h"
#include "net/http.h"

namespace standpipe::aws {

enum class Protocol : uint8_t {
  json,       // AWS JSON 1.0 and 1.1: POST /, X-Amz-Target
  cbor,       // the same in CBOR 1.1 (Kinesis from Java): timestamps are milliseconds
  rpc_cbor,   // Smithy RPC v2: POST /service/S/operation/O
  query,      // form with Action=, answers in XML
  rest_json,  // method and path
  rest_xml
};

// What a request says about itself before its service is known. REST says nothing: the service's model decides.
struct Wire {
  bool rest = true;
  Protocol protocol = Protocol::rest_json;
  std::string json_version;  // "1.0" or "1.1"
  std::string target;        // "Kinesis_20131202", or the Smithy service name "GraniteServiceVersion20100801"
  std::string operation;     // "PutRecord"
  std::string api_version;   // query: Version=
  std::vector<std::pair<std::string, std::string>> form;  // query: the decoded parameters
};

// Never throws for what is not understood: that is REST. A form body with a malformed escape or gzip throws
// aws::Error MalformedQueryString / MalformedInput.
Wire detect(const net::Request& http);

// The protocol that answers and errors take, once the service is known.
Protocol protocol_of(const ServiceModel& model, const Wire& wire);

// Whether target, Version or Action of a request without host name and signature can mean this service.
bool names(const ServiceModel& model, const Wire& wire);

struct Route {
  const OperationModel* operation = nullptr;
  std::map<std::string, std::string> labels;  // member → decoded value, REST only
};

// `path` is the encoded path, for S3 always "/bucket/key" (the dispatcher moves the bucket of a virtual host there).
// Throws UnknownOperationException, InvalidAction, NotImplemented … naming what is asked if it is not in
// models/operations.json.
Route route(const ServiceModel& model, const Wire& wire, const net::Request& http, std::string_view path);

// What decode() met without a value although the model requires it: paths as in messages ("records.1.member.data").
using Missing = std::vector<std::string>;

inline constexpr size_t kInflatedBytesMax = 64 * 1024 * 1024;

// Fills `input`, a value-initialised struct of route.operation->input. Malformed bodies and wrong types throw
// SerializationException, MalformedInput or MalformedXML; unknown members are ignored; null is absent.
Missing decode(const ServiceModel& model, const Wire& wire, const Route& route, const net::Request& http, void* input);

// Throws all violations of the model's limits in one error in AWS's words. In-process callers have nothing missing.
void validate(const ServiceModel& model, const OperationModel& operation, const void* input,
              const Missing& missing = {});

net::Response encode(const ServiceModel& model, const Wire& wire, const OperationModel& operation, const void* output,
                     const std::string& request_id);

// `model` may be nullptr while the service is unknown. `http` tells HEAD requests (no body) and the resource of S3.
net::Response encode_error(const ServiceModel* model, const Wire& wire, const net::Request& http, const Error& error,
                           const std::string& request_id);

// A body with content-encoding gzip or deflate, restored; nullptr-like (empty optional) if there is none.
// Throws MalformedInput if it is damaged or would exceed kInflatedBytesMax.
std::optional<std::string> inflated(const net::Request& http);

}  // namespace standpipe::aws
