#include "streamlog/aggregated_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"

namespace standpipe {
namespace {

using testing::ElementsAre;
using testing::Optional;

std::string field(int number, const std::string& bytes) {
  std::string length;
  for (size_t size = bytes.size(); ; size >>= 7) {
    const bool last = size < 0x80;
    length += static_cast<char>((size & 0x7f) | (last ? 0 : 0x80));
    if (last) break;
  }
  return std::string(1, static_cast<char>(number << 3 | 2)) + length + bytes;
}

std::string packed(const std::string& data, int key = 0) {
  return field(3, std::string("\x08") + static_cast<char>(key) + field(3, data));
}

std::string aggregate(const std::string& body) { return "\xF3\x89\x9A\xC2" + body + md5(body); }

TEST(AggregatedRecord, IsTakenApart) {
  const std::string large(300, 'x');
  const std::string body = field(1, "key") + field(1, "other") + field(2, "7") + packed("one") + packed(large, 1) +
                           packed("") + field(9, "from a later version");
  const std::string record = aggregate(body);
  EXPECT_THAT(deaggregate(record),
              Optional(ElementsAre(PackedRecord{"key", "one"}, PackedRecord{"other", large}, PackedRecord{"key", ""})));
  EXPECT_THAT(deaggregate(aggregate(field(1, "key"))), Optional(ElementsAre()));
}

TEST(AggregatedRecord, AnythingElseIsARecordLikeAnyOther) {
  const std::string good = aggregate(field(1, "key") + packed("one"));
  EXPECT_FALSE(deaggregate(""));
  EXPECT_FALSE(deaggregate("\xF3\x89\x9A\xC2"));
  EXPECT_FALSE(deaggregate("one"));
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(deaggregate(bad)) << i;
    EXPECT_FALSE(deaggregate(good.substr(0, i)));
  }
}

TEST(AggregatedRecord, BadMessagesAreNotHalfRead) {
  const std::string key = field(1, "key");
  for (const std::string& body :
       {key + packed("one", 1),                                // no such key
        key + field(3, field(3, "no key")),                    // incomplete
        key + field(3, std::string("\x08\x00", 2)),            // without data
        key + packed("one") + std::string("\x1a\x7f"),         // longer than what follows
        key + packed("one") + std::string("\x0b"),             // a group
        key + packed("one") + std::string(11, '\xff')}) {      // a number without end
    EXPECT_FALSE(deaggregate(aggregate(body)));
  }
}

}  // namespace
}  // namespace standpipe
