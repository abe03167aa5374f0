// XML bodies of rest-xml and query services to structs and back.
#include "aws/codec.h"
#include "base/bytes.h"

namespace standpipe::aws {
namespace {

class XmlDecoder {
 public:
  explicit XmlDecoder(Decoding& decoding) : decoding_(decoding) {}

  void structure(const Shape& shape, const xml::Element& element, void* out, const Path* path) {
    Seen seen;
    size_t hint = 0;
    for (const xml::Element& child : element.children) {
      const Member* member = find_member(shape, child.name, hint);
      if (!member) continue;
      const auto index = static_cast<size_t>(member - shape.members.data());
      const Path here{path, member->path};
      const bool again = seen[index];
      seen.set(index);
      // A flattened list or map comes as one child per item: all go to the same place.
      if (flattened(*member)) {
        void* slot = again ? const_cast<void*>(get(*member, out)) : emplace(*member, out);
        item(*member->shape, child, slot, &here);
      } else {
        value(*member->shape, child, format_or(*member, TimeFormat::iso8601), emplace(*member, out), &here);
      }
    }
    note_missing(decoding_, shape, seen, path);
  }

 private:
  static bool flattened(const Member& member) {
    return (member.flattened || member.shape->flattened) &&
           (member.shape->kind == Kind::list || member.shape->kind == Kind::map);
  }

  const Member* find_member(const Shape& shape, std::string_view name, size_t& hint) const {
    if (const Member* member = find_body_member(shape, name, hint)) return member;
    for (const Member& member : shape.members) {
      if (flattened(member) && member.location == Location::body && member.shape->element_name == name) return &member;
    }
    return nullptr;
  }

  void value(const Shape& shape, const xml::Element& element, TimeFormat format, void* out, const Path* path) {
    switch (shape.kind) {
      case Kind::structure: return structure(shape, element, out, path);
      case Kind::list:
      case Kind::map: {
        shape.access->clear(out);
        Path here{path};
        for (const xml::Element& child : element.children) {
          ++here.index;
          item(shape, child, out, shape.kind == Kind::list ? &here : path);
        }
        return;
      }
      default:
        if (!element.children.empty() || !read_scalar(shape, text(shape, element), format, out)) {
          throw decoding_.error(
              "The XML you provided was not well-formed or did not validate against our published "
              "schema");
        }
    }
  }

  // Line breaks round a number or date are layout; in a string they are part of it.
  static std::string_view text(const Shape& shape, const xml::Element& element) {
    return shape.kind == Kind::string ? std::string_view(element.text) : trim(element.text);
  }

  void item(const Shape& shape, const xml::Element& element, void* out, const Path* path) {
    decoding_.count_element();
    if (shape.kind == Kind::list) {
      return value(*shape.element, element, format_of(*shape.element), shape.access->append(out), path);
    }
    const xml::Element* key = element.find(shape.key_name.empty() ? "key" : shape.key_name);
    const xml::Element* entry = element.find(shape.element_name.empty() ? "value" : shape.element_name);
    if (!key || !entry) throw decoding_.error("An entry of a map has no key or no value.");
    const Path here{path, key->text};
    value(*shape.element, *entry, format_of(*shape.element), shape.access->insert(out, key->text), &here);
  }

  static TimeFormat format_of(const Shape& shape) {
    return shape.time_format == TimeFormat::unspecified ? TimeFormat::iso8601 : shape.time_format;
  }

  Decoding& decoding_;
};

class XmlEncoder {
 public:
  XmlEncoder(xml::Writer& writer, TimeFormat time) : writer_(writer), time_(time) {}

  void structure(const Shape& shape, const void* from) {
    for (const Member& member : shape.members) {
      const void* present = member.location == Location::body ? get(member, from) : nullptr;
      if (!present) continue;
      const bool flattened = member.flattened || member.shape->flattened;
      if (flattened && member.shape->kind == Kind::list) {
        const bool renamed = !member.shape->element_name.empty();
        items(*member.shape, present, renamed ? member.shape->element_name : member.wire);
      } else if (flattened && member.shape->kind == Kind::map) {
        entries(*member.shape, present, member.wire);
      } else {
        writer_.open(member.wire);
        value(*member.shape, present, format_or(member, time_));
        writer_.close();
      }
    }
  }

 private:
  void items(const Shape& shape, const void* from, std::string_view name) {
    for (size_t i = 0, size = shape.access->size(from); i < size; ++i) {
      writer_.open(name);
      value(*shape.element, shape.access->at(from, i), time_);
      writer_.close();
    }
  }

  void entries(const Shape& shape, const void* from, std::string_view name) {
    each_entry(shape, from, [&](const std::string& key, const void* item) {
      writer_.open(name).element(shape.key_name.empty() ? "key" : shape.key_name, key);
      writer_.open(shape.element_name.empty() ? "value" : shape.element_name);
      value(*shape.element, item, time_);
      writer_.close().close();
    });
  }

  void value(const Shape& shape, const void* from, TimeFormat format) {
    switch (shape.kind) {
      case Kind::structure: return structure(shape, from);
      case Kind::list: return items(shape, from, shape.element_name.empty() ? "member" : shape.element_name);
      case Kind::map: return entries(shape, from, "entry");
      default: writer_.text(print_scalar(shape, from, format));
    }
  }

  xml::Writer& writer_;
  TimeFormat time_;
};

}  // namespace

void decode_xml(Decoding& decoding, const Shape& structure, const xml::Element& element, void* out) {
  XmlDecoder(decoding).structure(structure, element, out, nullptr);
}

void encode_xml(xml::Writer& writer, const Shape& structure, const void* value, TimeFormat time) {
  XmlEncoder(writer, time).structure(structure, value);
}

}  // namespace standpipe::aws
