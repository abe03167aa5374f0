// "METHOD target\nName: value\n…\n\nbody" to S3: routing, labels, parameters, headers, XML.
#include "aws/decode_fuzzing.h"
#include "base/bytes.h"
#include "generated/s3.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(text.find("\n\n"), text.size());
  const auto lines = split(text.substr(0, end), '\n');
  const size_t space = std::min(lines[0].find(' '), lines[0].size());
  net::Request http =
      aws::plain_request(lines[0].substr(0, space), "/" + lines[0].substr(std::min(space + 2, lines[0].size())),
                         text.substr(std::min(end + 2, text.size())));
  for (size_t i = 1; i < lines.size(); ++i) {
    const size_t colon = std::min(lines[i].find(": "), lines[i].size());
    http.headers.add(lines[i].substr(0, colon), lines[i].substr(std::min(colon + 2, lines[i].size())));
  }
  aws::fuzz_decode(s3::model(), http);
  return 0;
}
