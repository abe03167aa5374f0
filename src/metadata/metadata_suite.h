// The contract of every Metadata engine. An engine's test instantiates it with a type `Engine` that has
// `Metadata& metadata()` and `void reopen()` (close and open the same store again).
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/workers.h"
#include "metadata/metadata.h"

namespace standpipe {

template <class Engine>
class MetadataSuite : public testing::Test {
 protected:
  Metadata& metadata() { return engine_.metadata(); }
  std::vector<std::string> keys(std::string_view prefix, std::string_view after = {}, size_t count_max = SIZE_MAX) {
    std::vector<std::string> found;
    for (const Document& document : metadata().scan(prefix, after, count_max)) found.push_back(document.key);
    return found;
  }
  Engine engine_;
};

using Keys = std::vector<std::string>;

TYPED_TEST_SUITE_P(MetadataSuite);

TYPED_TEST_P(MetadataSuite, CountsVersionsFromOne) {
  EXPECT_FALSE(this->metadata().get("a"));
  EXPECT_EQ(this->metadata().put("a", "{}"), 1);
  EXPECT_EQ(this->metadata().put("a", "{1}"), 2);
  const auto found = this->metadata().get("a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key, "a");
  EXPECT_EQ(found->value, "{1}");
  EXPECT_EQ(found->version, 2);
  EXPECT_TRUE(this->metadata().remove("a"));
  EXPECT_FALSE(this->metadata().remove("a"));
  EXPECT_EQ(this->metadata().put("a", "again"), 1);
}

TYPED_TEST_P(MetadataSuite, RefusesUnexpectedVersions) {
  EXPECT_THROW(this->metadata().put("a", "x", 1), Conflict);
  EXPECT_EQ(this->metadata().put("a", "x", kAbsent), 1);
  EXPECT_THROW(this->metadata().put("a", "y", kAbsent), Conflict);
  EXPECT_EQ(this->metadata().put("a", "y", 1), 2);
  EXPECT_THROW(this->metadata().remove("a", 1), Conflict);
  EXPECT_EQ(this->metadata().get("a")->value, "y");
  EXPECT_TRUE(this->metadata().remove("a", 2));
}

TYPED_TEST_P(MetadataSuite, KeepsAnyBytes) {
  const std::string odd("\0\xff'%_\n", 6);
  this->metadata().put("k/" + odd, odd);
  this->metadata().put("k/empty", "");
  EXPECT_EQ(this->metadata().get("k/" + odd)->value, odd);
  EXPECT_EQ(this->metadata().get("k/empty")->value, "");
  EXPECT_EQ(this->keys("k/" + odd), Keys{"k/" + odd});
}

TYPED_TEST_P(MetadataSuite, ScansPrefixesInByteOrder) {
  for (const char* key : {"a", "s/b", "s/a", "s/B", "s/\xff", "s0", "t"}) this->metadata().put(key, key);
  EXPECT_EQ(this->keys("s/"), (Keys{"s/B", "s/a", "s/b", "s/\xff"}));
  EXPECT_EQ(this->keys("s/", "s/a"), (Keys{"s/b", "s/\xff"}));
  EXPECT_EQ(this->keys("s/", "s/B", 2), (Keys{"s/a", "s/b"}));
  EXPECT_EQ(this->keys("s/", {}, 0), Keys{});
  EXPECT_EQ(this->keys("").size(), 7u);
  EXPECT_EQ(this->keys("s/\xff"), Keys{"s/\xff"});
  EXPECT_EQ(this->keys("S"), Keys{});
}

TYPED_TEST_P(MetadataSuite, TransactionsAreAllOrNothing) {
  this->metadata().put("a", "1");
  EXPECT_THROW(this->metadata().transaction([](MetadataTransaction& tx) {
    tx.put("a", "2");
    tx.put("b", "2");
    EXPECT_EQ(tx.get("a")->value, "2");
    EXPECT_EQ(tx.scan("").size(), 2u);
    throw std::logic_error("changed my mind");
  }), std::logic_error);
  EXPECT_EQ(this->metadata().get("a")->value, "1");
  EXPECT_FALSE(this->metadata().get("b"));
  this->metadata().transaction([](MetadataTransaction& tx) {
    tx.remove("a");
    tx.put("b", "3");
  });
  EXPECT_EQ(this->keys(""), Keys{"b"});
}

TYPED_TEST_P(MetadataSuite, ReadsSeeCommittedDataOnly) {
  this->metadata().put("a", "1");
  this->metadata().transaction([&](MetadataTransaction& tx) {
    tx.put("a", "2");
    Background other("test", [&](std::stop_token) { EXPECT_EQ(this->metadata().get("a")->value, "1"); });
  });
  EXPECT_EQ(this->metadata().get("a")->value, "2");
}

TYPED_TEST_P(MetadataSuite, ConcurrentIncrementsAreNotLost) {
  constexpr int kThreads = 8, kRounds = 25;
  {
    std::vector<Background> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back("test", [&, thread](std::stop_token) {
        for (int round = 0; round < kRounds; ++round) {
          const auto increment = [&](MetadataTransaction& tx) {
            const auto now = tx.get("counter");
            tx.put("counter", std::to_string(now ? std::stoi(now->value) + 1 : 1));
            if ((round + thread) % 5 == 0) throw std::runtime_error("not this one");
          };
          try {
            this->metadata().transaction(increment);
          } catch (const std::runtime_error&) {
          }
          this->metadata().get("counter");
        }
      });
    }
  }
  EXPECT_EQ(this->metadata().get("counter")->value, std::to_string(kThreads * kRounds * 4 / 5));
}

TYPED_TEST_P(MetadataSuite, SurvivesReopening) {
  this->metadata().put("a", "1");
  this->metadata().put("a", "2");
  this->engine_.reopen();
  EXPECT_EQ(this->metadata().get("a")->value, "2");
  EXPECT_EQ(this->metadata().get("a")->version, 2);
}

TYPED_TEST_P(MetadataSuite, ClearsEverything) {
  this->metadata().put("a", "1");
  this->metadata().put("b", "1");
  this->metadata().clear();
  EXPECT_EQ(this->keys(""), Keys{});
}

REGISTER_TYPED_TEST_SUITE_P(MetadataSuite, CountsVersionsFromOne, RefusesUnexpectedVersions, KeepsAnyBytes,
                            ScansPrefixesInByteOrder, TransactionsAreAllOrNothing, ReadsSeeCommittedDataOnly,
                            ConcurrentIncrementsAreNotLost, SurvivesReopening, ClearsEverything);

}  // namespace standpipe
