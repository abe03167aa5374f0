// CBOR to structs and back: Smithy RPC v2 (timestamps in seconds) and AWS CBOR 1.1 (in milliseconds).
#include <cmath>
#include <limits>

#include "aws/codec.h"

namespace standpipe::aws {
namespace {

constexpr uint64_t kEpochTag = 1;

class CborDecoder {
 public:
  CborDecoder(Decoding& decoding, std::string_view bytes, CborTime time)
      : decoding_(decoding), reader_(bytes), time_(time) {}

  void document(const Shape& shape, void* out) {
    structure(shape, out, nullptr);
    if (!reader_.at_end()) throw cbor::ParseError("Bytes follow the CBOR body");
  }

 private:
  void structure(const Shape& shape, void* out, const Path* path) {
    expect(cbor::Kind::map, "Structure");
    Seen seen;
    size_t hint = 0;
    reader_.map([&](const std::string& key) {
      const Member* member = find_body_member(shape, key, hint);
      if (!member) return reader_.skip();
      if (reader_.kind() == cbor::Kind::null) return reader_.null();
      seen.set(static_cast<size_t>(member - shape.members.data()));
      const Path here{path, member->path};
      value(*member->shape, emplace(*member, out), &here);
    });
    note_missing(decoding_, shape, seen, path);
  }

  void value(const Shape& shape, void* out, const Path* path) {
    switch (shape.kind) {
      case Kind::structure: return structure(shape, out, path);
      case Kind::list: return list(shape, out, path);
      case Kind::map: return map(shape, out, path);
      case Kind::string:
        expect(cbor::Kind::text, "String");
        *static_cast<std::string*>(out) = reader_.text();
        return;
      case Kind::blob:
        expect(cbor::Kind::bytes, "Blob");
        static_cast<Blob*>(out)->bytes = reader_.bytes();
        return;
      case Kind::integer: {
        const int64_t integral = integer();
        if (integral < std::numeric_limits<int32_t>::min() || integral > std::numeric_limits<int32_t>::max()) {
          throw decoding_.error("NUMBER_VALUE can not be converted to an Integer");
        }
        *static_cast<int32_t*>(out) = static_cast<int32_t>(integral);
        return;
      }
      case Kind::long_integer: *static_cast<int64_t*>(out) = integer(); return;
      case Kind::float_number: *static_cast<float*>(out) = static_cast<float>(reader_.number()); return;
      case Kind::double_number: *static_cast<double*>(out) = reader_.number(); return;
      case Kind::boolean:
        expect(cbor::Kind::boolean, "Boolean");
        *static_cast<bool*>(out) = reader_.boolean();
        return;
      case Kind::timestamp: return timestamp(*static_cast<Timestamp*>(out));
      case Kind::stream:
      case Kind::events:
      case Kind::document: throw decoding_.error("This member has no form in CBOR.");
    }
  }

  void list(const Shape& shape, void* out, const Path* path) {
    expect(cbor::Kind::array, "List");
    shape.access->clear(out);
    Path here{path};
    reader_.array([&] {
      decoding_.count_element();
      ++here.index;
      void* slot = shape.access->append(out);
      if (reader_.kind() == cbor::Kind::null) {
        reader_.null();
        return decoding_.note_missing(&here, {});
      }
      value(*shape.element, slot, &here);
    });
  }

  void map(const Shape& shape, void* out, const Path* path) {
    expect(cbor::Kind::map, "Map");
    shape.access->clear(out);
    reader_.map([&](std::string key) {
      decoding_.count_element();
      if (reader_.kind() == cbor::Kind::null) return reader_.null();
      const Path here{path, key};
      value(*shape.element, shape.access->insert(out, key), &here);
    });
  }

  int64_t integer() {
    if (reader_.kind() == cbor::Kind::integer) return reader_.integer();
    const double floating = reader_.number();
    if (std::trunc(floating) != floating || std::abs(floating) >= 9.2e18) {
      throw decoding_.error("DECIMAL_VALUE can not be converted to an Integer");
    }
    return static_cast<int64_t>(floating);
  }

  void timestamp(Timestamp& out) {
    if (reader_.kind() == cbor::Kind::tag && reader_.tag() != kEpochTag) {
      throw decoding_.error("A timestamp has an unexpected tag.");
    }
    const double seconds = reader_.number() / (time_ == CborTime::milliseconds ? 1000 : 1);
    if (!(seconds >= kSecondsMin && seconds <= kSecondsMax)) throw decoding_.error("A timestamp is out of range.");
    out = from_epoch_ms(std::llround(seconds * 1000));
  }

  void expect(cbor::Kind kind, const char* expected) {
    if (reader_.kind() != kind) throw decoding_.error(std::string("A value is not of the expected type ") + expected);
  }

  Decoding& decoding_;
  cbor::Reader reader_;
  CborTime time_;
};

class CborEncoder {
 public:
  explicit CborEncoder(CborTime time) : time_(time) {}
  std::string take() { return writer_.take(); }

  void structure(const Shape& shape, const void* from) {
    size_t present = 0;
    for (const Member& member : shape.members) present += get(member, from) != nullptr;
    writer_.map(present);
    for (const Member& member : shape.members) {
      if (const void* item = get(member, from)) {
        writer_.text(member.wire);
        value(*member.shape, item);
      }
    }
  }

 private:
  void value(const Shape& shape, const void* from) {
    switch (shape.kind) {
      case Kind::structure: return structure(shape, from);
      case Kind::list: {
        const size_t size = shape.access->size(from);
        writer_.array(size);
        for (size_t i = 0; i < size; ++i) value(*shape.element, shape.access->at(from, i));
        return;
      }
      case Kind::map:
        writer_.map(shape.access->size(from));
        return each_entry(shape, from, [&](const std::string& key, const void* item) {
          writer_.text(key);
          value(*shape.element, item);
        });
      case Kind::string: return writer_.text(*static_cast<const std::string*>(from));
      case Kind::blob: return writer_.bytes(static_cast<const Blob*>(from)->bytes);
      case Kind::integer: return writer_.integer(*static_cast<const int32_t*>(from));
      case Kind::long_integer: return writer_.integer(*static_cast<const int64_t*>(from));
      case Kind::float_number: return writer_.number(*static_cast<const float*>(from));
      case Kind::double_number: return writer_.number(*static_cast<const double*>(from));
      case Kind::boolean: return writer_.boolean(*static_cast<const bool*>(from));
      case Kind::timestamp: {
        const int64_t ms = epoch_ms(*static_cast<const Timestamp*>(from));
        writer_.tag(kEpochTag);
        if (time_ == CborTime::milliseconds) return writer_.integer(ms);
        if (ms % 1000 == 0) return writer_.integer(ms / 1000);
        return writer_.number(static_cast<double>(ms) / 1000);
      }
      case Kind::stream:
      case Kind::events:
      case Kind::document: return writer_.null();
    }
  }

  cbor::Writer writer_;
  CborTime time_;
};

}  // namespace

void decode_cbor(Decoding& decoding, const Shape& structure, std::string_view bytes, CborTime time, void* out) {
  try {
    CborDecoder(decoding, bytes, time).document(structure, out);
  } catch (const cbor::ParseError& error) {
    throw decoding.error(error.what());
  }
}

std::string encode_cbor(const Shape& structure, const void* value, CborTime time) {
  CborEncoder encoder(time);
  encoder.structure(structure, value);
  return encoder.take();
}

}  // namespace standpipe::aws
