// The in-process companion of GetRecords (record_reader.h): authorises like the operation, then waits for records.
#pragma once

#include "aws/caller.h"
#include "services/kinesis/kinesis.h"
#include "services/kinesis/record_reader.h"

namespace standpipe::kinesis {

// Thread-safe. `service` is the Kinesis service as the caller knows it; all must outlive the reader.
class WaitingReader final : public RecordReader {
 public:
  WaitingReader(Kinesis& kinesis, aws::Service& service, const aws::Caller& caller)
      : kinesis_(kinesis), service_(service), caller_(caller) {}
  GetRecordsOutput read(const aws::Request& as, const std::string& iterator, int limit, Deadline wait,
                        std::stop_token stop) override;

 private:
  Kinesis& kinesis_;
  aws::Service& service_;
  const aws::Caller& caller_;
};

}  // namespace standpipe::kinesis
