#include "services/firehose/object_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace standpipe::firehose {
namespace {

using testing::MatchesRegex;
using testing::StartsWith;

const Timestamp kTime = *parse_iso8601("2026-11-23T09:05:07Z");

Configuration stream() {
  Configuration configuration;
  configuration.name = "orders";
  return configuration;
}

TEST(ObjectName, AppendsTheTimeToAPlainPrefixWithoutASlash) {
  S3Target s3;
  s3.prefix = "in";
  EXPECT_THAT(object_key(stream(), s3, kTime),
              MatchesRegex("in2026/11/23/09/orders-1-2026-11-23-09-05-07-[0-9a-f-]{36}"));
}

TEST(ObjectName, EvaluatesExpressionsAndAppendsNothing) {
  S3Target s3;
  s3.prefix = "y=!{timestamp:yyyy}/m=!{timestamp:MM}/!{firehose:random-string}/";
  s3.compression = "GZIP";
  EXPECT_THAT(object_key(stream(), s3, kTime),
              MatchesRegex("y=2026/m=11/[a-z0-9]{11}/orders-1-2026-11-23-09-05-07-.*\\.gz"));
}

TEST(ObjectName, PutsFailuresInAFolderOfTheirOwn) {
  S3Target s3;
  s3.prefix = "firehose/";
  EXPECT_THAT(failed_object_key(stream(), s3, kTime, "AmazonOpenSearchService-failed"),
              StartsWith("firehose/AmazonOpenSearchService-failed/2026/11/23/09/orders-1-"));
  s3.error_prefix = "bad/!{firehose:error-output-type}/!{timestamp:yyyy/MM}/";
  EXPECT_THAT(failed_object_key(stream(), s3, kTime, "x-failed"), StartsWith("bad/x-failed/2026/11/orders-1-"));
}

TEST(ObjectName, RefusesExpressionsThatDoNotExist) {
  for (const char* bad :
       {"!{timestamp:bb}", "!{firehose:name}", "!{x", "!{firehose:error-output-type}", "!{timestamp:'y}"}) {
    EXPECT_THROW(evaluate_prefix(bad, kTime, nullptr), aws::Error) << bad;
  }
}

}  // namespace
}  // namespace standpipe::firehose
