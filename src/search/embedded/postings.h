// Postings of one term: which documents hold it, how often and where. The same bytes in memory and on disk, so a flush
// copies them.
//
//   docs without frequencies:  varint(delta)*
//   docs with frequencies:     (varint(delta << 1 | (freq == 1)) [varint(freq)])*
//   positions:                 per document freq × varint(delta), in the order of `docs`
//
// Deltas of documents are to the previous one, the first to -1 (so never 0); deltas of positions begin anew per
// document.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "search/embedded/bytes_io.h"
#include "search/embedded/doc_set.h"

namespace standpipe::search {

struct Postings {
  std::string_view docs, positions;
  uint32_t count = 0;  // documents
  bool frequencies = false;
};

// Appends; documents rise. Not thread-safe.
struct PostingsBuilder {
  std::string docs, positions;
  uint32_t count = 0;
  uint32_t next = 0;  // smallest document that may follow

  bool add(uint32_t doc) {  // false: already there
    if (count > 0 && doc < next) return false;
    put_varint(docs, doc - next + 1);
    next = doc + 1;
    ++count;
    return true;
  }
  void add(uint32_t doc, const uint32_t* at, uint32_t frequency) {
    const uint64_t delta = uint64_t{doc} - next + 1;
    put_varint(docs, delta << 1 | (frequency == 1 ? 1 : 0));
    if (frequency != 1) put_varint(docs, frequency);
    for (uint32_t i = 0, before = 0; i < frequency; before = at[i++]) put_varint(positions, at[i] - before);
    next = doc + 1;
    ++count;
  }
  Postings view(bool frequencies) const { return {docs, positions, count, frequencies}; }
};

// Walks the documents of a posting list, front to back. Throws CorruptData for documents beyond `docs_max`.
class PostingsCursor {
 public:
  PostingsCursor(const Postings& postings, uint32_t docs_max)
      : docs_(postings.docs), positions_(postings.positions), docs_max_(docs_max), frequencies_(postings.frequencies) {}

  bool next() {
    if (docs_.done()) return false;
    uint64_t delta = docs_.varint();
    frequency_ = 1;
    if (frequencies_) {
      const bool once = (delta & 1) != 0;
      delta >>= 1;
      if (!once) frequency_ = static_cast<uint32_t>(docs_.varint());
      unread_ += frequency_;
    }
    next_ += delta;
    if (delta == 0 || next_ > docs_max_) throw CorruptData("posting list names a document that is not there");
    return true;
  }
  uint32_t doc() const { return static_cast<uint32_t>(next_ - 1); }
  uint32_t frequency() const { return frequency_; }

  // Positions of the current document; earlier documents' are skipped on the way. At most once per document.
  void positions(std::vector<uint32_t>& into) {
    into.clear();
    for (; unread_ > frequency_; --unread_) positions_.varint();
    uint64_t at = 0;
    for (; unread_ > 0; --unread_) {
      at += positions_.varint();
      into.push_back(static_cast<uint32_t>(at));
    }
  }

 private:
  ByteReader docs_, positions_;
  uint64_t next_ = 0;
  uint64_t unread_ = 0;  // positions of documents so far that were not read
  uint32_t docs_max_, frequency_ = 0;
  bool frequencies_;
};

inline void add_all(DocSet& into, const Postings& postings) {
  for (PostingsCursor cursor(postings, into.size()); cursor.next();) into.add(cursor.doc());
}

}  // namespace standpipe::search
