// Any body as a form, for inputs with lists, structures and maps.
#include "aws/decode_fuzzing.h"
#include "generated/cloudformation.h"
#include "generated/cloudwatch.h"
#include "generated/iam.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe;
  const std::string body(reinterpret_cast<const char*>(data), size);
  aws::fuzz_decode(cloudformation::model(), aws::form_request("Action=CreateStack&Version=2010-05-15&" + body));
  aws::fuzz_decode(cloudwatch::model(), aws::form_request("Action=PutMetricData&Version=2010-08-01&" + body));
  aws::fuzz_decode(iam::model(), aws::form_request(body));
  return 0;
}
