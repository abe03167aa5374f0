#include "base/xml.h"

#include <expat.h>

#include <climits>
#include <memory>

#include "base/check.h"

namespace standpipe::xml {
namespace {

std::string_view local_name(std::string_view name) {
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

struct Building {
  XML_Parser parser = nullptr;
  Element root;
  std::vector<Element*> open;  // stays valid: only the innermost element's children grow
  size_t elements = 0;
  const char* refusal = nullptr;

  void refuse(const char* why) {
    refusal = why;
    XML_StopParser(parser, XML_FALSE);
  }
};

void XMLCALL on_start(void* context, const XML_Char* name, const XML_Char** attributes) {
  auto& building = *static_cast<Building*>(context);
  if (building.open.size() >= kDepthMax) return building.refuse("The XML is nested too deeply");
  if (++building.elements > kElementsMax) return building.refuse("The XML has too many elements");
  Element& element = building.open.empty() ? building.root : building.open.back()->children.emplace_back();
  element.name = local_name(name);
  for (; *attributes; attributes += 2) element.attributes.emplace_back(attributes[0], attributes[1]);
  building.open.push_back(&element);
}

void XMLCALL on_end(void* context, const XML_Char*) {
  auto& open = static_cast<Building*>(context)->open;
  if (!open.empty()) open.pop_back();
}

void XMLCALL on_text(void* context, const XML_Char* text, int length) {
  auto& open = static_cast<Building*>(context)->open;
  if (!open.empty()) open.back()->text.append(text, static_cast<size_t>(length));
}

void XMLCALL on_doctype(void* context, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<Building*>(context)->refuse("A document type declaration is not allowed");
}

}  // namespace

const Element* Element::find(std::string_view child) const {
  for (const Element& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

const std::string* Element::attribute(std::string_view attribute_name) const {
  for (const auto& [key, value] : attributes) {
    if (key == attribute_name) return &value;
  }
  return nullptr;
}

Element parse(std::string_view document) {
  if (document.size() > INT_MAX) throw ParseError("The XML is too large");
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate("UTF-8"), XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  Building building;
  building.parser = parser.get();
  XML_SetUserData(parser.get(), &building);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  const auto status = XML_Parse(parser.get(), document.data(), static_cast<int>(document.size()), XML_TRUE);
  if (building.refusal) throw ParseError(building.refusal);
  if (status != XML_STATUS_OK) throw ParseError(XML_ErrorString(XML_GetErrorCode(parser.get())));
  return std::move(building.root);
}

void append_escaped(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 || c == '\n' || c == '\t') {
          out += c;
        } else {  // a carriage return would be read as a line feed; the other ones AWS writes so too
          out.append("&#x").append(byte > 15 ? "1" : "").append(1, kHex[byte & 15]).append(";");
        }
      }
    }
  }
}

Writer::Writer(bool declaration) {
  if (declaration) out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
}

Writer& Writer::open(std::string_view name) { return open(name, {}); }

Writer& Writer::open(std::string_view name, std::string_view attributes) {
  out_.append("<").append(name);
  if (!attributes.empty()) out_.append(" ").append(attributes);
  out_ += '>';
  open_.emplace_back(name);
  return *this;
}

Writer& Writer::close() {
  check(!open_.empty());
  out_.append("</").append(open_.back()).append(">");
  open_.pop_back();
  return *this;
}

Writer& Writer::text(std::string_view text) {
  append_escaped(out_, text);
  return *this;
}

std::string Writer::take() {
  check(open_.empty());
  return std::move(out_);
}

}  // namespace standpipe::xml
