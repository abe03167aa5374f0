// A set of documents of one segment, a bit each. Value type; not thread-safe.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace standpipe::search {

class DocSet {
 public:
  DocSet() = default;
  explicit DocSet(uint32_t docs, bool all = false) : docs_(docs), words_((docs + 63) / 64, all ? ~uint64_t{0} : 0) {
    if (all) clear_tail();
  }
  uint32_t size() const { return docs_; }  // of the segment
  bool contains(uint32_t doc) const { return doc < docs_ && (words_[doc >> 6] >> (doc & 63) & 1) != 0; }
  void add(uint32_t doc) { words_[doc >> 6] |= uint64_t{1} << (doc & 63); }
  void remove(uint32_t doc) { words_[doc >> 6] &= ~(uint64_t{1} << (doc & 63)); }
  void add_range(uint32_t from, uint32_t to) {  // [from, to)
    for (; from < to && (from & 63) != 0; ++from) add(from);
    for (; from + 64 <= to; from += 64) words_[from >> 6] = ~uint64_t{0};
    for (; from < to; ++from) add(from);
  }
  // Makes room for a segment that grew.
  void grow(uint32_t docs) {
    docs_ = docs;
    words_.resize((docs + 63) / 64, 0);
  }
  uint32_t count() const {
    uint32_t total = 0;
    for (const uint64_t word : words_) total += static_cast<uint32_t>(std::popcount(word));
    return total;
  }
  bool empty() const {
    return std::all_of(words_.begin(), words_.end(), [](uint64_t word) { return word == 0; });
  }
  DocSet& operator&=(const DocSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= i < other.words_.size() ? other.words_[i] : 0;
    return *this;
  }
  DocSet& operator|=(const DocSet& other) {
    for (size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  DocSet& operator-=(const DocSet& other) {
    for (size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i) words_[i] &= ~other.words_[i];
    return *this;
  }
  void invert() {
    for (uint64_t& word : words_) word = ~word;
    clear_tail();
  }
  // visit(doc) in rising order within [from, to).
  template <class Visit>
  void each(uint32_t from, uint32_t to, Visit visit) const {
    to = std::min(to, docs_);
    for (uint32_t base = from & ~63U; base < to; base += 64) {
      uint64_t word = words_[base >> 6];
      if (base < from) word &= ~uint64_t{0} << (from & 63);
      for (; word != 0; word &= word - 1) {
        const uint32_t doc = base + static_cast<uint32_t>(std::countr_zero(word));
        if (doc >= to) return;
        visit(doc);
      }
    }
  }
  template <class Visit>
  void each(Visit visit) const {
    each(0, docs_, visit);
  }
  bool any(uint32_t from, uint32_t to) const {
    to = std::min(to, docs_);
    for (uint32_t base = from & ~63U; base < to; base += 64) {
      uint64_t word = words_[base >> 6];
      if (base < from) word &= ~uint64_t{0} << (from & 63);
      if (base + 64 > to) word &= (uint64_t{1} << (to & 63)) - 1;
      if (word != 0) return true;
    }
    return false;
  }
  const std::vector<uint64_t>& words() const { return words_; }
  std::vector<uint64_t>& words() { return words_; }

 private:
  void clear_tail() {
    if ((docs_ & 63) != 0) words_.back() &= (uint64_t{1} << (docs_ & 63)) - 1;
  }
  uint32_t docs_ = 0;
  std::vector<uint64_t> words_;
};

}  // namespace standpipe::search
