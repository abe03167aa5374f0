#include "aws/protocol.h"

#include "aws/codec.h"
#include "aws/event_stream.h"
#include "base/bytes.h"
#include "base/compress.h"

namespace standpipe::aws {
namespace {

const char* syntax_error(Protocol protocol) {
  switch (protocol) {
    case Protocol::query: return "MalformedInput";
    case Protocol::rest_xml: return "MalformedXML";
    default: return "SerializationException";
  }
}

Error bad_encoding(const char* why) { return Error("MalformedInput", 400, why); }

// <PutUserPolicyResponse xmlns="…"><…Result>…</…Result><ResponseMetadata><RequestId>…
std::string query_document(const ServiceModel& model, const OperationModel& operation, const void* output,
                           const std::string& request_id) {
  xml::Writer writer;
  const std::string name(operation.name);
  writer.open(name + "Response", "xmlns=\"" + std::string(model.xml_namespace) + "\"");
  if (!operation.output->members.empty() || !operation.result_wrapper.empty()) {
    writer.open(operation.result_wrapper.empty() ? name + "Result" : std::string(operation.result_wrapper));
    encode_xml(writer, *operation.output, output, TimeFormat::unspecified);
    writer.close();
  }
  writer.open("ResponseMetadata").element("RequestId", request_id).close();
  writer.close();
  return writer.take();
}

}  // namespace

std::optional<std::string> inflated(const net::Request& http) {
  const std::string* coding = http.headers.find("content-encoding");
  if (!coding || (!equal_ignoring_case(*coding, "gzip") && !equal_ignoring_case(*coding, "deflate")))
    return std::nullopt;
  const std::string_view body = http.body.view();
  if (body.size() > kInflatedBytesMax) throw bad_encoding("The body is too large.");
  auto out = gzip_decompress(body, kInflatedBytesMax);
  if (!out) throw bad_encoding("The body does not match its content-encoding, or is too large.");
  return out;
}

Missing decode(const ServiceModel& model, const Wire& wire, const Route& route, const net::Request& http, void* input) {
  const Protocol protocol = protocol_of(model, wire);
  Decoding decoding(syntax_error(protocol));
  const Shape& shape = *route.operation->input;
  if (protocol == Protocol::query) {
    decode_query(decoding, shape, wire.form, input);
  } else if (protocol == Protocol::rest_json || protocol == Protocol::rest_xml) {
    decode_rest(decoding, model, route, http, input);
  } else {
    const auto text = inflated(http);
    const std::string_view body = text ? std::string_view(*text) : http.body.view();
    if (protocol == Protocol::json) {
      decode_json(decoding, shape, body, input);
    } else if (body.empty() && protocol == Protocol::rpc_cbor) {
      note_missing(decoding, shape, {}, nullptr);  // an empty input may be no body at all
    } else {
      decode_cbor(decoding, shape, body, protocol == Protocol::cbor ? CborTime::milliseconds : CborTime::seconds,
                  input);
    }
  }
  return decoding.take_missing();
}

net::Response json_response(const Wire& wire, std::string body, const std::string& request_id) {
  net::Response response;
  response.headers.set("content-type",
                       "application/x-amz-json-" + (wire.json_version.empty() ? "1.1" : wire.json_version));
  response.body = std::move(body);
  add_request_id(response, Protocol::json, request_id);
  return response;
}

net::Response encode(const ServiceModel& model, const Wire& wire, const OperationModel& operation, const void* output,
                     const std::string& request_id) {
  if (events_of(operation) != nullptr) return stream_events(model, wire, operation, output, request_id);
  const Protocol protocol = protocol_of(model, wire);
  net::Response response;
  switch (protocol) {
    case Protocol::json: return json_response(wire, encode_json(*operation.output, output), request_id);
    case Protocol::cbor:
      response.headers.set("content-type", "application/x-amz-cbor-1.1");
      response.body = encode_cbor(*operation.output, output, CborTime::milliseconds);
      break;
    case Protocol::rpc_cbor:
      response.headers.set("content-type", "application/cbor");
      response.headers.set("smithy-protocol", "rpc-v2-cbor");
      response.body = encode_cbor(*operation.output, output, CborTime::seconds);
      break;
    case Protocol::query:
      response.headers.set("content-type", "text/xml");
      response.body = query_document(model, operation, output, request_id);
      break;
    case Protocol::rest_json:
    case Protocol::rest_xml: response = encode_rest(model, operation, output);
  }
  add_request_id(response, protocol, request_id);
  return response;
}

}  // namespace standpipe::aws
