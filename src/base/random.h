// Names and keys that must not be guessed. Tests that need repeatable choices use std::mt19937 with a printed seed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace standpipe {

std::string random_bytes(size_t count);  // from the operating system
std::string random_text(size_t length, std::string_view alphabet);
std::string random_uuid();  // version 4

inline constexpr std::string_view kUpperAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
inline constexpr std::string_view kLowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
inline constexpr std::string_view kBase32Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";  // AWS's ids (AKIA…, AIDA…)

}  // namespace standpipe
