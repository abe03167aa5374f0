// GetRecords whose answer is written from the log's own bytes: ten megabytes of records are not copied into structs on
// the way.
#pragma once

#include "aws/shortcut.h"
#include "services/kinesis/found_records.h"

namespace standpipe::kinesis {

class Kinesis;

// Nothing if the body is malformed, breaks a limit of the model, or names other members than these three.
std::optional<GetRecordsInput> read_plain_get_records(std::string_view body);
std::string print_get_records(const ReadRecords& read);

class GetRecordsShortcut final : public aws::Shortcut {
 public:
  explicit GetRecordsShortcut(Kinesis& kinesis) : kinesis_(kinesis) {}
  std::string_view service() const override { return "kinesis"; }
  std::string_view operation() const override { return "GetRecords"; }
  std::optional<std::string> serve(const aws::Request& request, std::string_view body,
                                   const Authorize& authorize) override;

 private:
  Kinesis& kinesis_;
};

}  // namespace standpipe::kinesis
