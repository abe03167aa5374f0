#include "base/random.h"

#include <sys/random.h>

#include "base/bytes.h"
#include "base/check.h"

namespace standpipe {

std::string random_bytes(size_t count) {
  std::string out(count, '\0');
  for (size_t done = 0; done < count;) {
    const ssize_t got = getrandom(out.data() + done, count - done, 0);
    check(got > 0, "getrandom");
    done += static_cast<size_t>(got);
  }
  return out;
}

std::string random_text(size_t length, std::string_view alphabet) {
  // Rejection keeps every character equally likely.
  const unsigned limit = 256 - 256 % static_cast<unsigned>(alphabet.size());
  std::string out;
  while (out.size() < length) {
    for (const unsigned char byte : random_bytes(length - out.size())) {
      if (byte < limit) out += alphabet[byte % alphabet.size()];
    }
  }
  return out;
}

std::string random_uuid() {
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  std::string hex = hex_encode(bytes);
  for (const size_t at : {20, 16, 12, 8}) hex.insert(at, "-");
  return hex;
}

}  // namespace standpipe
