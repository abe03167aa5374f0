#include "aws/host.h"

#include <gtest/gtest.h>

namespace standpipe::aws {
namespace {

TEST(Host, NamesServiceRegionAndBucket) {
  struct Case {
    const char *host, *prefix, *region, *bucket;
  };
  for (const Case& c :
       std::initializer_list<Case>{{"kinesis.ap-northeast-1.amazonaws.com", "kinesis", "ap-northeast-1", ""},
                                   {"123456789012.data-kinesis.us-east-1.amazonaws.com", "kinesis", "us-east-1", ""},
                                   {"iam.amazonaws.com", "iam", "", ""},
                                   {"s3.amazonaws.com", "s3", "", ""},
                                   {"s3.eu-west-1.amazonaws.com", "s3", "eu-west-1", ""},
                                   {"s3-eu-west-1.amazonaws.com", "s3", "eu-west-1", ""},
                                   {"my.bucket.s3.eu-west-1.amazonaws.com", "s3", "eu-west-1", "my.bucket"},
                                   {"b.s3.dualstack.us-west-2.amazonaws.com", "s3", "us-west-2", "b"},
                                   {"b.s3-us-west-2.amazonaws.com", "s3", "us-west-2", "b"},
                                   {"b.s3.localhost", "s3", "", "b"},
                                   {"localhost", "", "", ""},
                                   {"127.0.0.1", "", "", ""}}) {
    const HostName name = parse_host(c.host);
    EXPECT_EQ(name.endpoint_prefix, c.prefix) << c.host;
    EXPECT_EQ(name.region, c.region) << c.host;
    EXPECT_EQ(name.bucket, c.bucket) << c.host;
  }
}

TEST(Host, ReadsS3Urls) {
  for (const char* url : {"https://b.s3.ap-northeast-1.amazonaws.com/x/y.yaml", "https://s3.amazonaws.com/b/x/y.yaml",
                          "https://s3-eu-west-1.amazonaws.com/b/x/y.yaml?versionId=1"}) {
    const auto location = parse_s3_url(url);
    ASSERT_TRUE(location) << url;
    EXPECT_EQ(location->bucket, "b");
    EXPECT_EQ(location->key, "x/y.yaml");
  }
  for (const char* url :
       {"https://example.com/b/x", "b/x", "https://s3.amazonaws.com/b", "https://s3.amazonaws.com/b/%zz"}) {
    EXPECT_FALSE(parse_s3_url(url)) << url;
  }
}

}  // namespace
}  // namespace standpipe::aws
