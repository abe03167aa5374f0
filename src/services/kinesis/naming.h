// How an input names its stream, and the errors about that.
#pragma once

#include <optional>
#include <string>

#include "aws/request.h"
#include "generated/kinesis.h"
#include "services/kinesis/kinesis.h"
#include "services/kinesis/stream.h"

namespace standpipe::kinesis {

// Throws InvalidArgumentException unless exactly one stream of this region is named.
StreamName resolve(const aws::Request& request, const std::optional<std::string>& name,
                   const std::optional<std::string>& arn);
ConsumerName resolve_consumer(const aws::Request& request, const std::string& arn);
aws::Error consumer_not_found(const ConsumerName& consumer);
aws::Error stream_not_found(const StreamName& name);
aws::Error shard_not_found(const StreamName& name, const std::string& shard_id);
// For members of AWS's newest API that we do not know how to honour.
[[noreturn]] void refuse_member(std::string_view member);

template <class Input>
void refuse_new_members(const Input& input) {
  if constexpr (requires { input.stream_id; }) {
    if (input.stream_id) refuse_member("StreamId");
  }
  if constexpr (requires { input.dry_run; }) {
    if (input.dry_run.value_or(false)) refuse_member("DryRun");
  }
}

template <class Input>
Kinesis::StreamPtr Kinesis::stream(const aws::Request& request, const Input& input) const {
  refuse_new_members(input);
  std::optional<std::string> name;
  if constexpr (requires { input.stream_name; }) name = input.stream_name;
  return stream(resolve(request, name, input.stream_arn));
}

}  // namespace standpipe::kinesis
