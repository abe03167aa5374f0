// AWS's event stream framing (application/vnd.amazon.eventstream) and the answers of operations that stream.
//
//   total length u32 | headers length u32 | CRC-32 of these 8 bytes | headers | payload | CRC-32 of all before
//   header: name length u8, name, type u8 = 7 (string), value length u16, value
// Big-endian.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/protocol.h"

namespace standpipe::aws {

using EventHeaders = std::vector<std::pair<std::string_view, std::string_view>>;

std::string event_message(const EventHeaders& headers, std::string_view payload);

// The member of the output that is a stream of events, or nullptr.
const Member* events_of(const OperationModel& operation);

// The answer to such an operation: its head at once, `initial-response` first, then what the operation writes.
net::Response stream_events(const ServiceModel& model, const Wire& wire, const OperationModel& operation,
                            const void* output, const std::string& request_id);

}  // namespace standpipe::aws
