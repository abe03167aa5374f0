#include "base/base64.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "base/bytes.h"

namespace standpipe {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Bit by bit, after the letter of the RFC.
std::string by_the_letter(std::string_view bytes) {
  std::string bits, text;
  for (const unsigned char byte : bytes) {
    for (int bit = 7; bit >= 0; --bit) bits += byte >> bit & 1 ? '1' : '0';
  }
  while (bits.size() % 6 != 0) bits += '0';
  for (size_t at = 0; at < bits.size(); at += 6) text += kAlphabet[std::stoul(bits.substr(at, 6), nullptr, 2)];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

TEST(Base64, KnowsTheVectorsOfTheRfc) {
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_EQ(base64_encode(""), "");
}

TEST(Base64, EveryLengthGoesThereAndBack) {
  std::mt19937 random(1);
  for (size_t size = 0; size < 300; ++size) {
    std::string bytes;
    for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(random());
    const std::string text = by_the_letter(bytes);
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Base64, EveryOtherCharacterIsRefusedAtEveryPlace) {
  const std::string good = by_the_letter(std::string(96, 'x'));
  for (int code = 0; code < 256; ++code) {
    const char character = static_cast<char>(code);
    const bool known = kAlphabet.find(character) != std::string_view::npos;
    for (size_t place = 0; place < good.size(); ++place) {
      std::string text = good;
      text[place] = character;
      const bool pads = character == '=' && place + 1 == good.size();
      EXPECT_EQ(base64_decode(text).has_value(), known || pads) << code << " at " << place;
    }
  }
}

TEST(Base64, WhatIsNotPaddedIsRefused) {
  for (const char* bad : {"A", "AA", "AAA", "A===", "AA=A", "====", "AAAAA===", "AAA=AAAA", "a=bc", "ab\n=", "a b="}) {
    EXPECT_EQ(base64_decode(bad), std::nullopt) << bad;
  }
}

// Sanitizers see a write beyond the room.
TEST(Base64, DecodesIntoNoMoreRoomThanItSays) {
  for (size_t size = 0; size < 200; ++size) {
    const std::string bytes(size, 'q'), text = base64_encode(bytes);
    const std::unique_ptr<char[]> room(new char[text.size() / 4 * 3]);
    EXPECT_EQ(base64_decode(text, room.get()), size);
    EXPECT_EQ(std::string_view(room.get(), size), bytes);
  }
}

}  // namespace
}  // namespace standpipe
