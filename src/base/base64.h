// Padded standard base64 (RFC 4648, section 4) in place, for what is too large to be copied once more; bytes.h has the
// simple forms. Pure; uses AVX2 where there is any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace standpipe {

void append_base64(std::string& out, std::string_view bytes);
// Into `out`, which has room for 3 bytes per 4 characters; answers the number of bytes. nullopt for what is not padded
// or has a character outside of the alphabet; white space is malformed, as with AWS.
std::optional<size_t> base64_decode(std::string_view text, char* out);

}  // namespace standpipe
