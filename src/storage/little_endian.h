// Fixed-width integers as the on-disk formats store them: little-endian, unaligned.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>
#include <string>


namespace standpipe {

static_assert(std::endian::native == std::endian::little, "on-disk formats are little-endian");

template <std::unsigned_integral Word>
Word load(const char* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}
template <std::unsigned_integral Word>
void store(char* into, Word word) {
  std::memcpy(into, &word, sizeof word);
}
template <std::unsigned_integral Word>
void append_word(std::string& into, Word word) {
  into.append(reinterpret_cast<const char*>(&word), sizeof word);
}

}  // namespace standpipe
