// Any bytes as a search request, run on a small index: parsing and evaluating end in an answer or in search::Error.
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "search/dsl/request.h"
#include "search/embedded/document.h"
#include "search/embedded/index.h"
#include "search/embedded/search.h"
#include "storage/faulty_disk.h"

namespace {

using namespace standpipe;
using namespace standpipe::search;

std::shared_ptr<Index> make_index() {
  static FaultyDisk disk(1);
  disk.make_directory("/data");
  Manifest manifest;
  manifest.name = "c/i";
  Index::create(disk, "/data/index", manifest);
  auto index = std::make_shared<Index>(disk, "/data/index", *read_manifest(disk, "/data/index"));
  for (const char* source :
       {R"({"n":1,"title":"The quick brown fox","at":"2026-01-01T10:00:00Z","tags":["a","b"],"o":{"p":1.5}})",
        R"({"n":2,"title":"brown bears","at":"2026-02-01","flag":true})"}) {
    const WriteOperation operation{.source = source};
    index->write(std::span(&operation, 1), {});
    index->flush();
  }
  return index;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::shared_ptr<Index> index = make_index();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    json::Value body;
    if (size > 0 && text[0] != '{') {  // as a query string
      json::Object query{{"query", json::Value(valid_utf8(text) ? text : std::string_view("x"))}};
      const char* type = size % 2 == 0 ? "query_string" : "simple_query_string";
      body = json::Object{{"query", json::Value(json::Object{{type, json::Value(std::move(query))}})}};
    } else {
      body = json::parse(text, 256);
    }
    const SearchRequest request = dsl::parse_search_request(body);
    dsl::check_request(request);
    run_search(std::span(&index, 1), request, 1'770'000'000'000);
  } catch (const search::Error&) {
  } catch (const json::ParseError&) {
  }
  return 0;
}
