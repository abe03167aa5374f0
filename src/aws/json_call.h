// Any operation of any service with its input and output as JSON, whatever protocol the service speaks: members by
// their names in the model, blobs and streams in base64, timestamps as seconds since 1970. For clients that cannot
// sign (the console); the same authorize, validate and invoke as for everybody else. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "aws/caller.h"

namespace standpipe::aws {

// `request` says as whom and where from. Throws aws::Error: the operation's own, SerializationException,
// UnknownOperationException for what is not served, ContentTooLarge for a stream beyond 8 MiB.
std::string call_json(const Caller& caller, const Request& request, std::string_view service,
                      std::string_view operation, std::string_view input);

}  // namespace standpipe::aws
