// Passwords of console users: hashed with Argon2id, which needs memory as well as time to guess.
#pragma once

#include <string>
#include <string_view>

namespace standpipe::iam {

std::string hash_password(std::string_view password);  // in the PHC string format, with a fresh salt
bool verify_password(std::string_view hash, std::string_view password);

// AWS's default password policy: at least 8 characters, of three of the four kinds. Answers what is wrong, or nothing.
std::string password_fault(std::string_view password);

}  // namespace standpipe::iam
