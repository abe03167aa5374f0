#include "base/xml.h"

#include <gtest/gtest.h>

namespace standpipe::xml {
namespace {

TEST(Xml, ReadsElementsTextAttributesAndIgnoresNamespaces) {
  const Element root = parse(R"(<?xml version="1.0"?><s:Delete xmlns:s="urn:x" a="1"><!-- no -->
    <Object><Key>a &amp; b</Key></Object><Object><Key><![CDATA[<c>]]></Key></Object></s:Delete>)");
  EXPECT_EQ(root.name, "Delete");
  EXPECT_EQ(*root.attribute("a"), "1");
  EXPECT_EQ(root.attribute("b"), nullptr);
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(root.children[0].find("Key")->text, "a & b");
  EXPECT_EQ(root.children[1].find("Key")->text, "<c>");
  EXPECT_EQ(root.find("Nothing"), nullptr);
}

TEST(Xml, RefusesWhatIsMalformedOrDangerous) {
  for (const char* text :
       {"", "<a>", "<a></b>", "<a/><b/>", "plain", "<a>&undefined;</a>", "<a>\xff</a>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"}) {
    EXPECT_THROW(parse(text), ParseError) << text;
  }
}

TEST(Xml, BoundsDepthAndCount) {
  const auto nested = [](size_t depth) {
    std::string text;
    for (size_t i = 0; i < depth; ++i) text += "<a>";
    for (size_t i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  EXPECT_NO_THROW(parse(nested(kDepthMax)));
  EXPECT_THROW(parse(nested(kDepthMax + 1)), ParseError);
  std::string many = "<a>";
  for (size_t i = 0; i < kElementsMax; ++i) many += "<b/>";
  EXPECT_THROW(parse(many + "</a>"), ParseError);
}

TEST(Xml, WhatIsWrittenReadsBackEqual) {
  const std::string text = "a<b>&\"'\r\n\t\xc3\xa4";
  Writer writer(true);
  writer.open("Root", "xmlns=\"urn:x\"").element("Key", text).open("Empty").close().close();
  const Element root = parse(writer.take());
  EXPECT_EQ(root.find("Key")->text, text);
  EXPECT_TRUE(root.find("Empty")->text.empty());
}

}  // namespace
}  // namespace standpipe::xml
