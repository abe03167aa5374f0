// The vector forms follow W. Muła and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions" (2018).
#include "base/base64.h"

#include <array>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace standpipe {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint32_t kNone = 1u << 31;  // survives every shift and or below

// The value of a character at each of the four places of a group, so that a group is three ors.
constexpr std::array<std::array<uint32_t, 256>, 4> group_values() {
  std::array<std::array<uint32_t, 256>, 4> values{};
  for (size_t place = 0; place < 4; ++place) {
    for (auto& value : values[place]) value = kNone;
    for (uint32_t i = 0; i < kAlphabet.size(); ++i) {
      values[place][static_cast<unsigned char>(kAlphabet[i])] = i << (18 - 6 * place);
    }
  }
  return values;
}
constexpr auto kValues = group_values();

uint32_t group_of(const char* at) {
  const auto value = [&](size_t place) { return kValues[place][static_cast<unsigned char>(at[place])]; };
  return value(0) | value(1) | value(2) | value(3);
}

#if defined(__x86_64__)
const bool kHasAvx2 = __builtin_cpu_supports("avx2");

__attribute__((target("avx2"))) __m256i both(__m128i lane) { return _mm256_broadcastsi128_si256(lane); }

// Groups of 32 characters as long as there are more; answers how many characters it took. It stops before a group with
// a character that is none, and never writes beyond the room of what is left.
__attribute__((target("avx2"))) size_t decode_wide(const char* text, size_t size, char* out) {
  const __m256i low_bits = both(_mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A,
                                              0x1B, 0x1B, 0x1B, 0x1A));
  const __m256i high_bits = both(_mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10,
                                               0x10, 0x10, 0x10, 0x10));
  const __m256i offsets = both(_mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i slash = _mm256_set1_epi8(0x2F);
  const __m256i pack = both(_mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
  const __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
  size_t taken = 0;
  for (; taken + 44 <= size; taken += 32, out += 24) {
    const __m256i chars = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + taken));
    const __m256i high = _mm256_and_si256(_mm256_srli_epi32(chars, 4), slash);
    const __m256i low = _mm256_and_si256(chars, slash);
    if (!_mm256_testz_si256(_mm256_shuffle_epi8(low_bits, low), _mm256_shuffle_epi8(high_bits, high))) break;
    const __m256i which = _mm256_add_epi8(_mm256_cmpeq_epi8(chars, slash), high);
    const __m256i values = _mm256_add_epi8(chars, _mm256_shuffle_epi8(offsets, which));
    const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
    const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, pack), join);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes);
  }
  return taken;
}

// Groups of 24 bytes; answers how many bytes it took.
__attribute__((target("avx2"))) size_t encode_wide(const char* bytes, size_t size, char* out) {
  const __m256i spread = both(_mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
  const __m256i offsets = both(_mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                             '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0));
  size_t taken = 0;
  for (; taken + 28 <= size; taken += 24, out += 32) {  // the second load reads four bytes more than it uses
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + taken));
    const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + taken + 12));
    const __m256i groups = _mm256_shuffle_epi8(_mm256_set_m128i(second, first), spread);
    const __m256i odd = _mm256_mulhi_epu16(_mm256_and_si256(groups, _mm256_set1_epi32(0x0FC0FC00)),
                                           _mm256_set1_epi32(0x04000040));
    const __m256i even = _mm256_mullo_epi16(_mm256_and_si256(groups, _mm256_set1_epi32(0x003F03F0)),
                                            _mm256_set1_epi32(0x01000010));
    const __m256i values = _mm256_or_si256(odd, even);
    const __m256i capital = _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(26), values), _mm256_set1_epi8(13));
    const __m256i which = _mm256_or_si256(_mm256_subs_epu8(values, _mm256_set1_epi8(51)), capital);
    const __m256i chars = _mm256_add_epi8(_mm256_shuffle_epi8(offsets, which), values);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), chars);
  }
  return taken;
}
#else
constexpr bool kHasAvx2 = false;
size_t decode_wide(const char*, size_t, char*) { return 0; }
size_t encode_wide(const char*, size_t, char*) { return 0; }
#endif

void put_chars(char* out, uint32_t group, size_t count) {
  for (size_t i = 0; i < 4; ++i) out[i] = i < count ? kAlphabet[group >> (18 - 6 * i) & 63] : '=';
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  const size_t start = out.size();
  out.resize(start + (bytes.size() + 2) / 3 * 4);
  char* to = &out[start];
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])); };
  size_t at = kHasAvx2 ? encode_wide(bytes.data(), bytes.size(), to) : 0;
  to += at / 3 * 4;
  for (; at + 3 <= bytes.size(); at += 3, to += 4) {
    put_chars(to, byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2), 4);
  }
  const size_t rest = bytes.size() - at;
  if (rest == 1) put_chars(to, byte(at) << 16, 2);
  if (rest == 2) put_chars(to, byte(at) << 16 | byte(at + 1) << 8, 3);
}

std::optional<size_t> base64_decode(std::string_view text, char* out) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return 0;
  size_t at = kHasAvx2 ? decode_wide(text.data(), text.size(), out) : 0;
  char* to = out + at / 4 * 3;
  for (; at + 4 < text.size(); at += 4, to += 3) {
    const uint32_t group = group_of(&text[at]);
    if (group & kNone) return std::nullopt;
    to[0] = static_cast<char>(group >> 16);
    to[1] = static_cast<char>(group >> 8);
    to[2] = static_cast<char>(group);
  }
  char last[4];
  std::memcpy(last, &text[at], 4);
  const size_t padding = last[3] != '=' ? 0 : last[2] != '=' ? 1 : 2;
  for (size_t i = 0; i < padding; ++i) last[3 - i] = 'A';
  const uint32_t group = group_of(last);
  if (group & kNone) return std::nullopt;
  for (size_t i = 0; i < 3 - padding; ++i) *to++ = static_cast<char>(group >> (16 - 8 * i));
  return static_cast<size_t>(to - out);
}

}  // namespace standpipe
