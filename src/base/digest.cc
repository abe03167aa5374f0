#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

#include <array>
#include <memory>

#include "base/check.h"
#include "base/random.h"

namespace standpipe {
namespace {

constexpr size_t kNonceBytes = 12, kTagBytes = 16;

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Looking up an algorithm and making a context cost more than the digest of a short text: both are kept.
std::string digest(const EVP_MD* kind, std::string_view bytes) {
  thread_local const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context(EVP_MD_CTX_new());
  std::string out(static_cast<size_t>(EVP_MD_get_size(kind)), '\0');
  const bool good = EVP_DigestInit_ex2(context.get(), kind, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) == 1;
  check(good);
  return out;
}

const EVP_MD* fetch(const char* name) {
  const EVP_MD* kind = EVP_MD_fetch(nullptr, name, nullptr);
  check(kind != nullptr, name);
  return kind;
}

// Reflected table-driven CRC; `Polynomial` is bit-reversed.
template <class Word, Word Polynomial>
constexpr std::array<Word, 256> crc_table() {
  std::array<Word, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    Word value = i;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ Polynomial : value >> 1;
    table[i] = value;
  }
  return table;
}
constexpr auto kCrc32c = crc_table<uint32_t, 0x82F63B78U>();
constexpr auto kCrc64Nvme = crc_table<uint64_t, 0x9A6C9329AC4BC9B5ULL>();

template <class Word>
Word crc(const std::array<Word, 256>& table, std::string_view bytes, Word seed) {
  Word value = ~seed;
  for (const unsigned char byte : bytes) value = table[(value ^ byte) & 255] ^ value >> 8;
  return ~value;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

struct CipherDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherDeleter>;

}  // namespace

std::string sha256(std::string_view bytes) {
  static const EVP_MD* const kind = fetch("SHA256");
  return digest(kind, bytes);
}
std::string sha1(std::string_view bytes) {
  static const EVP_MD* const kind = fetch("SHA1");
  return digest(kind, bytes);
}
std::string md5(std::string_view bytes) {
  static const EVP_MD* const kind = fetch("MD5");
  return digest(kind, bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(32, '\0');
  unsigned length = 0;
  check(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(), bytes_of(out),
             &length) != nullptr);
  return out;
}

uint32_t crc32(std::string_view bytes, uint32_t seed) {
  return static_cast<uint32_t>(::crc32_z(seed, bytes_of(bytes), bytes.size()));
}

uint32_t crc32c(std::string_view bytes, uint32_t seed) { return crc(kCrc32c, bytes, seed); }
uint64_t crc64_nvme(std::string_view bytes, uint64_t seed) { return crc(kCrc64Nvme, bytes, seed); }

std::string seal(std::string_view key, std::string_view plain) {
  check(key.size() == 32, "a sealing key has 32 bytes");
  const std::string nonce = random_bytes(kNonceBytes);
  std::string body(plain.size(), '\0'), tag(kTagBytes, '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  check(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key), bytes_of(nonce)) == 1);
  check(EVP_EncryptUpdate(cipher.get(), bytes_of(body), &length, bytes_of(plain), static_cast<int>(plain.size())) == 1);
  check(EVP_EncryptFinal_ex(cipher.get(), bytes_of(body) + length, &length) == 1);
  check(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1);
  return nonce + tag + body;
}

bool unseal(std::string_view key, std::string_view sealed, std::string& plain) {
  check(key.size() == 32, "a sealing key has 32 bytes");
  if (sealed.size() < kNonceBytes + kTagBytes) return false;
  std::string tag(sealed.substr(kNonceBytes, kTagBytes));
  const std::string_view body = sealed.substr(kNonceBytes + kTagBytes);
  plain.assign(body.size(), '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  check(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key), bytes_of(sealed)) == 1);
  check(EVP_DecryptUpdate(cipher.get(), bytes_of(plain), &length, bytes_of(body), static_cast<int>(body.size())) == 1);
  check(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1);
  return EVP_DecryptFinal_ex(cipher.get(), bytes_of(plain) + length, &length) == 1;
}

}  // namespace standpipe
