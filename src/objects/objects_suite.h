// The contract of every Objects engine. An engine's test instantiates it with a type `Engine` that has
// `Objects& objects()` and `void reopen()` (close and open the same store again).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/workers.h"
#include "objects/objects.h"

namespace standpipe {

template <class Engine>
class ObjectsSuite : public testing::Test {
 protected:
  Objects& objects() { return engine_.objects(); }
  std::string text(const std::string& id, uint64_t offset, uint64_t length) {
    return drain(*objects().read(id, offset, length));
  }
  static std::string drain(ByteSource& source) {
    std::string bytes;
    char piece[7];  // small and odd, so that bodies take several reads
    while (const size_t count = source.read(piece, sizeof piece)) bytes.append(piece, count);
    return bytes;
  }
  Engine engine_;
};

TYPED_TEST_SUITE_P(ObjectsSuite);

TYPED_TEST_P(ObjectsSuite, GivesBackWhatWasPut) {
  const std::string bytes("some \0 bytes \xff", 14);
  const std::string id = this->objects().put(bytes);
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789"), std::string::npos);
  EXPECT_EQ(this->text(id, 0, bytes.size()), bytes);
  EXPECT_EQ(this->objects().read(id, 5, 3)->size(), 3u);
}

TYPED_TEST_P(ObjectsSuite, ReadsRanges) {
  const std::string id = this->objects().put("0123456789");
  EXPECT_EQ(this->text(id, 2, 3), "234");
  EXPECT_EQ(this->text(id, 9, 1), "9");
  EXPECT_EQ(this->text(id, 10, 0), "");
}

TYPED_TEST_P(ObjectsSuite, KeepsEmptyAndLargeBlobs) {
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(this->text(this->objects().put(""), 0, 0), "");
  EXPECT_EQ(this->text(this->objects().put(large), 0, large.size()), large);
}

TYPED_TEST_P(ObjectsSuite, GivesEqualBytesDifferentIds) {
  EXPECT_NE(this->objects().put("same"), this->objects().put("same"));
}

TYPED_TEST_P(ObjectsSuite, KnowsNoStrangeIds) {
  for (const char* id : {"", "..", "../../../../../../etc/passwd", "abcdefghijklmnopqrstuvwxyz012345"}) {
    EXPECT_THROW(this->objects().read(id, 0, 0), BlobMissing) << id;
    EXPECT_NO_THROW(this->objects().remove(id)) << id;
  }
}

TYPED_TEST_P(ObjectsSuite, RemovesButFinishesReading) {
  const std::string id = this->objects().put("0123456789");
  const auto source = this->objects().read(id, 0, 10);
  this->objects().remove(id);
  this->objects().remove(id);
  EXPECT_EQ(this->drain(*source), "0123456789");
  EXPECT_THROW(this->objects().read(id, 0, 1), BlobMissing);
  EXPECT_THAT(this->objects().list(), testing::IsEmpty());
}

TYPED_TEST_P(ObjectsSuite, ListsAndSurvivesReopening) {
  const std::string a = this->objects().put("a"), b = this->objects().put("b");
  EXPECT_THAT(this->objects().list(), testing::UnorderedElementsAre(a, b));
  this->engine_.reopen();
  EXPECT_THAT(this->objects().list(), testing::UnorderedElementsAre(a, b));
  EXPECT_EQ(this->text(b, 0, 1), "b");
}

TYPED_TEST_P(ObjectsSuite, ServesManyThreads) {
  {
    std::vector<Background> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back("test", [&, thread](std::stop_token) {
        for (int round = 0; round < 10; ++round) {
          const std::string bytes = std::to_string(thread) + "/" + std::to_string(round);
          EXPECT_EQ(this->text(this->objects().put(bytes), 0, bytes.size()), bytes);
        }
      });
    }
  }
  EXPECT_EQ(this->objects().list().size(), 80u);
}

REGISTER_TYPED_TEST_SUITE_P(ObjectsSuite, GivesBackWhatWasPut, ReadsRanges, KeepsEmptyAndLargeBlobs,
                            GivesEqualBytesDifferentIds, KnowsNoStrangeIds, RemovesButFinishesReading,
                            ListsAndSurvivesReopening, ServesManyThreads);

}  // namespace standpipe
