// Any body as the CBOR of Kinesis and of CloudWatch.
#include "aws/decode_fuzzing.h"
#include "generated/cloudwatch.h"
#include "generated/kinesis.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe;
  const std::string body(reinterpret_cast<const char*>(data), size);
  net::Request http = aws::json_request("Kinesis_20131202.PutRecords", body);
  http.headers.set("content-type", "application/x-amz-cbor-1.1");
  aws::fuzz_decode(kinesis::model(), http);
  http = aws::plain_request("POST", "/service/GraniteServiceVersion20100801/operation/PutMetricData", body);
  http.headers = {{"smithy-protocol", "rpc-v2-cbor"}};
  aws::fuzz_decode(cloudwatch::model(), http);
  return 0;
}
