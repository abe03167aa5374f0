#include "aws/aws_chunked.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <system_error>

#include "base/bytes.h"
#include "base/digest.h"

namespace standpipe::aws {
namespace {

constexpr size_t kInMemoryMax = 1 << 20;
constexpr size_t kMiddleChunkMin = 8192;
constexpr std::string_view kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct Mapping {
  void* start;
  size_t length;
  ~Mapping() { munmap(start, length); }
};

// Collects decoded bytes: in memory, or in an unlinked file once there are many.
class Decoded {
 public:
  explicit Decoded(size_t expected) {
    if (expected <= kInMemoryMax) return;
    file_.reset(std::tmpfile());
    if (!file_) throw std::system_error(errno, std::generic_category(), "temporary file");
  }
  void append(std::string_view bytes) {
    size_ += bytes.size();
    if (!file_) {
      memory_ += bytes;
    } else if (fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
      throw std::system_error(errno, std::generic_category(), "temporary file");
    }
  }
  net::Body body() {
    if (!file_ || size_ == 0) return net::Body(std::move(memory_));
    if (fflush(file_.get()) != 0) throw std::system_error(errno, std::generic_category(), "temporary file");
    void* start = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fileno(file_.get()), 0);
    if (start == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    auto mapping = std::make_shared<Mapping>(start, size_);
    return net::Body({static_cast<const char*>(start), size_}, mapping);
  }
  size_t size() const { return size_; }

 private:
  struct Close {
    void operator()(FILE* file) const { fclose(file); }
  };
  std::unique_ptr<FILE, Close> file_;
  std::string memory_;
  size_t size_ = 0;
};

Error incomplete() { return Error("IncompleteBody", 400, "The request body terminated unexpectedly"); }

// The chain of signatures: each chunk's covers the one before.
class Chain {
 public:
  Chain(const Authenticated& signer, bool active)
      : signer_(signer), previous_(signer.parts.signature), active_(active) {}
  void chunk(std::string_view data, std::string_view signature) {
    check("AWS4-HMAC-SHA256-PAYLOAD", std::string(kEmptyHash) + "\n" + hex_encode(sha256(data)), signature);
  }
  void trailer(std::string_view lines, std::string_view signature) {
    check("AWS4-HMAC-SHA256-TRAILER", hex_encode(sha256(lines)), signature);
  }

 private:
  void check(std::string_view kind, const std::string& hashes, std::string_view signature) {
    if (!active_) return;
    const std::string text = std::string(kind) + "\n" + signer_.parts.timestamp + "\n" + signer_.parts.scope() + "\n" +
                             previous_ + "\n" + hashes;
    previous_ = hex_encode(hmac_sha256(signer_.signing_key, text));
    if (constant_time_equal(previous_, signature)) return;
    throw Error("SignatureDoesNotMatch", 403,
                "The request signature we calculated does not match the signature you provided. Check your key and "
                "signing method.");
  }
  const Authenticated& signer_;
  std::string previous_;
  bool active_;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  std::string_view line() {
    const size_t end = text_.find("\r\n");
    if (end == std::string_view::npos || end > 4096) throw incomplete();
    const std::string_view found = text_.substr(0, end);
    text_.remove_prefix(end + 2);
    return found;
  }
  std::string_view take(size_t count) {
    if (text_.size() < count) throw incomplete();
    const std::string_view found = text_.substr(0, count);
    text_.remove_prefix(count);
    return found;
  }
  bool empty() const { return text_.empty(); }

 private:
  std::string_view text_;
};

struct ChunkHead {
  size_t size;
  std::string_view signature;
};

ChunkHead parse_head(std::string_view line) {
  const size_t semicolon = line.find(';');
  const std::string_view digits = line.substr(0, semicolon);
  if (digits.empty() || digits.size() > 10) throw incomplete();
  size_t size = 0;
  for (const char c : digits) {
    const auto digit = std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
    if (digit == std::string_view::npos) throw incomplete();
    size = size * 16 + digit;
  }
  std::string_view signature;
  if (semicolon != std::string_view::npos) {
    constexpr std::string_view kName = "chunk-signature=";
    const std::string_view extension = line.substr(semicolon + 1);
    if (extension.starts_with(kName)) signature = extension.substr(kName.size());
  }
  return {size, signature};
}

Error malformed_trailer() {
  return Error(
      "MalformedTrailerError", 400,
      "The request contained trailing data that was not well-formed or did not conform to our published schema.");
}

void read_trailers(Reader& reader, net::Request& http, Chain& chain, bool signed_trailer) {
  std::string lines, signature;
  const std::string announced = to_lower(http.headers.get("x-amz-trailer"));
  bool found = announced.empty();
  while (!reader.empty()) {
    const std::string_view line = reader.line();
    if (line.empty()) break;
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) throw malformed_trailer();
    const std::string name = to_lower(trim(line.substr(0, colon)));
    const std::string value(trim(line.substr(colon + 1)));
    if (name == "x-amz-trailer-signature") {
      signature = value;
      continue;
    }
    if (name != announced) throw malformed_trailer();
    found = true;
    lines += name + ":" + value + "\n";
    http.trailers.add(name, value);
  }
  if (!found) throw malformed_trailer();
  if (signed_trailer) chain.trailer(lines, signature);
}

void remove_coding(net::Request& http) {
  const std::string* coding = http.headers.find("content-encoding");
  if (coding == nullptr) return;
  std::vector<std::string> kept;
  for (const std::string& part : split(*coding, ',')) {
    if (!equal_ignoring_case(trim(part), "aws-chunked")) kept.emplace_back(trim(part));
  }
  if (kept.empty()) {
    http.headers.remove("content-encoding");
  } else {
    http.headers.set("content-encoding", join(kept, ","));
  }
}

}  // namespace

bool is_aws_chunked(const net::Request& http) {
  return http.headers.get("x-amz-content-sha256").starts_with("STREAMING-");
}

void decode_aws_chunked(net::Request& http, const Authenticated& signer) {
  const std::string mode = http.headers.get("x-amz-content-sha256");
  const bool signed_chunks = mode.starts_with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  const bool has_trailer = mode.ends_with("-TRAILER");
  const auto expected = parse_int(http.headers.get("x-amz-decoded-content-length"));
  if (!expected || *expected < 0) {
    throw Error("MissingContentLength", 411, "You must provide the Content-Length HTTP header.");
  }
  Chain chain(signer, signed_chunks);
  Decoded decoded(static_cast<size_t>(*expected));
  Reader reader(http.body.view());
  bool small_seen = false;
  for (;;) {
    const ChunkHead head = parse_head(reader.line());
    const std::string_view data = reader.take(head.size);
    chain.chunk(data, head.signature);
    if (head.size == 0) break;
    if (small_seen) {
      throw Error("InvalidChunkSizeError", 403, "Only the last chunk is allowed to have a size less than 8192 bytes");
    }
    small_seen = signed_chunks && head.size < kMiddleChunkMin;
    if (decoded.size() + data.size() > static_cast<size_t>(*expected)) throw incomplete();
    decoded.append(data);
    if (!reader.line().empty()) throw incomplete();
  }
  if (decoded.size() != static_cast<size_t>(*expected)) throw incomplete();
  if (has_trailer) {
    read_trailers(reader, http, chain, signed_chunks);
  } else if (!reader.empty() && !reader.line().empty()) {
    throw incomplete();
  }
  http.body = decoded.body();
  remove_coding(http);
}

}  // namespace standpipe::aws
