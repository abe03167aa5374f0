// Checksums and message digests. Results are raw bytes (not hex) unless said otherwise; thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace standpipe {

std::string sha256(std::string_view bytes);
std::string sha1(std::string_view bytes);
std::string md5(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

// Each continues from `seed`, the result over the preceding bytes.
uint32_t crc32(std::string_view bytes, uint32_t seed = 0);
uint32_t crc32c(std::string_view bytes, uint32_t seed = 0);
uint64_t crc64_nvme(std::string_view bytes, uint64_t seed = 0);

// Authenticated encryption (AES-256-GCM) with a random nonce: how session tokens and page tokens are sealed.
// `key` is 32 bytes. `unseal` answers false if `sealed` was not made with this key.
std::string seal(std::string_view key, std::string_view plain);
bool unseal(std::string_view key, std::string_view sealed, std::string& plain);

}  // namespace standpipe
