// The best hits of a search over many segments.
#pragma once

#include <memory>
#include <vector>

#include "search/embedded/sorting.h"

namespace standpipe::search {

struct SegmentPlace {
  std::shared_ptr<const Segment> segment;
  uint32_t index_number = 0, segment_number = 0;
};
struct Candidate {
  SegmentPlace place;
  uint32_t doc;
  float score;
  std::vector<SortValue> sort;                 // one per sort field of the request; empty: by score
  std::optional<SortValue> group;              // the value of the field by which hits are collapsed
  std::vector<std::optional<float>> rescores;  // by rescore of the request; nullopt: its query does not match
};

// By score, if the request does not say otherwise.
std::vector<SortField> sort_of(const SearchRequest& request);
// Whether hits have a score to show.
bool shows_scores(const SearchRequest& request);
// The best `count` in order, of each group only the best one; candidates have a value per field of `sort`.
void keep_best(std::vector<Candidate>& candidates, size_t count, const std::vector<SortField>& sort);

// For one search; not thread-safe.
class TopHits {
 public:
  // Keeps the first `count`; `scored`: scores were computed.
  TopHits(const SearchRequest& request, size_t count);

  // Looks at the documents of one segment that match.
  void add(const QueryContext& context, const SegmentPlace& place, const Matches& matches, const DocSet& docs);
  std::vector<Candidate> take();  // in order

 private:
  struct Row {
    std::vector<int64_t> keys;
    uint32_t doc;
    float score;
  };
  // The best document of each group.
  DocSet collapsed(const QueryContext& context, const Matches& matches, const DocSet& docs) const;
  bool before(const Row& a, const Row& b, const std::vector<SortColumn>& columns) const;
  void scan_block(uint32_t block, const Matches& matches, const DocSet& docs, std::vector<SortColumn>& columns,
                  const std::vector<int64_t>& after, std::vector<Row>& heap) const;

  const SearchRequest& request_;
  const std::vector<SortField> sort_;  // the request's, or by score
  const SortField group_;              // the field by which hits are collapsed
  const size_t count_;
  std::vector<Candidate> candidates_;
};

}  // namespace standpipe::search
