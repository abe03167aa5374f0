// CBOR (RFC 8949) as AWS's protocols use it. The reader walks over the bytes without building a tree; it is bounded in
// depth and never believes an announced length.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace standpipe::cbor {

struct ParseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr int kDepthMax = 64;

enum class Kind { integer, bytes, text, array, map, tag, boolean, null, floating };

// Reads one item after the other. Asking for another kind than kind() says throws ParseError, as damaged bytes do.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Kind kind() const;  // of the next item; undefined counts as null
  bool at_end() const { return at_ == bytes_.size(); }

  int64_t integer();  // outside of int64: ParseError
  double number();    // floating or integer
  bool boolean();
  void null();
  std::string text();  // valid UTF-8
  std::string bytes();
  uint64_t tag();  // what it tags is the next item

  // item() reads one element, entry(key) one value; both must consume exactly that.
  template <class Item>
  void array(Item&& item) {
    Extent extent = begin(4);
    while (more(extent)) item();
    --depth_;
  }
  template <class Entry>
  void map(Entry&& entry) {
    Extent extent = begin(5);
    while (more(extent)) {
      std::string key = text();
      entry(std::move(key));
    }
    --depth_;
  }
  void skip();  // the next item with all that is in it

 private:
  struct Extent {
    uint64_t left;
    bool indefinite;
  };
  struct Head {
    int major;
    int info;
    uint64_t value;
  };
  Head head();
  uint64_t argument(int info);
  std::string_view take(uint64_t count);
  std::string string(int major);
  Extent begin(int major);
  bool more(Extent& extent);
  unsigned char peek() const;

  std::string_view bytes_;
  size_t at_ = 0;
  int depth_ = 0;
};

// Appends items; the caller writes as many as it announced.
class Writer {
 public:
  void integer(int64_t value);
  void number(double value);
  void boolean(bool value) { out_ += static_cast<char>(value ? 0xf5 : 0xf4); }
  void null() { out_ += static_cast<char>(0xf6); }
  void text(std::string_view text);
  void bytes(std::string_view bytes);
  void array(size_t size) { head(4, size); }
  void map(size_t size) { head(5, size); }
  void tag(uint64_t number) { head(6, number); }
  std::string take() { return std::move(out_); }

 private:
  void head(int major, uint64_t value);
  std::string out_;
};

}  // namespace standpipe::cbor
