#include "services/lambda/event_source/event_pattern.h"

#include <gtest/gtest.h>

namespace standpipe::lambda {
namespace {

bool matches(std::string_view pattern, std::string_view event) {
  return EventPattern::parse(pattern).matches(json::parse(event));
}

TEST(EventPattern, TakesValuesThemselves) {
  EXPECT_TRUE(matches(R"({"a":["x","y"]})", R"({"a":"y","b":1})"));
  EXPECT_FALSE(matches(R"({"a":["x","y"]})", R"({"a":"z"})"));
  EXPECT_FALSE(matches(R"({"a":["x"]})", R"({"b":"x"})"));
  EXPECT_TRUE(matches(R"({"a":[1]})", R"({"a":1.0})"));
  EXPECT_FALSE(matches(R"({"a":["1"]})", R"({"a":1})"));
  EXPECT_TRUE(matches(R"({"a":[null]})", R"({"a":null})"));
  EXPECT_FALSE(matches(R"({"a":[null]})", R"({})"));
  EXPECT_TRUE(matches(R"({"a":[""]})", R"({"a":""})"));
  EXPECT_TRUE(matches(R"({"a":[true]})", R"({"a":true})"));
}

TEST(EventPattern, EveryFieldMustPassAndObjectsAreEntered) {
  const auto pattern = R"({"data":{"city":["Oslo"],"on":{"day":[1]}},"partitionKey":["k"]})";
  EXPECT_TRUE(matches(pattern, R"({"data":{"city":"Oslo","on":{"day":1}},"partitionKey":"k"})"));
  EXPECT_FALSE(matches(pattern, R"({"data":{"city":"Oslo","on":{"day":2}},"partitionKey":"k"})"));
  EXPECT_FALSE(matches(pattern, R"({"data":{"city":"Oslo"},"partitionKey":"k"})"));
  EXPECT_FALSE(matches(pattern, R"({"data":"Oslo","partitionKey":"k"})"));
  EXPECT_FALSE(matches(R"({"data":["Oslo"]})", R"({"data":{"city":"Oslo"}})"));
}

TEST(EventPattern, OneElementOfAnArrayIsEnough) {
  EXPECT_TRUE(matches(R"({"a":["x"]})", R"({"a":["w","x"]})"));
  EXPECT_FALSE(matches(R"({"a":["x"]})", R"({"a":[]})"));
  EXPECT_TRUE(matches(R"({"a":{"b":[1],"c":[2]}})", R"({"a":[{"b":1,"c":1},{"b":1,"c":2}]})"));
  EXPECT_FALSE(matches(R"({"a":{"b":[1],"c":[2]}})", R"({"a":[{"b":1,"c":1},{"b":2,"c":2}]})"));
}

TEST(EventPattern, TestsOfTexts) {
  EXPECT_TRUE(matches(R"({"a":[{"prefix":"us-"}]})", R"({"a":"us-east-1"})"));
  EXPECT_FALSE(matches(R"({"a":[{"prefix":"us-"}]})", R"({"a":"eu-us-"})"));
  EXPECT_TRUE(matches(R"({"a":[{"suffix":".png"}]})", R"({"a":"b.png"})"));
  EXPECT_FALSE(matches(R"({"a":[{"suffix":".png"}]})", R"({"a":"png"})"));
  EXPECT_TRUE(matches(R"({"a":[{"equals-ignore-case":"Alice"}]})", R"({"a":"aLICE"})"));
  EXPECT_FALSE(matches(R"({"a":[{"prefix":"1"}]})", R"({"a":1})"));
}

TEST(EventPattern, AnythingBut) {
  EXPECT_TRUE(matches(R"({"a":[{"anything-but":["x",1]}]})", R"({"a":"y"})"));
  EXPECT_FALSE(matches(R"({"a":[{"anything-but":["x",1]}]})", R"({"a":1})"));
  EXPECT_FALSE(matches(R"({"a":[{"anything-but":"x"}]})", R"({"b":1})")) << "what is missing is nothing else";
  EXPECT_FALSE(matches(R"({"a":[{"anything-but":{"prefix":"x"}}]})", R"({"a":"xy"})"));
  EXPECT_TRUE(matches(R"({"a":[{"anything-but":{"suffix":["x","z"]}}]})", R"({"a":"xy"})"));
}

TEST(EventPattern, Numeric) {
  EXPECT_TRUE(matches(R"({"a":[{"numeric":["=",5]}]})", R"({"a":5.0})"));
  EXPECT_TRUE(matches(R"({"a":[{"numeric":[">",0,"<=",5]}]})", R"({"a":5})"));
  EXPECT_FALSE(matches(R"({"a":[{"numeric":[">",0,"<=",5]}]})", R"({"a":0})"));
  EXPECT_FALSE(matches(R"({"a":[{"numeric":["<",0]}]})", R"({"a":"-1"})"));
}

TEST(EventPattern, Exists) {
  EXPECT_TRUE(matches(R"({"a":[{"exists":true}]})", R"({"a":null})"));
  EXPECT_FALSE(matches(R"({"a":[{"exists":true}]})", R"({"b":1})"));
  EXPECT_FALSE(matches(R"({"a":[{"exists":true}]})", R"({"a":{"b":1}})")) << "of leaves only";
  EXPECT_TRUE(matches(R"({"a":{"b":[{"exists":false}]}})", R"({"a":{"c":1}})"));
  EXPECT_TRUE(matches(R"({"a":{"b":[{"exists":false}]}})", R"({})"));
}

TEST(EventPattern, Or) {
  const auto pattern = R"({"$or":[{"a":["x"]},{"b":{"c":[1]}}],"d":[2]})";
  EXPECT_TRUE(matches(pattern, R"({"a":"x","d":2})"));
  EXPECT_TRUE(matches(pattern, R"({"b":{"c":1},"d":2})"));
  EXPECT_FALSE(matches(pattern, R"({"a":"x"})"));
  EXPECT_FALSE(matches(pattern, R"({"a":"y","d":2})"));
}

TEST(EventPattern, WhatIsNotUnderstoodIsRefused) {
  for (const auto pattern :
       {"", "[]", "{}", "1", R"({"a":1})", R"({"a":[]})", R"({"a":{}})", R"({"a":[[1]]})", R"({"a":[{}]})",
        R"({"a":[{"prefix":1}]})", R"({"a":[{"prefix":"x","suffix":"y"}]})", R"({"a":[{"cidr":"10.0.0.0/8"}]})",
        R"({"a":[{"numeric":[]}]})", R"({"a":[{"numeric":["=="],"x":1}]})", R"({"a":[{"numeric":["!=",1]}]})",
        R"({"a":[{"numeric":["<",1,">",0]}]})", R"({"a":[{"numeric":[">",6e9]}]})", R"({"a":[{"exists":"yes"}]})",
        R"({"a":[{"anything-but":[]}]})", R"({"a":[{"anything-but":{"numeric":[">",1]}}]})", R"({"$or":[]})",
        R"({"$or":[{}]})", R"({"a":["x"])"}) {
    EXPECT_THROW(EventPattern::parse(pattern), InvalidPattern) << pattern;
  }
}

}  // namespace
}  // namespace standpipe::lambda
