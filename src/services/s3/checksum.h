// Digests of object bodies: the MD5 that makes an ETag and the checksum that a client sends or AWS adds by itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace standpipe::s3 {

// A digest fed piece by piece. Used by one thread at a time.
class Digest {
 public:
  // "MD5", "SHA1", "SHA256", "SHA512", "CRC32", "CRC32C", "CRC64NVME"; see `checksum_supported`.
  explicit Digest(std::string_view algorithm);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  void add(std::string_view bytes);
  std::string finish();  // raw bytes; once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

inline constexpr std::string_view kDefaultChecksum = "CRC64NVME";

bool checksum_supported(std::string_view algorithm);
size_t checksum_size(std::string_view algorithm);  // bytes
bool checksum_is_crc(std::string_view algorithm);  // can be a FULL_OBJECT checksum of several parts

// The CRC of two pieces of data, one after the other, from those of each; all as raw bytes.
std::string combine_crc(std::string_view algorithm, std::string_view first, std::string_view second,
                        uint64_t second_size);

// A checksum as it is kept and sent: "<base64>", or "<base64>-<parts>" for a COMPOSITE one.
struct Checksum {
  std::string algorithm;
  std::string value;
  std::string type = "FULL_OBJECT";
};

}  // namespace standpipe::s3
