// PutRecords in the plain form of AWS's JSON, as every SDK writes it: no escapes in keys and names, known members only,
// each once. Reads a body of megabytes without a tree and with one copy, of what base64 hides.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/shortcut.h"
#include "services/kinesis/put_batch.h"

namespace standpipe::kinesis {

class Kinesis;

struct PlainPutRecords {
  std::optional<std::string> stream_name, stream_arn;  // exactly one
  std::vector<IncomingRecord> records;                 // keys are in the body, data in `data`
  std::unique_ptr<char[]> data;
};

// Nothing if the body is malformed, breaks a limit of the model, or is not plain: the general decoder will tell.
std::optional<PlainPutRecords> read_plain_put_records(std::string_view body);
// Whether the model allows it, and it names a stream.
bool is_plain_stream_arn(std::string_view arn);
std::string print_put_records(const PutBatch& batch);

class PutRecordsShortcut final : public aws::Shortcut {
 public:
  explicit PutRecordsShortcut(Kinesis& kinesis) : kinesis_(kinesis) {}
  std::string_view service() const override { return "kinesis"; }
  std::string_view operation() const override { return "PutRecords"; }
  std::optional<std::string> serve(const aws::Request& request, std::string_view body,
                                   const Authorize& authorize) override;

 private:
  Kinesis& kinesis_;
};

}  // namespace standpipe::kinesis
