// The best hits of a search over many segments.
#pragma once

#include <memory>
#include <vector>

#include "search/embedded/sorting.h"

namespace standpipe::search {

struct Candidate {
  std::shared_ptr<const Segment> segment;
  uint32_t index_number, segment_number, doc;
  float score;
  std::vector<SortValue> sort;  // one per sort field of the request; empty: by score
};

// For one search; not thread-safe.
class TopHits {
 public:
  // Keeps the first `count`; `scored`: scores were computed.
  TopHits(const SearchRequest& request, size_t count);

  // Looks at the documents of one segment that match.
  void add(const QueryContext& context, const std::shared_ptr<const Segment>& segment, uint32_t index_number,
           uint32_t segment_number, const Matches& matches, const DocSet& docs);
  std::vector<Candidate> take();  // in order

 private:
  struct Row {
    std::vector<int64_t> keys;
    uint32_t doc;
    float score;
  };
  bool before(const Row& a, const Row& b, const std::vector<SortColumn>& columns) const;
  void scan_block(uint32_t block, const Matches& matches, const DocSet& docs, std::vector<SortColumn>& columns,
                  const std::vector<int64_t>& after, std::vector<Row>& heap) const;
  void settle();

  const SearchRequest& request_;
  const std::vector<SortField> sort_;  // the request's, or by score
  const size_t count_;
  std::vector<Candidate> candidates_;
};

}  // namespace standpipe::search
