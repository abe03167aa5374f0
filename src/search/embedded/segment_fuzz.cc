// A segment whose bytes were damaged: with and without its checksums, reading it ends in values or CorruptData.
// The input lists changes to a good segment, or is itself taken for one if it ends in the magic.
#include <algorithm>
#include <cstdint>
#include <string>

#include "base/digest.h"
#include "search/embedded/bytes_io.h"
#include "search/embedded/memory_segment.h"
#include "search/embedded/segment_file.h"
#include "search/embedded/segment_writer.h"
#include "storage/faulty_disk.h"

namespace {

using namespace standpipe;
using namespace standpipe::search;

std::string good_segment() {
  auto first = std::make_shared<Mapping>();
  first->merge(json::parse(R"({"properties":{"o":{"type":"nested"}}})"));
  first->number_fields(nullptr);
  std::shared_ptr<const Mapping> mapping = std::move(first);
  MemorySegment memory;
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i), id = "id" + n;
    const std::string source = R"({"n":)" + n + R"(,"o":[{"a":1},{"a":2}],"title":"word)" +
                               std::to_string(i % 17) + " of many" +
                               (i % 3 == 0 ? " many" : "") + R"(","at":"2026-01-01","tags":["a)" +
                               std::to_string(i % 5) + R"(","b"],"x":)" + (i % 2 == 0 ? "[1,2]" : "null") + "}";
    memory.add(parse_document(source, id, mapping), id, source, i, 1);
  }
  FaultyDisk disk(1);
  disk.make_directory("/data");
  const SegmentInput input{&memory, nullptr};
  write_segment(disk, "/data/s", std::span(&input, 1));
  return disk.bytes("/data/s");
}

void read_everything(const Segment& segment) {
  const uint32_t docs = std::min(segment.docs(), 100'000U);
  for (const std::string& path : segment.fields()) {
    const auto field = segment.field(path);
    if (field->terms != nullptr) {
      size_t terms = 0;
      field->terms->visit("", [&](std::string_view term, uint32_t ordinal) {
        field->terms->find(term);
        std::vector<uint32_t> positions;
        for (PostingsCursor cursor(field->terms->postings(ordinal), docs); cursor.next();) {
          if (cursor.frequency() < 10'000) cursor.positions(positions);
        }
        return ++terms < 1000;
      });
    }
    if (field->column == nullptr) continue;
    BlockValues block;
    for (uint32_t number = 0; number < block_count(docs); ++number) {
      block.first = number * kBlockDocs;
      block.docs = std::min(kBlockDocs, docs - block.first);
      field->column->decode(number, block);
    }
  }
  for (const std::string& path : segment.nested_paths()) read_everything(*segment.nested(path));
  if (segment.bytes() == 0) return;  // objects have no sources
  for (uint32_t doc = 0; doc < std::min(docs, 50U); ++doc) segment.stored(doc);
}

void expect_values_or_corruption(const std::string& bytes, bool verify) {
  try {
    read_everything(*read_segment(bytes, nullptr, verify));
  } catch (const CorruptData&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string good = good_segment();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::string bytes = good;
  if (input.ends_with(kSegmentMagic)) {
    bytes = input;
  } else {
    for (size_t i = 0; i + 3 <= size; i += 3) {  // where (16 bits, scaled), and what to add
      const size_t at = (size_t{data[i]} << 8 | data[i + 1]) * bytes.size() / 65'536;
      bytes[at] = static_cast<char>(bytes[at] + static_cast<char>(data[i + 2]));
    }
  }
  expect_values_or_corruption(bytes, true);
  expect_values_or_corruption(bytes, false);
  return 0;
}
