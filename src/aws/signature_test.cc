#include "aws/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/aws_chunked.h"
#include "base/bytes.h"
#include "base/digest.h"

namespace standpipe::aws {
namespace {

using testing::HasSubstr;

const Timestamp kNow = *parse_basic("20150830T123600Z");
const AuthRules kJson{"kinesis", AuthStyle::json, std::chrono::minutes(5)};
const AuthRules kQuery{"sts", AuthStyle::query, std::chrono::minutes(15)};
const AuthRules kS3{"s3", AuthStyle::s3, std::chrono::minutes(15)};
const SessionCredentials kKeys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", {}};

class OneKey final : public Credentials {
 public:
  std::optional<Credential> find(const std::string& id, const std::string& token) const override {
    if (id != kKeys.access_key_id) return std::nullopt;
    Credential credential;
    credential.secret = kKeys.secret_access_key;
    if (token == "expired") credential.state = Credential::State::expired;
    if (token == "bad") credential.state = Credential::State::bad_token;
    return credential;
  }
};

net::Request request(const char* method, const char* target, std::string body = "") {
  net::Request http;
  http.method = method;
  http.target = target;
  http.headers.set("Host", "example.amazonaws.com");
  http.body = net::Body(std::move(body));
  return http;
}

// Code and text of the refusal, empty if there was none.
std::string refusal(const net::Request& http, const AuthRules& rules, Timestamp now = kNow) {
  try {
    authenticate(http, rules, OneKey(), now);
  } catch (const Error& error) {
    return error.code + " " + std::to_string(error.status) + ": " + error.what();
  }
  return "";
}

TEST(Signature, MatchesAwsPublishedVector) {
  net::Request http = request("GET", "/");
  http.headers.set("X-Amz-Date", "20150830T123600Z");
  SignatureParts parts;
  parts.date = "20150830";
  parts.region = "us-east-1";
  parts.service = "service";
  parts.terminator = "aws4_request";
  parts.timestamp = "20150830T123600Z";
  parts.signed_headers = {"host", "x-amz-date"};
  const std::string canonical = canonical_request(http, parts, false, "example.amazonaws.com", hex_encode(sha256("")));
  EXPECT_EQ(hex_encode(hmac_sha256(signing_key(kKeys.secret_access_key, parts), string_to_sign(parts, canonical))),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(Signature, AcceptsWhatItSigned) {
  for (const char* target : {"/", "/a/../b//c?x=1&y=%20z&x=0", "/index/_doc/a%20b"}) {
    net::Request http = request("POST", target, "{}");
    sign(http, kKeys, "us-east-1", "kinesis", kNow);
    EXPECT_EQ(refusal(http, kJson), "") << target;
    http.body = net::Body("{ }");
    EXPECT_THAT(refusal(http, kJson), HasSubstr("InvalidSignatureException 400: The request signature we calculated"));
  }
}

TEST(Signature, AcceptsAHostThatWasSignedWithoutItsPort) {
  net::Request http = request("POST", "/", "{}");
  sign(http, kKeys, "us-east-1", "kinesis", kNow);
  http.headers.set("Host", "example.amazonaws.com:4566");
  EXPECT_EQ(refusal(http, kJson), "");
}

TEST(Signature, RefusesWithTheWordsOfEachStyle) {
  net::Request http = request("POST", "/");
  EXPECT_EQ(refusal(http, kJson), "MissingAuthenticationTokenException 400: Missing Authentication Token");
  EXPECT_EQ(refusal(http, kQuery), "MissingAuthenticationToken 403: Request is missing Authentication Token");
  EXPECT_EQ(refusal(http, kS3), "AccessDenied 403: Access Denied");
  http.headers.set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, Signature=1, Nonsense");
  EXPECT_THAT(refusal(http, kJson), HasSubstr("'Nonsense' not a valid key=value pair"));
  http.headers.set("Authorization", "AWS4-HMAC-SHA256 Credential=a");
  EXPECT_THAT(refusal(http, kJson),
              HasSubstr("requires 'Signature' parameter. Authorization header requires 'SignedHeaders'"));
  http.headers.set("Authorization", "Bearer x");
  EXPECT_THAT(refusal(http, kJson), HasSubstr("Unsupported AWS 'algorithm'"));
}

TEST(Signature, ChecksScopeAndClock) {
  net::Request http = request("POST", "/", "{}");
  sign(http, kKeys, "us-east-1", "firehose", kNow);
  EXPECT_THAT(refusal(http, kJson), HasSubstr("Credential should be scoped to correct service: 'kinesis'. "));
  http = request("POST", "/", "{}");
  sign(http, kKeys, "us-east-1", "kinesis", kNow);
  EXPECT_THAT(refusal(http, kJson, kNow + std::chrono::minutes(6)), HasSubstr("Signature expired: 20150830T123600Z"));
  EXPECT_THAT(refusal(http, kJson, kNow - std::chrono::minutes(6)), HasSubstr("Signature not yet current"));
  EXPECT_EQ(refusal(http, kJson, kNow + std::chrono::minutes(4)), "");
}

TEST(Signature, ChecksKeyAndToken) {
  SessionCredentials other = kKeys;
  other.access_key_id = "AKIDOTHER";
  net::Request http = request("POST", "/");
  sign(http, other, "us-east-1", "kinesis", kNow);
  EXPECT_EQ(refusal(http, kJson),
            "UnrecognizedClientException 400: The security token included in the request is invalid.");
  SessionCredentials session = kKeys;
  session.session_token = "expired";
  http = request("POST", "/");
  sign(http, session, "us-east-1", "sts", kNow);
  EXPECT_THAT(refusal(http, kQuery), HasSubstr("ExpiredToken 403"));
  session.session_token = "bad";
  http = request("POST", "/");
  sign(http, session, "us-east-1", "sts", kNow);
  EXPECT_THAT(refusal(http, kQuery), HasSubstr("InvalidClientTokenId 403"));
}

TEST(Signature, PresignedUrlsWorkUntilTheyExpire) {
  const std::string url =
      presign_s3("GET", "b.s3.amazonaws.com", "/a b+c", kKeys, "us-east-1", kNow, std::chrono::hours(1));
  net::Request http;
  http.method = "GET";
  http.target = url.substr(url.find("/a"));
  http.headers.set("Host", "b.s3.amazonaws.com");
  EXPECT_EQ(refusal(http, kS3), "");
  EXPECT_EQ(refusal(http, kS3, kNow + std::chrono::minutes(59)), "");
  EXPECT_THAT(refusal(http, kS3, kNow + std::chrono::minutes(61)), HasSubstr("AccessDenied 403: Request has expired"));
  net::Request tampered = http;
  tampered.method = "PUT";
  EXPECT_THAT(refusal(tampered, kS3), HasSubstr("SignatureDoesNotMatch 403"));
  http.headers.set("x-amz-acl", "public-read");
  EXPECT_THAT(refusal(http, kS3), HasSubstr("headers present in the request which were not signed"));
}

TEST(Signature, S3ChecksTheBodyAgainstItsHash) {
  net::Request http = request("PUT", "/b/k", "data");
  sign(http, kKeys, "us-east-1", "s3", kNow);
  EXPECT_EQ(refusal(http, kS3), "");
  http.body = net::Body("other");
  EXPECT_THAT(refusal(http, kS3), HasSubstr("XAmzContentSHA256Mismatch 400"));
  http.headers.remove("x-amz-content-sha256");
  EXPECT_THAT(refusal(http, kS3), HasSubstr("Missing required header"));
}

net::Request chunked(const std::string& body, const std::string& length, const std::string& mode) {
  net::Request http = request("PUT", "/b/k", body);
  http.headers.set("x-amz-content-sha256", mode);
  http.headers.set("x-amz-decoded-content-length", length);
  http.headers.set("content-encoding", "gzip, aws-chunked");
  http.headers.set("x-amz-trailer", "x-amz-checksum-crc32");
  return http;
}

TEST(AwsChunked, DecodesUnsignedChunksWithTrailer) {
  net::Request http = chunked("5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n", "6",
                              "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  decode_aws_chunked(http, {});
  EXPECT_EQ(http.body.view(), "hello!");
  EXPECT_EQ(http.trailers.get("x-amz-checksum-crc32"), "AAAA");
  EXPECT_EQ(http.headers.get("content-encoding"), "gzip");
}

TEST(AwsChunked, DecodesLargeBodiesOutsideMemory) {
  const std::string data(3 << 20, 'x');
  net::Request http = chunked("300000\r\n" + data + "\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n",
                              std::to_string(data.size()), "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  decode_aws_chunked(http, {});
  EXPECT_EQ(http.body.view(), data);
}

TEST(AwsChunked, RefusesTruncationAndWrongLengths) {
  const std::string mode = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  for (const char* body : {"", "5\r\nhel", "5\r\nhello\r\n", "zz\r\n", "5\r\nhelloXX0\r\n\r\n", "ffffffffff\r\nx"}) {
    net::Request http = chunked(body, "5", mode);
    EXPECT_THROW(decode_aws_chunked(http, {}), Error) << body;
  }
  net::Request longer = chunked("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:A\r\n\r\n", "4", mode);
  EXPECT_THROW(decode_aws_chunked(longer, {}), Error);
  net::Request bad_trailer = chunked("5\r\nhello\r\n0\r\nx-amz-other:A\r\n\r\n", "5", mode);
  EXPECT_THROW(decode_aws_chunked(bad_trailer, {}), Error);
}

TEST(AwsChunked, FollowsTheChainOfSignatures) {
  net::Request seed = request("PUT", "/b/k");
  sign(seed, kKeys, "us-east-1", "s3", kNow);
  const Authenticated signer = authenticate(seed, kS3, OneKey(), kNow);
  const auto signature = [&](const std::string& previous, const std::string& data) {
    return hex_encode(hmac_sha256(signer.signing_key, "AWS4-HMAC-SHA256-PAYLOAD\n" + signer.parts.timestamp + "\n" +
                                                          signer.parts.scope() + "\n" + previous + "\n" +
                                                          hex_encode(sha256("")) + "\n" + hex_encode(sha256(data))));
  };
  const std::string first = signature(signer.parts.signature, "hello"), last = signature(first, "");
  const std::string body = "5;chunk-signature=" + first + "\r\nhello\r\n0;chunk-signature=" + last + "\r\n\r\n";
  net::Request good = chunked(body, "5", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  EXPECT_NO_THROW(decode_aws_chunked(good, signer));
  EXPECT_EQ(good.body.view(), "hello");
  net::Request forged = chunked(replace_all(body, "hello", "jello"), "5", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  EXPECT_THROW(decode_aws_chunked(forged, signer), Error);
}

}  // namespace
}  // namespace standpipe::aws
