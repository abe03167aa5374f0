// What the codecs of all protocols share: the state of a decode, and scalars as text. Internal to src/aws.
#pragma once

#include <bitset>
#include <string>
#include <string_view>

#include "aws/error.h"
#include "aws/protocol.h"
#include "aws/shape.h"
#include "aws/types.h"
#include "base/cbor.h"
#include "base/clock.h"
#include "base/xml.h"

namespace standpipe::aws {

// Where a walker is, for messages; a chain on the stack.
struct Path {
  const Path* parent = nullptr;
  std::string_view name{};  // of a member or a map's key; empty: an element of a list
  size_t index = 0;         // from 1
  std::string print() const;
};

// One decode. An input must not make us build much more than what it sent: elements of lists and maps are counted.
class Decoding {
 public:
  static constexpr size_t kElementsMax = 200'000;

  explicit Decoding(std::string error_code) : error_code_(std::move(error_code)) {}
  Error error(std::string message) const { return {error_code_, 400, std::move(message)}; }
  void count_element() {
    if (++elements_ > kElementsMax) throw error("The request has too many elements.");
  }
  void note_missing(const Path* parent, std::string_view name) { missing_.push_back(Path{parent, name}.print()); }
  Missing take_missing() { return std::move(missing_); }

 private:
  std::string error_code_;
  size_t elements_ = 0;
  Missing missing_;
};

// Which members of a structure have come.
using Seen = std::bitset<256>;
// On the wire, or with all members in one document: by their names in the model, wherever they travel otherwise,
// timestamps as seconds since 1970, streams as base64.
enum class JsonForm { wire, whole };
void note_missing(Decoding& decoding, const Shape& structure, const Seen& seen, const Path* path,
                  JsonForm form = JsonForm::wire);

// The member of that name which travels in the body, or nullptr. `hint`: the index where to look first, moved behind.
const Member* find_body_member(const Shape& structure, std::string_view wire, size_t& hint);

// A scalar (not a structure, list, map or document) from its text in a query, header, label or XML element.
// False if the text does not fit the type. `otherwise`: the location's format of timestamps.
bool read_scalar(const Shape& shape, std::string_view text, TimeFormat format, void* out);
std::string print_scalar(const Shape& shape, const void* value, TimeFormat format);
// The member's own format, or `otherwise`.
inline TimeFormat format_or(const Member& member, TimeFormat otherwise) {
  const TimeFormat own = time_format(member);
  return own == TimeFormat::unspecified ? otherwise : own;
}

// Bounds of what a Timestamp is made from: the years 0 to 9999.
inline constexpr double kSecondsMin = -62'167'219'200.0, kSecondsMax = 253'402'300'799.0;

// JsonForm::wire: members with Location::body only. `text` is a whole document.
void decode_json(Decoding& decoding, const Shape& structure, std::string_view text, void* out,
                 JsonForm form = JsonForm::wire);
std::string encode_json(const Shape& structure, const void* value, JsonForm form = JsonForm::wire);
// A success in JSON whose body is written already.
net::Response json_response(const Wire& wire, std::string body, const std::string& request_id);
// Of a stream inside a document.
inline constexpr uint64_t kInlineStreamBytesMax = 8 * 1024 * 1024;

enum class CborTime { seconds, milliseconds };
void decode_cbor(Decoding& decoding, const Shape& structure, std::string_view bytes, CborTime time, void* out);
std::string encode_cbor(const Shape& structure, const void* value, CborTime time);

using Form = std::vector<std::pair<std::string, std::string>>;
void decode_query(Decoding& decoding, const Shape& structure, const Form& form, void* out);

void decode_xml(Decoding& decoding, const Shape& structure, const xml::Element& element, void* out);
void encode_xml(xml::Writer& writer, const Shape& structure, const void* value, TimeFormat time);

void decode_rest(Decoding& decoding, const ServiceModel& model, const Route& route, const net::Request& http,
                 void* out);
std::string host_id(const std::string& request_id);  // S3's second id of a request
void add_request_id(net::Response& response, Protocol protocol, const std::string& request_id);
net::Response encode_rest(const ServiceModel& model, const OperationModel& operation, const void* output);

}  // namespace standpipe::aws
