// nested: documents in which an object of a nested field matches.
#include "search/embedded/nested.h"

namespace standpipe::search {
namespace {

using Mode = NestedQuery::ScoreMode;

// The scores of the matching objects of each document, as one.
std::vector<float> join_scores(const NestedObjects& objects, const Matches& inner, uint32_t docs, Mode mode,
                               float boost) {
  std::vector<float> out(docs, 0);
  std::vector<uint32_t> counts(docs, 0);
  inner.docs.each([&](uint32_t object) {
    const uint32_t doc = objects.document(object);
    const float score = inner.score(object);
    if (counts[doc]++ == 0)
      out[doc] = score;
    else if (mode == Mode::min)
      out[doc] = std::min(out[doc], score);
    else if (mode == Mode::max)
      out[doc] = std::max(out[doc], score);
    else
      out[doc] += score;
  });
  for (uint32_t doc = 0; doc < docs; ++doc) {
    if (mode == Mode::avg && counts[doc] > 1) out[doc] /= static_cast<float>(counts[doc]);
    out[doc] *= boost;
  }
  return out;
}

}  // namespace

Matches evaluate_nested(const QueryContext& context, const NestedQuery& query, float boost, bool scored) {
  if (!context.mapping.is_nested(query.path)) {
    if (query.ignore_unmapped) return {context.none()};
    context.refuse(context.mapping.is_object(query.path)
                       ? "[nested] nested object under path [" + query.path + "] is not of nested type"
                       : "[nested] failed to find nested object under path [" + query.path + "]");
  }
  const NestedObjects objects(context, query.path);
  const bool joined = scored && query.score_mode != Mode::none;
  const Matches inner = evaluate(objects.context(), *query.query, joined);
  Matches out{context.none(), 0, {}};
  inner.docs.each([&](uint32_t object) { out.docs.add(objects.document(object)); });
  if (joined) out.scores = join_scores(objects, inner, context.docs(), query.score_mode, boost);
  return out;
}

}  // namespace standpipe::search
