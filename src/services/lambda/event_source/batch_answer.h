// What a function's answer says about its batch: which records are done, and the new state of a tumbling window.
// https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "services/lambda/event_source/stream_record.h"

namespace standpipe::lambda {

struct BatchAnswer {
  size_t done = 0;                   // so many from the front; all of them: success
  std::optional<std::string> state;  // JSON, of a windowed mapping
};

// `reports`: ReportBatchItemFailures is on. Records of the lowest sequence number that the function names, and all
// behind it, are to be tried again; an answer that names something else fails the whole batch.
BatchAnswer read_answer(std::string_view payload, std::span<const StreamRecord> batch, bool reports, bool windowed);

}  // namespace standpipe::lambda
