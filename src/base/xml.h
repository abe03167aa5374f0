// XML as AWS uses it: small documents of elements with text. Reading is bounded (depth, elements) and refuses document
// type declarations, so there are no entities to expand; namespaces are ignored, a prefix is cut off element names.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace standpipe::xml {

struct ParseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr size_t kDepthMax = 128;
inline constexpr size_t kElementsMax = 250'000;

struct Element {
  std::string name;
  std::string text;                                             // all character data directly inside, joined
  std::vector<std::pair<std::string, std::string>> attributes;  // names as written, with their prefix
  std::vector<Element> children;

  const Element* find(std::string_view child) const;  // the first of that name, or nullptr
  const std::string* attribute(std::string_view attribute_name) const;
};

// The root element; throws ParseError.
Element parse(std::string_view document);

void append_escaped(std::string& out, std::string_view text);

// Appends to a document that the caller keeps correct: every open() has its close().
class Writer {
 public:
  // Begins with the XML declaration if asked.
  explicit Writer(bool declaration = false);
  Writer& open(std::string_view name);
  Writer& open(std::string_view name, std::string_view attributes);  // ready to print: `xmlns="…"`
  Writer& close();
  Writer& text(std::string_view text);
  Writer& element(std::string_view name, std::string_view text) { return open(name).text(text).close(); }
  std::string take();  // the document; everything is closed

 private:
  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace standpipe::xml
