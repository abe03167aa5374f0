// Query parameters ("Tags.member.1.Key=a") to structs. The names are put into a tree first; each level of it is one
// level of the shape.
#include <map>

#include "aws/codec.h"
#include "base/bytes.h"

namespace standpipe::aws {
namespace {

constexpr size_t kSegmentsMax = 32;

struct Node {
  const std::string* value = nullptr;
  std::map<std::string_view, Node> children;

  const Node* find(std::string_view name) const {
    const auto found = children.find(name);
    return found == children.end() ? nullptr : &found->second;
  }
};

class QueryDecoder {
 public:
  explicit QueryDecoder(Decoding& decoding) : decoding_(decoding) {}

  Node tree(const Form& form) {
    Node root;
    for (const auto& [name, value] : form) {
      decoding_.count_element();
      Node* node = &root;
      size_t begin = 0;
      for (size_t segments = 1;; ++segments) {
        if (segments > kSegmentsMax) throw decoding_.error("A parameter's name is nested too deeply.");
        const size_t dot = std::min(name.find('.', begin), name.size());
        node = &node->children[std::string_view(name).substr(begin, dot - begin)];
        if (dot == name.size()) break;
        begin = dot + 1;
      }
      node->value = &value;
    }
    return root;
  }

  void structure(const Shape& shape, const Node& node, void* out, const Path* path) {
    if (node.value && !node.value->empty()) throw unexpected(path);
    Seen seen;
    for (size_t i = 0; i < shape.members.size(); ++i) {
      const Member& member = shape.members[i];
      const bool flattened = member.flattened || member.shape->flattened;
      // A flattened list goes by its elements' name where they have one.
      const bool renamed = flattened && member.shape->kind == Kind::list && !member.shape->element_name.empty();
      const Node* child = node.find(renamed ? member.shape->element_name : member.wire);
      if (!child) continue;
      seen.set(i);
      const Path here{path, member.path};
      value(*member.shape, *child, flattened, format_or(member, TimeFormat::iso8601), emplace(member, out), &here);
    }
    note_missing(decoding_, shape, seen, path);
  }

 private:
  void value(const Shape& shape, const Node& node, bool flattened, TimeFormat format, void* out, const Path* path) {
    switch (shape.kind) {
      case Kind::structure: return structure(shape, node, out, path);
      case Kind::list: return list(shape, node, flattened, out, path);
      case Kind::map: return map(shape, node, flattened, out, path);
      default:
        if (!node.value || !node.children.empty()) throw unexpected(path);
        if (!read_scalar(shape, *node.value, format, out)) throw malformed(shape, path);
    }
  }

  // Children by their number; the numbers need not be without gaps.
  std::map<int64_t, const Node*> numbered(const Node& node, const Path* path) {
    std::map<int64_t, const Node*> result;
    for (const auto& [name, child] : node.children) {
      const auto number = parse_int(name);
      if (!number || *number < 0) throw unexpected(path);
      result[*number] = &child;
    }
    return result;
  }

  void list(const Shape& shape, const Node& node, bool flattened, void* out, const Path* path) {
    if (node.value && !node.value->empty()) throw unexpected(path);
    const Node* items = &node;
    if (!flattened && !node.children.empty()) {
      items = node.find(shape.element_name.empty() ? "member" : shape.element_name);
      if (!items) throw unexpected(path);
    }
    Path here{path};
    for (const auto& [number, item] : numbered(*items, path)) {
      ++here.index;
      const TimeFormat own = shape.element->time_format;
      value(*shape.element, *item, false, own == TimeFormat::unspecified ? TimeFormat::iso8601 : own,
            shape.access->append(out), &here);
    }
  }

  void map(const Shape& shape, const Node& node, bool flattened, void* out, const Path* path) {
    if (node.value && !node.value->empty()) throw unexpected(path);
    const Node* entries = &node;
    if (!flattened && !node.children.empty()) {
      entries = node.find("entry");
      if (!entries) throw unexpected(path);
    }
    for (const auto& [number, entry] : numbered(*entries, path)) {
      const Node* key = entry->find(shape.key_name.empty() ? "key" : shape.key_name);
      const Node* item = entry->find(shape.element_name.empty() ? "value" : shape.element_name);
      if (!key || !key->value || !item) throw unexpected(path);
      if (!valid_utf8(*key->value)) throw malformed(*shape.key, path);
      const Path here{path, *key->value};
      value(*shape.element, *item, false, TimeFormat::iso8601, shape.access->insert(out, *key->value), &here);
    }
  }

  Error unexpected(const Path* path) const {
    return decoding_.error("Unexpected structure of the parameter " + (path ? path->print() : "") + ".");
  }
  Error malformed(const Shape& shape, const Path* path) const {
    return decoding_.error("The value of the parameter " + (path ? path->print() : "") + " is not a valid " +
                           std::string(shape.name) + ".");
  }

  Decoding& decoding_;
};

}  // namespace

void decode_query(Decoding& decoding, const Shape& structure, const Form& form, void* out) {
  QueryDecoder decoder(decoding);
  // Tree's keys and values live in the form. "Action=…" and "Version=…" are no members.
  const Node root = decoder.tree(form);
  decoder.structure(structure, root, out, nullptr);
}

}  // namespace standpipe::aws
