#include "aws/event_stream.h"

#include <algorithm>

#include "aws/codec.h"
#include "base/digest.h"
#include "base/logging.h"

namespace standpipe::aws {
namespace {

constexpr char kStringHeader = 7;

void append_number(std::string& into, uint64_t number, int bytes) {
  while (bytes-- > 0) into.push_back(static_cast<char>(number >> (8 * bytes)));
}

class StreamWriter final : public AnyEventWriter {
 public:
  StreamWriter(net::BodyWriter& body, const Shape& events, Protocol protocol)
      : body_(body), events_(events), protocol_(protocol) {}

  bool begin() {
    const std::string empty = cbor() ? std::string(1, '\xa0') : "{}";
    return send({{":message-type", "event"}, {":event-type", "initial-response"}, {":content-type", type()}}, empty);
  }
  bool write(const void* event) override {
    const Shape& shape = *events_.element;
    const std::string payload =
        cbor() ? encode_cbor(shape, event, CborTime::milliseconds) : encode_json(shape, event);
    return send({{":message-type", "event"}, {":event-type", events_.element_name}, {":content-type", type()}},
                payload);
  }
  void fail(const Error& error) {
    std::string payload;
    if (cbor()) {
      cbor::Writer writer;
      writer.map(1);
      writer.text("message");
      writer.text(error.what());
      payload = writer.take();
    } else {
      payload = json::print(json::Object{{"message", error.what()}});
    }
    send({{":message-type", "exception"}, {":exception-type", error.code}, {":content-type", type()}}, payload);
  }

 private:
  bool cbor() const { return protocol_ == Protocol::cbor; }
  std::string_view type() const { return cbor() ? "application/x-amz-cbor-1.1" : "application/json"; }
  bool send(const EventHeaders& headers, std::string_view payload) {
    return body_.write(event_message(headers, payload));
  }

  net::BodyWriter& body_;
  const Shape& events_;
  const Protocol protocol_;
};

}  // namespace

std::string event_message(const EventHeaders& headers, std::string_view payload) {
  std::string encoded;
  for (const auto& [name, value] : headers) {
    append_number(encoded, name.size(), 1);
    encoded += name;
    encoded += kStringHeader;
    append_number(encoded, value.size(), 2);
    encoded += value;
  }
  std::string message;
  message.reserve(16 + encoded.size() + payload.size());
  append_number(message, 16 + encoded.size() + payload.size(), 4);
  append_number(message, encoded.size(), 4);
  append_number(message, crc32(message), 4);
  message.append(encoded).append(payload);
  append_number(message, crc32(message), 4);
  return message;
}

const Member* events_of(const OperationModel& operation) {
  const auto found = std::ranges::find(operation.output->members, Kind::events,
                                       [](const Member& member) { return member.shape->kind; });
  return found == operation.output->members.end() ? nullptr : &*found;
}

net::Response stream_events(const ServiceModel& model, const Wire& wire, const OperationModel& operation,
                            const void* output, const std::string& request_id) {
  const Protocol protocol = protocol_of(model, wire);
  const Member& member = *events_of(operation);
  net::Response response;
  response.headers.set("content-type", "application/vnd.amazon.eventstream");
  add_request_id(response, protocol, request_id);
  const auto* events = static_cast<const AnyEvents*>(get(member, output));
  response.body = [events = *events, shape = member.shape, protocol, request_id](net::BodyWriter& body) {
    StreamWriter writer(body, *shape, protocol);
    if (!writer.begin()) return;
    try {
      events.run(writer);
    } catch (const Error& error) {
      writer.fail(error);
    } catch (const std::exception& unexpected) {
      logging::error("{}: {}", request_id, unexpected.what());
      writer.fail({"InternalFailureException", 500, "Internal Service Failure."});
    }
  };
  return response;
}

}  // namespace standpipe::aws
