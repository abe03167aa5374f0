// The codecs, driven from outside: one JSON object per line on standard input, one per line on standard output.
//
//   {"do":"decode","service":…,"method":…,"target":…,"headers":[[name,value]…],"body":base64}
//     → {"operation":…,"input":<value>,"missing":[…],"violations":[…]}   or {"error":code,"message":…,"status":…}
//   {"do":"encode","service":…,"operation":…,"output":<value>, and the request as above}
//     → {"status":…,"headers":[…],"body":base64}
//   {"do":"error","service":…,"code":…,"message":…,"status":…, and the request as above} → the same
//
// A <value> is written independently of the codecs under test: members by their names in the model, blobs and streams
// in base64, timestamps as milliseconds.
#include <iostream>
#include <string>

#include "aws/protocol.h"
#include "aws/types.h"
#include "aws/validate.h"
#include "base/bytes.h"
#include "base/json.h"
#include "generated/cloudformation.h"
#include "generated/cloudwatch.h"
#include "generated/firehose.h"
#include "generated/iam.h"
#include "generated/kinesis.h"
#include "generated/lambda.h"
#include "generated/logs.h"
#include "generated/opensearchserverless.h"
#include "generated/s3.h"
#include "generated/ssm.h"
#include "generated/sts.h"

namespace standpipe {
namespace {

using aws::Kind;
using aws::Shape;

const aws::ServiceModel& find_model(const std::string& name) {
  for (const aws::ServiceModel* model :
       {&cloudformation::model(), &cloudwatch::model(), &firehose::model(), &iam::model(), &kinesis::model(),
        &lambda::model(), &logs::model(), &opensearchserverless::model(), &s3::model(), &ssm::model(), &sts::model()}) {
    if (model->name == name) return *model;
  }
  throw std::runtime_error("no service " + name);
}

json::Value dump(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case Kind::structure: {
      json::Object object;
      for (const aws::Member& member : shape.members) {
        if (const void* present = aws::get(member, value))
          object.append(std::string(member.name), dump(*member.shape, present));
      }
      return object;
    }
    case Kind::list: {
      json::Array array;
      for (size_t i = 0; i < shape.access->size(value); ++i)
        array.push_back(dump(*shape.element, shape.access->at(value, i)));
      return array;
    }
    case Kind::map: {
      json::Object object;
      aws::each_entry(shape, value, [&](const std::string& key, const void* item) {
        object.append(key, dump(*shape.element, item));
      });
      return object;
    }
    case Kind::string: return *static_cast<const std::string*>(value);
    case Kind::blob: return base64_encode(static_cast<const aws::Blob*>(value)->bytes);
    case Kind::stream: return base64_encode(static_cast<const aws::Stream*>(value)->body.view());
    case Kind::integer: return *static_cast<const int32_t*>(value);
    case Kind::long_integer: return *static_cast<const int64_t*>(value);
    case Kind::float_number: return static_cast<double>(*static_cast<const float*>(value));
    case Kind::double_number: return *static_cast<const double*>(value);
    case Kind::boolean: return *static_cast<const bool*>(value);
    case Kind::timestamp: return epoch_ms(*static_cast<const Timestamp*>(value));
    case Kind::document: return *static_cast<const json::Value*>(value);
    case Kind::events: return {};
  }
  return {};
}

void load(const Shape& shape, const json::Value& from, void* value) {
  switch (shape.kind) {
    case Kind::structure:
      for (const aws::Member& member : shape.members) {
        if (const json::Value* present = from.find(member.name))
          load(*member.shape, *present, aws::emplace(member, value));
      }
      return;
    case Kind::list:
      for (const json::Value& item : from.array()) load(*shape.element, item, shape.access->append(value));
      return;
    case Kind::map:
      for (const auto& [key, item] : from.object()) load(*shape.element, item, shape.access->insert(value, key));
      return;
    case Kind::string: *static_cast<std::string*>(value) = from.string(); return;
    case Kind::blob: static_cast<aws::Blob*>(value)->bytes = base64_decode(from.string()).value(); return;
    case Kind::stream: static_cast<aws::Stream*>(value)->body = net::Body(base64_decode(from.string()).value()); return;
    case Kind::integer: *static_cast<int32_t*>(value) = static_cast<int32_t>(from.integer()); return;
    case Kind::long_integer: *static_cast<int64_t*>(value) = from.integer(); return;
    case Kind::float_number: *static_cast<float*>(value) = static_cast<float>(from.number()); return;
    case Kind::double_number: *static_cast<double*>(value) = from.number(); return;
    case Kind::boolean: *static_cast<bool*>(value) = from.boolean(); return;
    case Kind::timestamp: *static_cast<Timestamp*>(value) = from_epoch_ms(from.integer()); return;
    case Kind::document: *static_cast<json::Value*>(value) = from; return;
    case Kind::events: return;
  }
}

net::Request request_of(const json::Value& line) {
  net::Request http;
  http.method = line.text("method", "POST");
  http.target = line.text("target", "/");
  if (const json::Value* headers = line.find("headers")) {
    for (const json::Value& header : headers->array()) {
      http.headers.add(header.array().at(0).string(), header.array().at(1).string());
    }
  }
  http.body = net::Body(base64_decode(line.text("body")).value());
  return http;
}

json::Value response_value(net::Response response) {
  std::string body;
  size_t length = 0;
  if (auto* text = std::get_if<std::string>(&response.body)) {
    body = std::move(*text);
    length = body.size();
  } else {
    auto& source = std::get<std::shared_ptr<ByteSource>>(response.body);
    length = source->size();
    char piece[4096];
    while (const size_t count = source->read(piece, sizeof piece)) body.append(piece, count);
  }
  response.headers.set("content-length", std::to_string(length));
  json::Array headers;
  for (const auto& [name, value] : response.headers.entries()) headers.push_back(json::Array{name, value});
  return json::Object{{"status", response.status}, {"headers", std::move(headers)}, {"body", base64_encode(body)}};
}

json::Value strings(const std::vector<std::string>& texts) {
  json::Array array;
  for (const std::string& text : texts) array.push_back(text);
  return array;
}

json::Value answer(const json::Value& line) {
  const aws::ServiceModel& model = find_model(line.text("service"));
  const net::Request http = request_of(line);
  const std::string what = line.text("do");
  try {
    const aws::Wire wire = aws::detect(http);
    if (what == "error") {
      const aws::Error error(line.text("code"), static_cast<int>(line.find("status")->integer()), line.text("message"));
      return response_value(aws::encode_error(&model, wire, http, error, "request-1"));
    }
    if (what == "encode") {
      const aws::OperationModel* operation = aws::find_operation(model, line.text("operation"));
      const auto output = operation->output->make();
      load(*operation->output, *line.find("output"), output.get());
      return response_value(aws::encode(model, wire, *operation, output.get(), "request-1"));
    }
    const aws::Route route = aws::route(model, wire, http, http.path());
    const auto input = route.operation->input->make();
    const aws::Missing missing = aws::decode(model, wire, route, http, input.get());
    return json::Object{{"operation", route.operation->name},
                        {"input", dump(*route.operation->input, input.get())},
                        {"missing", strings(missing)},
                        {"violations", strings(aws::violations(*route.operation->input, input.get()))}};
  } catch (const aws::Error& error) {
    return json::Object{{"error", error.code}, {"message", error.what()}, {"status", error.status}};
  } catch (const std::exception& unexpected) {
    return json::Object{{"error", "unexpected"}, {"message", unexpected.what()}, {"status", 500}};
  }
}

}  // namespace
}  // namespace standpipe

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << standpipe::json::print(standpipe::answer(standpipe::json::parse(line))) << std::endl;
  }
}
