// gzip, as in HTTP and in Firehose's objects.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace standpipe {

std::string gzip_compress(std::string_view bytes);
// gzip or zlib; nullopt if damaged or longer than `bytes_max`.
std::optional<std::string> gzip_decompress(std::string_view bytes, size_t bytes_max);

}  // namespace standpipe
