// REST: members travel in the path, the query, headers, the status and the body.
#include <algorithm>

#include "aws/codec.h"
#include "base/bytes.h"

namespace standpipe::aws {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// A blob or stream that is the whole body, sent as it is.
class BodySource final : public ByteSource {
 public:
  explicit BodySource(net::Body body) : body_(std::move(body)) {}
  uint64_t size() const override { return body_.size(); }
  size_t read(char* into, size_t capacity) override {
    const size_t count = body_.view().copy(into, capacity, at_);
    at_ += count;
    return count;
  }

 private:
  net::Body body_;
  size_t at_ = 0;
};

// Nothing, of a known size: what a HEAD request is told of.
class AnnouncedSource final : public ByteSource {
 public:
  explicit AnnouncedSource(uint64_t size) : size_(size) {}
  uint64_t size() const override { return size_; }
  size_t read(char*, size_t) override { return 0; }

 private:
  uint64_t size_;
};

class RestDecoder {
 public:
  RestDecoder(Decoding& decoding, const ServiceModel& model, const Route& route, const net::Request& http)
      : decoding_(decoding), xml_(model.protocol == "rest-xml"), route_(route), http_(http) {}

  void decode(void* out) {
    auto parameters = net::parse_query(http_.query());
    if (!parameters) throw Error(xml_ ? "InvalidURI" : "MalformedQueryString", 400, "The query string is malformed.");
    const Shape& input = *route_.operation->input;
    for (const Member& member : input.members) {
      if (member.location == Location::body || member.location == Location::payload) continue;
      if (!member_present(member, *parameters, out) && member.required) decoding_.note_missing(nullptr, member.path);
    }
    body(input, out);
  }

 private:
  bool member_present(const Member& member, const Parameters& parameters, void* out) {
    switch (member.location) {
      case Location::uri: {
        const auto label = route_.labels.find(std::string(member.wire));
        if (label == route_.labels.end()) return false;
        return scalar(member, label->second, TimeFormat::iso8601, out);
      }
      case Location::query: return query(member, parameters, out);
      case Location::query_map: {
        void* map = emplace(member, out);
        for (const auto& [name, value] : parameters) {
          read(*member.shape->element, name, value, TimeFormat::iso8601, member.shape->access->insert(map, name));
        }
        return true;
      }
      case Location::header: {
        const std::string* value = http_.headers.find(member.wire);
        return value && header(member, *value, out);
      }
      case Location::header_map: {
        const std::string prefix = to_lower(member.wire);
        void* map = nullptr;
        for (const auto& [name, value] : http_.headers.entries()) {
          const std::string lower = to_lower(name);
          if (!lower.starts_with(prefix)) continue;
          if (!map) map = emplace(member, out);
          read(*member.shape->element, name, value, TimeFormat::iso8601,
               member.shape->access->insert(map, lower.substr(prefix.size())));
        }
        return map != nullptr;
      }
      default: return true;
    }
  }

  bool query(const Member& member, const Parameters& parameters, void* out) {
    void* list = nullptr;
    bool present = false;
    for (const auto& [name, value] : parameters) {
      if (name != member.wire) continue;
      present = true;
      if (member.shape->kind != Kind::list) return scalar(member, value, TimeFormat::iso8601, out);
      if (!list) list = emplace(member, out);
      decoding_.count_element();
      read(*member.shape->element, name, value, TimeFormat::iso8601, member.shape->access->append(list));
    }
    return present;
  }

  bool header(const Member& member, const std::string& value, void* out) {
    if (member.shape->kind != Kind::list) return scalar(member, value, TimeFormat::http_date, out);
    void* list = emplace(member, out);
    for (const std::string& item : split(value, ',')) {
      read(*member.shape->element, member.wire, trim(item), TimeFormat::http_date, member.shape->access->append(list));
    }
    return true;
  }

  bool scalar(const Member& member, std::string_view text, TimeFormat otherwise, void* out) {
    // As S3 does, a condition whose date cannot be read is no condition.
    if (member.shape->kind == Kind::timestamp && member.location == Location::header) {
      Timestamp time{};
      if (!read_scalar(*member.shape, text, format_or(member, otherwise), &time)) return false;
      *static_cast<Timestamp*>(emplace(member, out)) = time;
      return true;
    }
    read(*member.shape, member.wire, text, format_or(member, otherwise), emplace(member, out));
    return true;
  }

  void read(const Shape& shape, std::string_view name, std::string_view text, TimeFormat format, void* out) {
    if (read_scalar(shape, text, format, out)) return;
    if (!xml_)
      throw decoding_.error("The value of " + std::string(name) + " is not a valid " + std::string(shape.name) + ".");
    const bool integral = shape.kind == Kind::integer || shape.kind == Kind::long_integer;
    throw Error("InvalidArgument", 400,
                integral ? "Provided " + std::string(name) + " not an integer or within integer range"
                         : "The value of " + std::string(name) + " is malformed.")
        .with("ArgumentName", std::string(name))
        .with("ArgumentValue", std::string(text));
  }

  void body(const Shape& input, void* out) {
    if (input.payload) return payload(*input.payload, out);
    const bool members =
        std::ranges::any_of(input.members, [](const Member& m) { return m.location == Location::body; });
    if (members) document(input, out);
  }

  void payload(const Member& member, void* out) {
    if (member.shape->kind == Kind::stream) {
      static_cast<Stream*>(emplace(member, out))->body = http_.body;
      return;
    }
    const auto text = inflated(http_);
    const std::string_view bytes = text ? std::string_view(*text) : http_.body.view();
    if (bytes.empty()) {
      if (!member.required) return;
      if (xml_) throw Error("MissingRequestBodyError", 400, "Request Body is empty");
      return decoding_.note_missing(nullptr, member.path);
    }
    void* slot = emplace(member, out);
    switch (member.shape->kind) {
      case Kind::blob: static_cast<Blob*>(slot)->bytes = bytes; return;
      case Kind::structure: return document(*member.shape, slot);
      default: read(*member.shape, member.wire, bytes, TimeFormat::iso8601, slot);
    }
  }

  void document(const Shape& shape, void* out) {
    const auto text = inflated(http_);
    const std::string_view bytes = text ? std::string_view(*text) : http_.body.view();
    if (!xml_) return decode_json(decoding_, shape, trim(bytes).empty() ? "{}" : bytes, out);
    try {
      decode_xml(decoding_, shape, bytes.empty() ? xml::Element{} : xml::parse(bytes), out);
    } catch (const xml::ParseError&) {
      throw decoding_.error(
          "The XML you provided was not well-formed or did not validate against our published schema");
    }
  }

  Decoding& decoding_;
  bool xml_;
  const Route& route_;
  const net::Request& http_;
};

class RestEncoder {
 public:
  RestEncoder(const ServiceModel& model, const OperationModel& operation)
      : model_(model), operation_(operation), xml_(model.protocol == "rest-xml") {}

  net::Response encode(const void* output) {
    const Shape& shape = *operation_.output;
    response_.status = operation_.status;
    bool in_body = false;
    for (const Member& member : shape.members) {
      in_body |= member.location == Location::body;
      if (const void* value = get(member, output)) place(member, value);
    }
    if (shape.payload) {
      if (const void* value = get(*shape.payload, output)) payload(*shape.payload, value);
    } else if (in_body) {
      document(shape, shape.xml_name.empty() ? shape.name : shape.xml_name, output);
    } else if (!xml_ && response_.status != 204 && operation_.method != "HEAD") {
      response_.headers.set("content-type", "application/json");
    }
    if (xml_ && response_.headers.contains("content-range")) response_.status = 206;
    return std::move(response_);
  }

 private:
  void place(const Member& member, const void* value) {
    switch (member.location) {
      case Location::status_code:
        if (const int status = *static_cast<const int32_t*>(value)) response_.status = status;
        return;
      case Location::header: return header(member, value);
      case Location::header_map:
        return each_entry(*member.shape, value, [&](const std::string& key, const void* item) {
          response_.headers.add(std::string(member.wire) + key, print_scalar(*member.shape->element, item, {}));
        });
      default: return;
    }
  }

  void header(const Member& member, const void* value) {
    if (member.shape->kind == Kind::list) {
      std::vector<std::string> items;
      for (size_t i = 0, size = member.shape->access->size(value); i < size; ++i) {
        items.push_back(
            print_scalar(*member.shape->element, member.shape->access->at(value, i), TimeFormat::http_date));
      }
      return response_.headers.set(std::string(member.wire), join(items, ","));
    }
    std::string text = print_scalar(*member.shape, value, format_or(member, TimeFormat::http_date));
    // The server counts the body itself; only a HEAD has none to count.
    if (equal_ignoring_case(member.wire, "content-length")) {
      if (operation_.method != "HEAD") return;
      response_.body = std::make_shared<AnnouncedSource>(static_cast<uint64_t>(parse_int(text).value_or(0)));
    }
    response_.headers.set(std::string(member.wire), std::move(text));
  }

  void payload(const Member& member, const void* value) {
    switch (member.shape->kind) {
      case Kind::structure: {
        const std::string_view root =
            member.wire != member.name || member.shape->xml_name.empty() ? member.wire : member.shape->xml_name;
        return document(*member.shape, root, value);
      }
      case Kind::blob: response_.body = static_cast<const Blob*>(value)->bytes; break;
      case Kind::stream: {
        const auto& stream = *static_cast<const Stream*>(value);
        response_.body = stream.source ? stream.source : std::make_shared<BodySource>(stream.body);
        break;
      }
      default: response_.body = print_scalar(*member.shape, value, {});
    }
    if (!response_.headers.contains("content-type")) {
      response_.headers.set("content-type", xml_ ? "binary/octet-stream" : "application/json");
    }
  }

  void document(const Shape& shape, std::string_view root, const void* value) {
    response_.headers.set("content-type", xml_ ? "application/xml" : "application/json");
    if (!xml_) {
      response_.body = encode_json(shape, value);
      return;
    }
    xml::Writer writer(true);
    writer.open(root, "xmlns=\"" + std::string(model_.xml_namespace) + "\"");
    if (shape.xml_unwrapped) {
      const Member& only = shape.members.front();
      if (const void* text = get(only, value)) writer.text(print_scalar(*only.shape, text, TimeFormat::iso8601));
    } else {
      encode_xml(writer, shape, value, TimeFormat::iso8601);
    }
    writer.close();
    response_.body = writer.take();
  }

  const ServiceModel& model_;
  const OperationModel& operation_;
  bool xml_;
  net::Response response_;
};

}  // namespace

void decode_rest(Decoding& decoding, const ServiceModel& model, const Route& route, const net::Request& http,
                 void* out) {
  RestDecoder(decoding, model, route, http).decode(out);
}

net::Response encode_rest(const ServiceModel& model, const OperationModel& operation, const void* output) {
  return RestEncoder(model, operation).encode(output);
}

}  // namespace standpipe::aws
