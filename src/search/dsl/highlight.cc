#include "search/dsl/highlight.h"

#include "base/bytes.h"

namespace standpipe::search::dsl {
namespace {

constexpr size_t kFieldsMax = 1000, kTagsMax = 16;

void take_tags(Options& options, HighlightOptions& into) {
  if (options.text("tags_schema", "default") == "styled") {
    into.pre_tags.clear();
    for (int i = 1; i <= 10; ++i) into.pre_tags.push_back("<em class=\"hlt" + std::to_string(i) + "\">");
    into.post_tags = {"</em>"};
  }
  if (auto tags = options.texts("pre_tags"); !tags.empty()) into.pre_tags = std::move(tags);
  if (auto tags = options.texts("post_tags"); !tags.empty()) into.post_tags = std::move(tags);
  if (into.pre_tags.size() > kTagsMax || into.post_tags.size() > kTagsMax) throw illegal_argument("Too many tags");
}

void take_options(QueryParser& queries, Options& options, HighlightOptions& into) {
  const std::string type = options.text("type");
  if (type == "plain") {
    into.type = HighlightOptions::Type::plain;
  } else if (type == "unified") {
    into.type = HighlightOptions::Type::unified;
  } else if (!type.empty()) {
    throw illegal_argument("unknown highlighter type [" + type + "]");
  }
  take_tags(options, into);
  into.fragment_size = static_cast<uint32_t>(options.integer("fragment_size", into.fragment_size, 0, INT32_MAX));
  into.fragments_max = static_cast<uint32_t>(options.integer("number_of_fragments", into.fragments_max, 0, INT32_MAX));
  into.no_match_size = static_cast<uint32_t>(options.integer("no_match_size", into.no_match_size, 0, INT32_MAX));
  into.best_first = options.text("order", into.best_first ? "score" : "none") == "score";
  into.require_field_match = options.boolean("require_field_match", into.require_field_match);
  if (const json::Value* query = options.take("highlight_query")) into.query = queries.parse(*query);
  // Where text may be cut, and how much of it is looked at: sentences, words and all of it.
  for (const char* name : {"boundary_chars", "boundary_scanner", "boundary_scanner_locale", "fragmenter"}) {
    options.text(name);
  }
  for (const char* name : {"boundary_max_scan", "phrase_limit", "max_analyzer_offset", "fragment_offset"}) {
    options.integer(name, 0, 0, INT32_MAX);
  }
  options.boolean("force_source", false);
  options.boolean("highlight_filter", true);
}

}  // namespace

Highlight parse_highlight(QueryParser& queries, const json::Value& body) {
  Options options("highlight", body);
  HighlightOptions shared;
  take_options(queries, options, shared);
  shared.html = options.text("encoder", "default") == "html";
  Highlight out;
  const auto add = [&](const std::string& field, const json::Value& definition) {
    Options own(field, definition);
    HighlightOptions chosen = shared;
    take_options(queries, own, chosen);
    if (!own.texts("matched_fields").empty())
      throw illegal_argument("[matched_fields] of highlight field [" + field + "] are not supported");
    own.finish("highlight field");
    if (out.fields.size() >= kFieldsMax) throw illegal_argument("Too many highlight fields");
    out.fields.emplace_back(field, std::move(chosen));
  };
  if (const json::Value* fields = options.take("fields")) {
    const auto add_all = [&](const json::Value& object) {
      if (!object.is_object()) throw parsing_exception("[highlight] failed to parse field [fields]");
      for (const auto& [field, definition] : object.object()) add(field, definition);
    };
    if (fields->is_array()) {
      for (const json::Value& item : fields->array()) add_all(item);
    } else {
      add_all(*fields);
    }
  }
  options.finish("highlight");
  return out;
}

}  // namespace standpipe::search::dsl
