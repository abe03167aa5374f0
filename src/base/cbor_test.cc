#include "base/cbor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "base/bytes.h"

namespace standpipe::cbor {
namespace {

std::string hex(const char* text) { return hex_decode(text).value(); }

TEST(Cbor, IntegersOfEverySize) {  // RFC 8949, appendix A
  const std::vector<std::pair<int64_t, const char*>> cases = {
      {0, "00"},
      {23, "17"},
      {24, "1818"},
      {1000, "1903e8"},
      {1000000, "1a000f4240"},
      {1000000000000, "1b000000e8d4a51000"},
      {-1, "20"},
      {-100, "3863"},
      {std::numeric_limits<int64_t>::min(), "3b7fffffffffffffff"}};
  for (const auto& [value, encoded] : cases) {
    const std::string bytes = hex(encoded);
    EXPECT_EQ(Reader(bytes).integer(), value);
    Writer writer;
    writer.integer(value);
    EXPECT_EQ(hex_encode(writer.take()), encoded);
  }
  EXPECT_THROW(Reader(hex("1bffffffffffffffff")).integer(), ParseError);
}

TEST(Cbor, NumbersOfEveryPrecision) {
  EXPECT_EQ(Reader(hex("f93c00")).number(), 1.0);
  EXPECT_EQ(Reader(hex("f90001")).number(), 5.960464477539063e-8);
  EXPECT_EQ(Reader(hex("fa47c35000")).number(), 100000.0);
  EXPECT_EQ(Reader(hex("fb3ff199999999999a")).number(), 1.1);
  EXPECT_TRUE(std::isnan(Reader(hex("f97e00")).number()));
  EXPECT_TRUE(std::isinf(Reader(hex("f9fc00")).number()));
  EXPECT_EQ(Reader(hex("1818")).number(), 24.0);
}

TEST(Cbor, DefiniteAndIndefiniteContainers) {
  for (const char* encoded : {"a26161016162820203", "bf61610161629f0203ffff"}) {
    const std::string bytes = hex(encoded);
    Reader reader(bytes);
    std::map<std::string, std::vector<int64_t>> read;
    reader.map([&](const std::string& key) {
      if (reader.kind() == Kind::array) {
        reader.array([&] { read[key].push_back(reader.integer()); });
      } else {
        read[key].push_back(reader.integer());
      }
    });
    EXPECT_TRUE(reader.at_end());
    EXPECT_EQ(read, (std::map<std::string, std::vector<int64_t>>{{"a", {1}}, {"b", {2, 3}}}));
  }
  EXPECT_EQ(Reader(hex("5f42010243030405ff")).bytes(), hex("0102030405"));
}

TEST(Cbor, RefusesDamage) {
  for (const char* encoded :
       {"", "18", "42aa", "82", "bf", "9f01", "5f6161ff", "1c", "ff", "fc", "62ff", "bb7fffffffffffffff"}) {
    const std::string bytes = hex(encoded);
    EXPECT_THROW(Reader(bytes).skip(), ParseError) << encoded;
  }
  EXPECT_THROW(Reader(hex("61ff")).text(), ParseError);
  EXPECT_THROW(Reader(hex("01")).text(), ParseError);
  EXPECT_THROW(Reader(std::string(100000, '\x81')).skip(), ParseError);
  EXPECT_THROW(Reader(std::string(100000, '\xc1')).skip(), ParseError);
}

}  // namespace
}  // namespace standpipe::cbor
