// nested: from documents to the objects of a nested field in them; reverse_nested: from objects back to what they
// stand in.
#include <algorithm>
#include <optional>
#include <utility>

#include "search/embedded/aggregation/collector.h"
#include "search/embedded/nested.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

// Rows that were collected go to other documents, block by block of theirs.
class JoinCollector : public BucketCollector {
 public:
  using BucketCollector::BucketCollector;
  json::Value result(uint32_t bucket) override {
    json::Object out;
    print_into(out, bucket);
    return out;
  }

 protected:
  bool single_bucket() const override { return true; }
  void move_to(uint32_t doc, uint32_t bucket) {
    const uint32_t block = doc / kBlockDocs;
    if (block_ != block) {
      end_block();
      Rows rows;
      rows.block = block;
      begin(rows);
      block_ = block;
    }
    count(doc, bucket);
  }
  void end_block() {
    if (block_) pass_on();
    block_.reset();
  }

 private:
  std::optional<uint32_t> block_;
};

// The rows from `from` on that are of the same document: [from, answer).
size_t same_document(const Rows& rows, size_t from) {
  size_t end = from;
  while (end < rows.docs.size() && rows.docs[end] == rows.docs[from]) ++end;
  return end;
}

class NestedCollector final : public JoinCollector {
 public:
  NestedCollector(const NestedAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : JoinCollector(aggregation, scope), path_(node.path) {}

  void open(const QueryContext& context, const DocSet&) override {
    objects_ = std::make_unique<NestedObjects>(context, path_);
    BucketCollector::open(objects_->context(), DocSet(objects_->count(), true));
  }
  void collect(const Rows& rows) override {
    for (size_t i = 0; i < rows.docs.size();) {
      const size_t end = same_document(rows, i);
      for (uint32_t object = objects_->begin(rows.docs[i]); object < objects_->end(rows.docs[i]); ++object) {
        for (size_t row = i; row < end; ++row) move_to(object, rows.buckets[row]);
      }
      i = end;
    }
    end_block();
  }
  void close() override {
    BucketCollector::close();
    objects_.reset();
  }
  std::string_view type() const override { return "nested"; }

 private:
  const std::string path_;
  std::unique_ptr<NestedObjects> objects_;
};

class ReverseNestedCollector final : public JoinCollector {
 public:
  ReverseNestedCollector(const ReverseNestedAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : JoinCollector(aggregation, scope), path_(node.path), last_(scope) {}

  void open(const QueryContext& context, const DocSet&) override {
    if (context.within == nullptr) {
      throw illegal_argument("Reverse nested aggregation [" + name() +
                             "] can only be used inside a [nested] aggregation");
    }
    levels_.clear();
    ++segment_;
    const QueryContext* outer = &context;
    while (outer->within != nullptr && outer->within->path() != path_) {
      levels_.push_back(outer->within);
      outer = &outer->within->parent_context();
    }
    if (!path_.empty() && outer->within == nullptr)
      throw illegal_argument("[reverse_nested] nested path [" + path_ + "] not found");
    BucketCollector::open(*outer, DocSet(outer->docs(), true));
  }
  // Objects of one document come one after the other: it counts once in each bucket that any of them is in.
  void collect(const Rows& rows) override {
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      uint32_t doc = rows.docs[i];
      for (const NestedObjects* level : levels_) doc = level->parent(doc);
      const uint32_t bucket = rows.buckets[i];
      const std::pair here(segment_, doc);
      if (std::exchange(last_[bucket], here) == here) continue;
      move_to(doc, bucket);
    }
    end_block();
  }
  std::string_view type() const override { return "reverse_nested"; }

 private:
  const std::string path_;  // empty: the documents
  std::vector<const NestedObjects*> levels_;
  uint32_t segment_ = 0;  // that is open, counted from 1
  PerBucket<std::pair<uint32_t, uint32_t>> last_;  // segment and document that came last
};

}  // namespace

std::unique_ptr<Collector> collect_nested(const NestedAggregation& node, const Aggregation& aggregation,
                                          AggregationScope& scope) {
  return std::make_unique<NestedCollector>(node, aggregation, scope);
}
std::unique_ptr<Collector> collect_reverse_nested(const ReverseNestedAggregation& node, const Aggregation& aggregation,
                                                  AggregationScope& scope) {
  return std::make_unique<ReverseNestedCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
