#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/wire_testing.h"
#include "generated/cloudformation.h"
#include "generated/cloudwatch.h"
#include "generated/firehose.h"
#include "generated/iam.h"
#include "generated/kinesis.h"
#include "generated/lambda.h"
#include "generated/s3.h"

namespace standpipe::aws {
namespace {

using testing::HasSubstr;

std::string routed(const ServiceModel& model, const net::Request& http) {
  std::string name;
  const std::string error = error_of([&] { name = route(model, detect(http), http, http.path()).operation->name; });
  return error == "none" ? name : error;
}

std::string s3_routed(const char* method, const char* target, net::Headers headers = {}) {
  net::Request http = plain_request(method, target);
  http.headers = std::move(headers);
  return routed(s3::model(), http);
}

TEST(Routing, DetectsEveryProtocol) {
  const Wire json = detect(json_request("Kinesis_20131202.PutRecord", "{}"));
  EXPECT_FALSE(json.rest);
  EXPECT_EQ(json.protocol, Protocol::json);
  EXPECT_EQ(json.json_version, "1.1");
  EXPECT_EQ(json.operation, "PutRecord");
  EXPECT_TRUE(names(kinesis::model(), json));
  EXPECT_FALSE(names(iam::model(), json));

  net::Request cbor = json_request("Kinesis_20131202.PutRecord", "");
  cbor.headers.set("content-type", "application/x-amz-cbor-1.1");
  EXPECT_EQ(detect(cbor).protocol, Protocol::cbor);

  net::Request rpc = plain_request("POST", "/service/GraniteServiceVersion20100801/operation/PutMetricData");
  rpc.headers.set("smithy-protocol", "rpc-v2-cbor");
  EXPECT_EQ(detect(rpc).protocol, Protocol::rpc_cbor);
  EXPECT_TRUE(names(cloudwatch::model(), detect(rpc)));
  EXPECT_EQ(routed(cloudwatch::model(), rpc), "PutMetricData");

  const Wire query = detect(form_request("Action=CreateStack&Version=2010-05-15"));
  EXPECT_EQ(query.protocol, Protocol::query);
  EXPECT_TRUE(names(cloudformation::model(), query));
  EXPECT_FALSE(names(iam::model(), query));
  EXPECT_TRUE(detect(plain_request("GET", "/bucket/key")).rest);
}

TEST(Routing, CloudWatchSpeaksThreeProtocols) {
  EXPECT_EQ(routed(cloudwatch::model(), json_request("GraniteServiceVersion20100801.ListMetrics", "{}")),
            "ListMetrics");
  EXPECT_EQ(routed(cloudwatch::model(), form_request("Action=ListMetrics&Version=2010-08-01")), "ListMetrics");
}

TEST(Routing, WhatWeDoNotServeIsNamed) {
  EXPECT_EQ(routed(firehose::model(), json_request("Firehose_20150804.UpdateDestination", "{}")),
            "UnknownOperationException: The operation UpdateDestination of Firehose is not supported by Standpipe.");
  EXPECT_EQ(routed(kinesis::model(), json_request("Kinesis_20131202.Bogus", "{}")),
            "UnknownOperationException: The operation Bogus is unknown.");
  EXPECT_THAT(routed(kinesis::model(), json_request("Firehose_20150804.PutRecord", "{}")),
              HasSubstr("UnknownOperationException: The operation Firehose_20150804.PutRecord is unknown"));
  EXPECT_EQ(routed(iam::model(), form_request("Action=CreateGroup&Version=2010-05-08")),
            "InvalidAction: The operation CreateGroup of IAM is not supported by Standpipe.");
  EXPECT_EQ(routed(iam::model(), form_request("Action=Bogus&Version=2010-05-08")),
            "InvalidAction: The action Bogus is not valid for this web service.");
  EXPECT_THAT(routed(iam::model(), form_request("")), HasSubstr("MissingAction"));
  EXPECT_THAT(routed(lambda::model(), plain_request("GET", "/2015-03-31/functions/f/aliases")),
              HasSubstr("NotImplemented: The operation ListAliases is not supported"));
  EXPECT_THAT(routed(lambda::model(), plain_request("GET", "/nowhere")), HasSubstr("UnknownOperationException"));
}

TEST(Routing, LambdaPathsMayEndWithASlash) {
  EXPECT_EQ(routed(lambda::model(), plain_request("GET", "/2015-03-31/functions/")), "ListFunctions");
  EXPECT_EQ(routed(lambda::model(), plain_request("GET", "/2018-10-31/layers?find=LayerVersion&Arn=a")),
            "GetLayerVersionByArn");
  EXPECT_EQ(routed(lambda::model(), plain_request("GET", "/2018-10-31/layers?MaxItems=1")), "ListLayers");
}

TEST(Routing, S3TellsOperationsApartByParametersAndHeaders) {
  EXPECT_EQ(s3_routed("GET", "/"), "ListBuckets");
  EXPECT_EQ(s3_routed("GET", "/b"), "ListObjects");
  EXPECT_EQ(s3_routed("GET", "/b/?prefix=x"), "ListObjects");
  EXPECT_EQ(s3_routed("GET", "/b?list-type=2"), "ListObjectsV2");
  EXPECT_EQ(s3_routed("GET", "/b?location"), "GetBucketLocation");
  EXPECT_EQ(s3_routed("GET", "/b?uploads"), "ListMultipartUploads");
  EXPECT_EQ(s3_routed("HEAD", "/b"), "HeadBucket");
  EXPECT_EQ(s3_routed("PUT", "/b"), "CreateBucket");
  EXPECT_EQ(s3_routed("POST", "/b?delete"), "DeleteObjects");
  EXPECT_EQ(s3_routed("GET", "/b/k?x-id=GetObject"), "GetObject");
  EXPECT_EQ(s3_routed("GET", "/b//k//"), "GetObject");
  EXPECT_EQ(s3_routed("GET", "/b/k?uploadId=1"), "ListParts");
  EXPECT_EQ(s3_routed("DELETE", "/b/k?uploadId=1"), "AbortMultipartUpload");
  EXPECT_EQ(s3_routed("POST", "/b/k?uploads"), "CreateMultipartUpload");
  EXPECT_EQ(s3_routed("POST", "/b/k?uploadId=1"), "CompleteMultipartUpload");
  EXPECT_EQ(s3_routed("PUT", "/b/k"), "PutObject");
  EXPECT_EQ(s3_routed("PUT", "/b/k?partNumber=1&uploadId=2"), "UploadPart");
  EXPECT_EQ(s3_routed("PUT", "/b/k", {{"x-amz-copy-source", "/b/l"}}), "CopyObject");
  EXPECT_EQ(s3_routed("PUT", "/b/k?partNumber=1&uploadId=2", {{"x-amz-copy-source", "/b/l"}}), "UploadPartCopy");
}

TEST(Routing, AnUnsupportedSubresourceNeverFallsThrough) {
  for (const char* target : {"/b?versioning", "/b?acl", "/b?policy", "/b?lifecycle", "/b?notification", "/b?versions",
                             "/b/k?acl", "/b/k?tagging", "/b/k?attributes", "/b/k?torrent", "/b?list-type=3"}) {
    EXPECT_THAT(s3_routed("GET", target), HasSubstr("NotImplemented")) << target;
  }
  for (const char* target : {"/b?versioning", "/b?website", "/b/k?retention", "/b/k?uploadId=1", "/b/k?partNumber=1"}) {
    EXPECT_THAT(s3_routed("PUT", target), HasSubstr("NotImplemented")) << target;
  }
  EXPECT_THAT(s3_routed("GET", "/b?versioning"), HasSubstr("?versioning"));
  EXPECT_THAT(s3_routed("DELETE", "/b/k?tagging"), HasSubstr("NotImplemented"));
  EXPECT_THAT(s3_routed("POST", "/b/k?restore"), HasSubstr("NotImplemented"));
  EXPECT_THAT(s3_routed("POST", "/b"), HasSubstr("MethodNotAllowed"));
  EXPECT_THAT(s3_routed("GET", "/b/%zz"), HasSubstr("InvalidURI"));
}

}  // namespace
}  // namespace standpipe::aws
