// Any body as the JSON of several inputs: decoded, validated, printed; or refused with an aws::Error.
#include "aws/decode_fuzzing.h"
#include "generated/firehose.h"
#include "generated/kinesis.h"
#include "generated/lambda.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe;
  const std::string body(reinterpret_cast<const char*>(data), size);
  aws::fuzz_decode(kinesis::model(), aws::json_request("Kinesis_20131202.PutRecords", body));
  aws::fuzz_decode(kinesis::model(), aws::json_request("Kinesis_20131202.GetShardIterator", body));
  aws::fuzz_decode(firehose::model(), aws::json_request("Firehose_20150804.CreateDeliveryStream", body));
  aws::fuzz_decode(lambda::model(), aws::plain_request("POST", "/2015-03-31/functions", body));
  return 0;
}
