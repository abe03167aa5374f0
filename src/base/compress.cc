#include "base/compress.h"

#include <zlib.h>

#include "base/check.h"

namespace standpipe {
namespace {

constexpr int kGzipWindow = 15 + 16, kAnyWindow = 15 + 32;

void set_input(z_stream& stream, std::string_view bytes) {
  check(bytes.size() < (size_t{1} << 32), "zlib takes less than 4 GiB at once");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
}

}  // namespace

std::string gzip_compress(std::string_view bytes) {
  z_stream stream{};
  check(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  set_input(stream, bytes);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  check(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::optional<std::string> gzip_decompress(std::string_view bytes, size_t bytes_max) {
  z_stream stream{};
  check(inflateInit2(&stream, kAnyWindow) == Z_OK);
  set_input(stream, bytes);
  std::string out;
  int result = Z_OK;
  while (result == Z_OK && out.size() <= bytes_max) {
    char buffer[16384];
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - stream.avail_out);
    if (result == Z_BUF_ERROR) break;  // the input ended too early
  }
  inflateEnd(&stream);
  if (result != Z_STREAM_END || out.size() > bytes_max) return std::nullopt;
  return out;
}

}  // namespace standpipe
