#include "search/hit_text.h"

#include "search/search.h"

namespace standpipe::search {
namespace {

void append_member(std::string& out, const char* name, const std::string& value) {
  out += ',';
  json::append_quoted(out, name);
  out += ':';
  out += value;
}

}  // namespace

void append_hit(std::string& out, const Hit& hit) {
  out += "{\"_index\":";
  json::append_quoted(out, visible_name(hit.index));
  out += ",\"_id\":";
  json::append_quoted(out, hit.id);
  if (hit.version) out += ",\"_version\":" + std::to_string(*hit.version);
  if (hit.seq_no) out += ",\"_seq_no\":" + std::to_string(*hit.seq_no) + ",\"_primary_term\":1";
  out += ",\"_score\":";
  if (hit.score)
    json::append_number(out, static_cast<double>(*hit.score));
  else
    out += "null";
  if (!hit.source.empty()) append_member(out, "_source", hit.source);
  if (!hit.fields.is_null()) append_member(out, "fields", json::print(hit.fields));
  if (!hit.highlight.is_null()) append_member(out, "highlight", json::print(hit.highlight));
  if (!hit.sort.empty()) append_member(out, "sort", json::print(hit.sort));
  out += '}';
}

}  // namespace standpipe::search
