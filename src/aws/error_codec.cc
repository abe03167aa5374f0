// An error in the form that the client's protocol asks for.
#include <algorithm>

#include "aws/codec.h"
#include "base/bytes.h"
#include "base/digest.h"

namespace standpipe::aws {
namespace {

const ErrorModel* find_error(const ServiceModel* model, const Error& error) {
  if (!model) return nullptr;
  const auto found = std::ranges::find(model->errors, error.code, &ErrorModel::code);
  if (found != model->errors.end()) return &*found;
  const auto by_shape = std::ranges::find(model->errors, error.code, &ErrorModel::shape);
  return by_shape == model->errors.end() ? nullptr : &*by_shape;
}

struct Parts {
  std::string type;             // the shape's name
  std::string_view query_code;  // what XML carries
  std::string_view message_member = "message";
  bool sender;
};

Parts parts_of(const ServiceModel* model, const Error& error) {
  const ErrorModel* known = find_error(model, error);
  if (!known) return {error.code, error.code, "message", error.status < 500};
  return {std::string(known->shape), known->code, known->message_member, known->sender};
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += out.size() > 1 ? "," : "";
  json::append_quoted(out, name);
  out += ':';
  json::append_quoted(out, value);
}

std::string json_error(const Parts& parts, const Error& error, bool rest) {
  std::string out = "{";
  if (rest) {
    append_member(out, "Type", parts.sender ? "User" : "Service");
  } else {
    append_member(out, "__type", parts.type);
  }
  append_member(out, parts.message_member, error.what());
  for (const auto& [name, value] : error.fields) append_member(out, name, value);
  return out + "}";
}

std::string cbor_error(const Parts& parts, const Error& error) {
  cbor::Writer writer;
  writer.map(2 + error.fields.size());
  writer.text("__type");
  writer.text(parts.type);
  writer.text(parts.message_member);
  writer.text(error.what());
  for (const auto& [name, value] : error.fields) {
    writer.text(name);
    writer.text(value);
  }
  return writer.take();
}

std::string query_error(const ServiceModel* model, const Parts& parts, const Error& error,
                        const std::string& request_id) {
  xml::Writer writer;
  writer.open("ErrorResponse", model ? "xmlns=\"" + std::string(model->xml_namespace) + "\"" : "");
  writer.open("Error").element("Type", parts.sender ? "Sender" : "Receiver").element("Code", parts.query_code);
  writer.element("Message", error.what());
  for (const auto& [name, value] : error.fields) writer.element(name, value);
  writer.close().element("RequestId", request_id).close();
  return writer.take();
}

std::string s3_error(const Error& error, const std::string& request_id) {
  xml::Writer writer(true);
  writer.open("Error").element("Code", error.code).element("Message", error.what());
  for (const auto& [name, value] : error.fields) writer.element(name, value);
  writer.element("RequestId", request_id).element("HostId", host_id(request_id)).close();
  return writer.take();
}

void put_json(net::Response& response, const Wire& wire, const Parts& parts, const Error& error) {
  response.headers.set("content-type",
                       "application/x-amz-json-" + (wire.json_version.empty() ? "1.1" : wire.json_version));
  response.body = json_error(parts, error, false);
}

}  // namespace

std::string host_id(const std::string& request_id) { return base64_encode(sha256(request_id)); }

void add_request_id(net::Response& response, Protocol protocol, const std::string& request_id) {
  if (protocol == Protocol::rest_xml) {
    response.headers.set("x-amz-request-id", request_id);
    response.headers.set("x-amz-id-2", host_id(request_id));
  } else {
    response.headers.set("x-amzn-RequestId", request_id);
  }
}

net::Response encode_error(const ServiceModel* model, const Wire& wire, const net::Request& http, const Error& error,
                           const std::string& request_id) {
  const Protocol protocol = model ? protocol_of(*model, wire) : wire.rest ? Protocol::rest_json : wire.protocol;
  const Parts parts = parts_of(model, error);
  net::Response response;
  response.status = error.status;
  switch (protocol) {
    case Protocol::json: put_json(response, wire, parts, error); break;
    case Protocol::cbor:
      response.headers.set("content-type", "application/x-amz-cbor-1.1");
      response.body = cbor_error(parts, error);
      break;
    case Protocol::rpc_cbor:
      response.headers.set("content-type", "application/cbor");
      response.headers.set("smithy-protocol", "rpc-v2-cbor");
      response.body = cbor_error(parts, error);
      break;
    case Protocol::query:
      response.headers.set("content-type", "text/xml");
      response.body = query_error(model, parts, error, request_id);
      break;
    case Protocol::rest_json:
      response.headers.set("content-type", "application/json");
      response.headers.set("x-amzn-ErrorType", parts.type);
      response.body = json_error(parts, error, true);
      break;
    case Protocol::rest_xml:
      response.headers.set("content-type", "application/xml");
      if (error.status != 304) response.body = s3_error(error, request_id);
      break;
  }
  if (http.method == "HEAD") response.body = std::string();
  if (model && model->query_compatible && protocol != Protocol::query) {
    response.headers.set("x-amzn-query-error",
                         std::string(parts.query_code) + (parts.sender ? ";Sender" : ";Receiver"));
  }
  for (const auto& [name, value] : error.headers) response.headers.set(name, value);
  add_request_id(response, protocol, request_id);
  return response;
}

}  // namespace standpipe::aws
