// The short and the long way of PutRecords side by side.
#pragma once

#include <string>

#include "aws/wire_testing.h"
#include "generated/kinesis.h"
#include "services/kinesis/put_records_shortcut.h"

namespace standpipe::kinesis {

enum class Reading { not_plain, alike, different };

// What is plain must be what the general decoder reads and the model allows.
inline Reading compare_readings(const std::string& body) {
  const auto plain = read_plain_put_records(body);
  if (!plain) return Reading::not_plain;
  PutRecordsInput input;
  try {
    const net::Request http = aws::json_request("Kinesis_20131202.PutRecords", body);
    const aws::Route found = aws::route(model(), aws::detect(http), http, http.path());
    aws::validate(model(), *found.operation, &input, aws::decode(model(), aws::detect(http), found, http, &input));
  } catch (const aws::Error&) {
    return Reading::different;
  }
  bool alike = input.stream_name == plain->stream_name && input.stream_arn == plain->stream_arn &&
               !input.stream_id && input.records.size() == plain->records.size();
  for (size_t i = 0; alike && i < input.records.size(); ++i) {
    const IncomingRecord& record = plain->records[i];
    alike = input.records[i].partition_key == record.partition_key && input.records[i].data.bytes == record.data &&
            input.records[i].explicit_hash_key.value_or("") == record.explicit_hash_key;
  }
  return alike ? Reading::alike : Reading::different;
}

}  // namespace standpipe::kinesis
