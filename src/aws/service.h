// A service as the dispatcher sees it: its model (generated tables) and one function per operation that takes and makes
// the generated structs. Immutable after start.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "aws/error.h"
#include "aws/request.h"
#include "aws/shape.h"

namespace standpipe::aws {

struct ErrorModel {
  std::string_view code;  // as on the wire
  int status;
  bool sender;            // the client's fault
  std::string_view shape;  // name in the model, which JSON and CBOR answers carry; the code is for XML
  std::string_view message_member;  // "message" or "Message"
};

// An operation of AWS's model that we do not serve, of a service that is told apart by method and URI.
struct OtherRoute {
  std::string_view name, method, uri;
};

struct OperationModel {
  std::string_view name;      // "PutRecord"
  const Shape* input;
  const Shape* output;
  std::string_view method;    // REST services: HTTP method and URI template "/2015-03-31/functions/{FunctionName}"
  std::string_view uri;
  int status;                 // of a success
  std::string_view result_wrapper;  // query services: "<Op>Result", or empty
  size_t index;               // position in ServiceModel::operations
};

struct ServiceModel {
  std::string_view name;           // our folder's name: "kinesis"
  std::string_view signing_name;   // "kinesis", "monitoring" for cloudwatch, "aoss" …
  std::string_view action_prefix;  // IAM: "kinesis", "cloudwatch", "aoss" …
  std::string_view endpoint_prefix;  // first label of the host name
  std::string_view protocol;  // first choice: "json", "query", "rest-xml", "rest-json", "smithy-rpc-v2-cbor"
  std::string_view json_version;   // "1.0", "1.1", or empty
  std::string_view target_prefix;  // "Kinesis_20131202"
  std::string_view api_version;    // "2010-05-08"
  std::string_view xml_namespace;
  std::string_view service_id;     // "CloudWatch"
  bool global;                     // one endpoint for all regions (iam, sts): signed for us-east-1
  std::span<const OperationModel> operations;
  std::span<const std::string_view> unsupported;  // operations of AWS's model that we do not serve, sorted
  std::span<const ErrorModel> errors;
  bool query_compatible;           // errors have a query code besides their shape's name
  bool speaks_query;
  bool validates;                  // by the model's limits (S3 has its own words)
  std::string_view validation_code;  // what a violation of them is called: "ValidationException"
  std::span<const OtherRoute> other_routes;
};

// What an adapter generated for each service implements over its `Operations` interface.
// `input` and `output` point to the operation's generated structs.
class Service {
 public:
  virtual ~Service() = default;
  virtual const ServiceModel& model() const = 0;
  virtual Accesses access(const OperationModel&, const Request&, const void* input) = 0;
  virtual void invoke(const OperationModel&, const Request&, const void* input, void* output) = 0;
};

// A service whose wire no AWS model describes (the collections' data plane, custom-resource answers, the server's own
// pages). The dispatcher authenticates where `signing_name` is not empty and hands over; authorization is the
// service's.
class RawService {
 public:
  virtual ~RawService() = default;
  virtual bool serves(const net::Request& http) const = 0;
  virtual std::string_view signing_name() const = 0;  // "aoss"; empty: requests are not signed
  virtual net::Response refuse(const Request& request, const Error& error) = 0;  // authentication failed
  virtual uint64_t body_limit(const net::Request&) const { return uint64_t{100} << 20; }
  virtual net::Response serve(const Request& request, net::Request& http) = 0;
};

const OperationModel* find_operation(const ServiceModel& model, std::string_view name);

}  // namespace standpipe::aws
