// Text and byte encodings that every level needs. All functions are pure; decoders answer nullopt for malformed input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace standpipe {

std::string hex_encode(std::string_view bytes);  // lower case
std::optional<std::string> hex_decode(std::string_view hex);

std::string base64_encode(std::string_view bytes);
// Accepts only padded standard base64, as AWS does; white space is malformed.
std::optional<std::string> base64_decode(std::string_view text);

// RFC 3986: everything but unreserved characters becomes %XX (upper-case hex); `keep_slash` leaves '/' alone.
std::string uri_encode(std::string_view text, bool keep_slash = false);
// nullopt for a truncated or non-hexadecimal escape. '+' becomes a space only if asked (form bodies).
std::optional<std::string> uri_decode(std::string_view text, bool plus_is_space = false);

std::string to_lower(std::string_view text);  // ASCII only
bool equal_ignoring_case(std::string_view left, std::string_view right);
std::string_view trim(std::string_view text);  // ASCII white space on both ends
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

bool valid_utf8(std::string_view text);
// Number of code points; `text` is assumed valid.
size_t utf8_length(std::string_view text);

// Equal lengths compare in time that does not depend on the contents.
bool constant_time_equal(std::string_view left, std::string_view right);

// Shell-like matching with '*' and '?', iterative and linear in practice (no backtracking blow-up).
bool glob_match(std::string_view pattern, std::string_view text);

std::optional<int64_t> parse_int(std::string_view text);  // whole text, base 10
std::optional<double> parse_double(std::string_view text);

}  // namespace standpipe
