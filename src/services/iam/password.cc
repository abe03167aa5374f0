#include "services/iam/password.h"

#include <argon2.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "base/bytes.h"
#include "base/random.h"

namespace standpipe::iam {
namespace {

// OWASP's minimum for Argon2id.
constexpr uint32_t kPasses = 2, kMemoryKib = 19 * 1024, kLanes = 1;
constexpr size_t kSaltBytes = 16, kHashBytes = 32;

}  // namespace

std::string hash_password(std::string_view password) {
  const std::string salt = random_bytes(kSaltBytes);
  std::string out(argon2_encodedlen(kPasses, kMemoryKib, kLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int result = argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(), salt.data(),
                                           salt.size(), kHashBytes, out.data(), out.size());
  if (result != ARGON2_OK) throw std::runtime_error(std::string("argon2: ") + argon2_error_message(result));
  out.resize(out.find('\0'));
  return out;
}

bool verify_password(std::string_view hash, std::string_view password) {
  return argon2id_verify(std::string(hash).c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::string password_fault(std::string_view password) {
  if (utf8_length(password) < 8) return "Password should have a minimum length of 8";
  bool lower = false, upper = false, digit = false, other = false;
  for (const unsigned char c : password) {
    if (std::islower(c)) lower = true;
    else if (std::isupper(c)) upper = true;
    else if (std::isdigit(c)) digit = true;
    else other = true;
  }
  if (lower + upper + digit + other < 3) {
    return "Password should have at least three of: uppercase letters, lowercase letters, numbers, "
           "non-alphanumeric characters";
  }
  return {};
}

}  // namespace standpipe::iam
