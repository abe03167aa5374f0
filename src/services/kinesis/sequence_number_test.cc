#include "services/kinesis/sequence_number.h"

#include <gtest/gtest.h>

#include <random>

#include "services/kinesis/hash_key.h"

namespace standpipe::kinesis {
namespace {

TEST(SequenceNumber, HasFiftySixDigitsThatReadBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const SequenceNumber number{1'600'000'000 + static_cast<int64_t>(random() % 1'000'000'000),
                                static_cast<ShardNumber>(random()), random() >> (random() % 64),
                                1'600'000'000 + static_cast<int64_t>(random() % 1'000'000'000)};
    const std::string text = print_sequence_number(number);
    EXPECT_EQ(text.size(), 56u);
    EXPECT_TRUE(text.starts_with("49")) << text;
    EXPECT_EQ(parse_sequence_number(text), number);
  }
}

TEST(SequenceNumber, RisesWithThePositionWhateverTheTime) {
  std::string last;
  for (uint64_t index = 0; index < 300; ++index) {
    const std::string text = print_sequence_number({1'700'000'000, 3, index, 1'700'000'000});
    EXPECT_GT(text, last);  // of equal length: text order is numeric order
    last = text;
  }
}

TEST(SequenceNumber, RefusesOthers) {
  const std::string good = print_sequence_number({1'700'000'000, 3, 7, 1'700'000'001});
  EXPECT_FALSE(parse_sequence_number(""));
  EXPECT_FALSE(parse_sequence_number("0"));
  EXPECT_FALSE(parse_sequence_number(std::string(56, '9')));
  EXPECT_FALSE(parse_sequence_number(good + "0"));
  EXPECT_FALSE(parse_sequence_number(good.substr(1)));
  std::string changed = good;
  changed.back() = changed.back() == '0' ? '1' : '0';
  EXPECT_NE(parse_sequence_number(changed), parse_sequence_number(good));
}

TEST(HashKey, PrintsAndParses) {
  EXPECT_EQ(print_hash_key(kHashKeyMax), "340282366920938463463374607431768211455");
  EXPECT_EQ(parse_hash_key("340282366920938463463374607431768211455"), kHashKeyMax);
  EXPECT_FALSE(parse_hash_key("340282366920938463463374607431768211456"));
  EXPECT_FALSE(parse_hash_key("999999999999999999999999999999999999999"));
  EXPECT_FALSE(parse_hash_key("-1"));
  EXPECT_FALSE(parse_hash_key(""));
  EXPECT_EQ(print_hash_key(hash_of("")), "281949768489412648962353822266799178366");
}

TEST(HashKey, DividesTheSpace) {
  EXPECT_EQ(print_hash_key(divide(2)[0].to), "170141183460469231731687303715884105727");
  EXPECT_EQ(print_hash_key(divide(3)[1].from), "113427455640312821154458202477256070485");
  for (const uint32_t count : {1u, 2u, 3u, 4u, 5u, 100u}) {
    const auto ranges = divide(count);
    ASSERT_EQ(ranges.size(), count);
    EXPECT_EQ(ranges.front().from, HashKey{0});
    EXPECT_EQ(ranges.back().to, kHashKeyMax);
    for (size_t i = 1; i < count; ++i) EXPECT_EQ(ranges[i - 1].to + 1, ranges[i].from);
  }
}

}  // namespace
}  // namespace standpipe::kinesis
