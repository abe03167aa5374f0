// An index on a disk that forgets, tears and refuses: what was acknowledged is there once, whatever happened.
#include "search/embedded/index.h"

#include <gtest/gtest.h>

#include <random>

#include "base/workers.h"
#include "search/dsl/request.h"
#include "search/embedded/search.h"
#include "storage/faulty_disk.h"
#include "storage/temporary_directory.h"

namespace standpipe::search {
namespace {

const std::filesystem::path kDirectory = "/data/index";

Manifest new_manifest() {
  Manifest manifest;
  manifest.name = "c/i";
  manifest.uuid = "u";
  return manifest;
}

std::shared_ptr<Index> open_index(Disk& disk) {
  return std::make_shared<Index>(disk, kDirectory, read_manifest(disk, kDirectory).value());
}

int64_t count(const std::shared_ptr<Index>& index, const std::string& query) {
  SearchRequest request = dsl::parse_search_request(json::parse(query));
  request.size = 0;
  request.track_total_hits = kCountAll;
  return run_search(std::span(&index, 1), request, 0).total;
}

// What one writer knows to be durable: per id the number that it wrote last.
struct Known {
  std::map<std::string, int> numbers;
  int batches = 0;
};

void write_batch(Index& index, Known& known, std::mt19937& random, int round) {
  std::vector<std::string> sources;
  std::vector<WriteOperation> batch;
  std::map<std::string, int> numbers = known.numbers;
  const size_t size = 1 + random() % 20;
  sources.reserve(size);
  for (size_t i = 0; i < size; ++i) {
    const std::string id = "id" + std::to_string(random() % 50);
    const int number = round * 100 + static_cast<int>(i);
    if (random() % 5 == 0) {
      batch.push_back({.kind = WriteOperation::Kind::remove, .id = id});
      numbers.erase(id);
    } else {
      sources.push_back(R"({"n":)" + std::to_string(number) + R"(,"t":"word )" + std::to_string(number % 3) + R"("})");
      batch.push_back({.kind = WriteOperation::Kind::index, .id = id, .source = sources.back()});
      numbers[id] = number;
    }
  }
  index.write(batch, Checkpoint{"source", std::to_string(known.batches + 1)});
  known.numbers = std::move(numbers);
  ++known.batches;
}

void expect_known(const std::shared_ptr<Index>& index, const Known& known) {
  ASSERT_EQ(index->checkpoint("source").value_or("0"), std::to_string(known.batches));
  ASSERT_EQ(count(index, "{}"), static_cast<int64_t>(known.numbers.size()));
  for (const auto& [id, number] : known.numbers) {
    const auto document = index->get(id);
    ASSERT_TRUE(document) << id;
    ASSERT_EQ(document->source.substr(0, 5 + std::to_string(number).size()), R"({"n":)" + std::to_string(number)) << id;
    ASSERT_EQ(count(index, R"({"query":{"term":{"n":)" + std::to_string(number) + "}}}"), 1);
  }
}

TEST(Index, KeepsWhatItAcknowledgedAcrossCrashes) {
  for (uint32_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    FaultyDisk disk(seed);
    disk.make_directory("/data");
    Index::create(disk, kDirectory, new_manifest());
    Known known;
    for (int life = 0; life < 6; ++life) {
      auto index = open_index(disk);
      expect_known(index, known);
      if (HasFatalFailure()) return;
      const int rounds = static_cast<int>(random() % 12);
      for (int round = 0; round < rounds; ++round) {
        write_batch(*index, known, random, life * 20 + round);
        if (random() % 3 == 0) index->flush();
        if (random() % 4 == 0) index->merge();
      }
      expect_known(index, known);
      if (HasFatalFailure()) return;
      disk.crash();
    }
  }
}

TEST(Index, RefusesEverythingOnceItsLogIsLost) {
  FaultyDisk disk(7);
  disk.make_directory("/data");
  Index::create(disk, kDirectory, new_manifest());
  auto index = open_index(disk);
  const WriteOperation operation{.source = R"({"n":1})"};
  index->write(std::span(&operation, 1), {});
  disk.fail(0, 1);
  EXPECT_ANY_THROW(index->write(std::span(&operation, 1), {}));
  EXPECT_ANY_THROW(index->write(std::span(&operation, 1), {}));
  EXPECT_ANY_THROW(index->view());
  disk.fail(0, 0);
  disk.crash();
  const int64_t kept = count(open_index(disk), "{}");  // the refused batch may have reached the disk, whole
  EXPECT_GE(kept, 1);
  EXPECT_LE(kept, 2);
}

TEST(Index, FlushThatFailsLosesNothing) {
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    FaultyDisk disk(seed);
    disk.make_directory("/data");
    Index::create(disk, kDirectory, new_manifest());
    std::mt19937 random(seed);
    Known known;
    {
      auto index = open_index(disk);
      for (int round = 0; round < 5; ++round) write_batch(*index, known, random, round);
      disk.fail(0.3, 0.3);
      try {
        index->flush();
      } catch (const std::exception&) {  // the disk refused
      }
      disk.fail(0, 0);
    }
    disk.crash();
    expect_known(open_index(disk), known);
    if (HasFatalFailure()) return;
  }
}

TEST(Index, MergesNeighbours) {
  FaultyDisk disk(3);
  disk.make_directory("/data");
  Index::create(disk, kDirectory, new_manifest());
  auto index = open_index(disk);
  for (int i = 0; i < 6; ++i) {
    const std::string source =
        R"({"n":)" + std::to_string(i) + R"(,"t":["a b","c"],"k":)" + (i % 2 == 0 ? "1" : "[1,2]") + "}";
    const WriteOperation operation{.id = "d" + std::to_string(i), .source = source};
    index->write(std::span(&operation, 1), {});
    index->flush();
  }
  const WriteOperation removal{.kind = WriteOperation::Kind::remove, .id = "d3"};
  index->write(std::span(&removal, 1), {});
  EXPECT_EQ(index->view().segments.size(), 6U);
  EXPECT_TRUE(index->merge());
  EXPECT_FALSE(index->merge());
  EXPECT_EQ(index->view().segments.size(), 1U);
  EXPECT_EQ(index->view().segments[0].segment->docs(), 5U);
  EXPECT_EQ(count(index, R"({"query":{"match_phrase":{"t":"a b"}}})"), 5);
  EXPECT_EQ(count(index, R"({"query":{"term":{"k":2}}})"), 2);
  EXPECT_FALSE(index->get("d3"));
  EXPECT_EQ(index->get("d5")->version, 1);
  disk.crash();
  EXPECT_EQ(count(open_index(disk), "{}"), 5);
}

TEST(Index, MergesNestedObjects) {
  FaultyDisk disk(5);
  disk.make_directory("/data");
  Manifest manifest = new_manifest();
  manifest.mapping = json::parse(R"({"properties":{"o":{"type":"nested","properties":{"p":{"type":"nested"}}}}})");
  Index::create(disk, kDirectory, manifest);
  auto index = open_index(disk);
  for (int i = 0; i < 6; ++i) {
    const std::string n = std::to_string(i);
    const std::string source = R"({"o":[{"n":)" + n + R"(,"p":[{"m":)" + n + R"(},{"m":7}]},{"n":6,"p":{"m":8}}]})";
    const WriteOperation operation{.id = "d" + n, .source = source};
    index->write(std::span(&operation, 1), {});
    index->flush();
  }
  const WriteOperation removal{.kind = WriteOperation::Kind::remove, .id = "d3"};
  index->write(std::span(&removal, 1), {});
  EXPECT_TRUE(index->merge());
  disk.crash();
  index = open_index(disk);
  const Segment& merged = *index->view().segments.at(0).segment;
  EXPECT_EQ(merged.nested("o")->docs(), 10U);
  EXPECT_EQ(merged.nested("o")->nested("o.p")->docs(), 15U);
  const auto with = [&](const std::string& path, const std::string& field, int value) {
    return count(index, R"({"query":{"nested":{"path":")" + path + R"(","query":{"term":{")" + field + R"(":)" +
                            std::to_string(value) + "}}}}}");
  };
  EXPECT_EQ(with("o", "o.n", 4), 1);
  EXPECT_EQ(with("o", "o.n", 3), 0);
  EXPECT_EQ(with("o", "o.n", 6), 5);
  EXPECT_EQ(with("o.p", "o.p.m", 5), 1);
  EXPECT_EQ(with("o.p", "o.p.m", 3), 0);
  EXPECT_EQ(with("o.p", "o.p.m", 7), 5);
}

// Run it under the thread sanitizer: writers, searches, flushes and merges at once.
TEST(Index, WritersAndSearchesRunTogether) {
  TemporaryDirectory directory;
  Index::create(system_disk(), directory.path() / "index", new_manifest());
  auto index = std::make_shared<Index>(system_disk(), directory.path() / "index", new_manifest());
  constexpr int kWriters = 3, kBatches = 40, kBatchSize = 25;
  std::atomic<int> writing = kWriters, searches = 0;
  {
    Workers workers;
    for (int writer = 0; writer < kWriters; ++writer) {
      workers.run([&, writer] {
        for (int batch = 0; batch < kBatches; ++batch) {
          std::vector<std::string> sources;
          for (int i = 0; i < kBatchSize; ++i) {
            sources.push_back(R"({"n":)" + std::to_string(batch) + R"(,"w)" + std::to_string(batch % 7) +
                              R"(":"text )" + std::to_string(writer) + R"("})");
          }
          std::vector<WriteOperation> operations;
          for (const std::string& source : sources) operations.push_back({.source = source});
          // One document per writer that every batch replaces.
          operations.push_back(
              {.kind = WriteOperation::Kind::index, .id = "own" + std::to_string(writer), .source = sources[0]});
          for (const WriteOutcome& outcome : index->write(operations, {})) EXPECT_TRUE(outcome.accepted());
        }
        --writing;
      });
    }
    workers.run([&] {
      while (writing > 0) {
        index->flush();
        index->merge();
      }
    });
    workers.run([&] {
      for (; writing > 0; ++searches) {
        SearchRequest request = dsl::parse_search_request(json::parse(
            R"({"query":{"query_string":{"query":"text"}},"sort":[{"n":"desc"}],"version":true,
                "aggs":{"w":{"terms":{"field":"w1.keyword"},"aggs":{"n":{"avg":{"field":"n"}}}}}})"));
        const SearchResponse found = run_search(std::span(&index, 1), request, 0);
        EXPECT_LE(found.hits.size(), 10U);
        index->get("own1");
      }
    });
  }
  EXPECT_EQ(count(index, "{}"), kWriters * (kBatches * kBatchSize + 1));
  EXPECT_EQ(index->get("own0")->version, kBatches);
  EXPECT_GT(searches, 0);
}

}  // namespace
}  // namespace standpipe::search
