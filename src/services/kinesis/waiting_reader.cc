#include "services/kinesis/waiting_reader.h"

#include "base/check.h"

namespace standpipe::kinesis {

GetRecordsOutput WaitingReader::read(const aws::Request& as, const std::string& iterator, int limit, Deadline wait,
                                     std::stop_token stop) {
  static const aws::OperationModel* const operation = aws::find_operation(model(), GetRecordsInput::kOperation);
  check(operation != nullptr, "GetRecords is in the model");
  const GetRecordsInput input{.shard_iterator = iterator, .limit = limit};
  caller_.authorize(service_, *operation, as, &input);
  return kinesis_.read(as, input, wait, stop);
}

}  // namespace standpipe::kinesis
