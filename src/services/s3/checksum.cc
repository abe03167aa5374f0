#include "services/s3/checksum.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <variant>

#include "base/check.h"
#include "base/digest.h"

namespace standpipe::s3 {
namespace {

struct Algorithm {
  std::string_view name;
  size_t size;
  const EVP_MD* (*digest)();  // nullptr: a CRC
  uint64_t polynomial;        // of a CRC, bit-reversed
};

constexpr Algorithm kAlgorithms[] = {{"CRC32", 4, nullptr, 0xEDB88320},
                                     {"CRC32C", 4, nullptr, 0x82F63B78},
                                     {"CRC64NVME", 8, nullptr, 0x9A6C9329AC4BC9B5},
                                     {"MD5", 16, EVP_md5, 0},
                                     {"SHA1", 20, EVP_sha1, 0},
                                     {"SHA256", 32, EVP_sha256, 0},
                                     {"SHA512", 64, EVP_sha512, 0}};

const Algorithm* find(std::string_view name) {
  const auto found = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                                  [&](const Algorithm& algorithm) { return algorithm.name == name; });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

std::string big_endian(uint64_t value, size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(value >> (8 * (size - 1 - i)));
  return bytes;
}

uint64_t number(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// Linear maps over GF(2) on the CRC's bits: what appending zeros does to it.
using Matrix = std::array<uint64_t, 64>;

uint64_t times(const Matrix& matrix, uint64_t vector) {
  uint64_t sum = 0;
  for (size_t i = 0; vector != 0; ++i, vector >>= 1) {
    if (vector & 1) sum ^= matrix[i];
  }
  return sum;
}

Matrix square(const Matrix& matrix) {
  Matrix result{};
  for (size_t i = 0; i < result.size(); ++i) result[i] = times(matrix, matrix[i]);
  return result;
}

}  // namespace

struct Digest::State {
  const Algorithm* algorithm = nullptr;
  EVP_MD_CTX* context = nullptr;
  uint64_t crc = 0;
  ~State() { EVP_MD_CTX_free(context); }
};

Digest::Digest(std::string_view algorithm) : state_(std::make_unique<State>()) {
  state_->algorithm = find(algorithm);
  check(state_->algorithm != nullptr, "unknown digest");
  if (state_->algorithm->digest == nullptr) return;
  state_->context = EVP_MD_CTX_new();
  check(state_->context != nullptr && EVP_DigestInit_ex(state_->context, state_->algorithm->digest(), nullptr) == 1);
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::add(std::string_view bytes) {
  if (state_->context != nullptr) {
    check(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
  } else if (state_->algorithm->name == "CRC32") {
    state_->crc = crc32(bytes, static_cast<uint32_t>(state_->crc));
  } else if (state_->algorithm->name == "CRC32C") {
    state_->crc = crc32c(bytes, static_cast<uint32_t>(state_->crc));
  } else {
    state_->crc = crc64_nvme(bytes, state_->crc);
  }
}

std::string Digest::finish() {
  if (state_->context == nullptr) return big_endian(state_->crc, state_->algorithm->size);
  std::string result(state_->algorithm->size, '\0');
  unsigned length = 0;
  check(EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(result.data()), &length) == 1);
  return result;
}

bool checksum_supported(std::string_view algorithm) { return find(algorithm) != nullptr; }
size_t checksum_size(std::string_view algorithm) { return find(algorithm)->size; }
bool checksum_is_crc(std::string_view algorithm) { return find(algorithm)->digest == nullptr; }

std::string combine_crc(std::string_view algorithm, std::string_view first, std::string_view second,
                        uint64_t second_size) {
  const Algorithm& crc = *find(algorithm);
  const size_t bits = crc.size * 8;
  // One zero bit shifts right and folds the polynomial in; squaring doubles how many.
  Matrix shift{};
  shift[0] = crc.polynomial;
  for (size_t i = 1; i < bits; ++i) shift[i] = uint64_t{1} << (i - 1);
  for (int i = 0; i < 3; ++i) shift = square(shift);  // a byte
  uint64_t value = number(first);
  for (uint64_t bytes = second_size; bytes != 0; bytes >>= 1, shift = square(shift)) {
    if (bytes & 1) value = times(shift, value);
  }
  return big_endian(value ^ number(second), crc.size);
}

}  // namespace standpipe::s3
