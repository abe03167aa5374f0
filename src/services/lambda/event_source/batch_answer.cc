#include "services/lambda/event_source/batch_answer.h"

#include <algorithm>

namespace standpipe::lambda {
namespace {

// How many records from the front are done; nullopt if the report is not about this batch.
std::optional<size_t> done_by_report(const json::Value& answer, std::span<const StreamRecord> batch) {
  const json::Value* failures = answer.find("batchItemFailures");
  if (failures == nullptr || failures->is_null()) return batch.size();
  if (!failures->is_array()) return std::nullopt;
  size_t done = batch.size();
  for (const json::Value& failure : failures->array()) {
    const std::string identifier = failure.text("itemIdentifier");
    const auto found = std::ranges::find(batch, identifier, &StreamRecord::sequence_number);
    if (found == batch.end()) return std::nullopt;
    done = std::min(done, static_cast<size_t>(found - batch.begin()));
  }
  return done;
}

}  // namespace

BatchAnswer read_answer(std::string_view payload, std::span<const StreamRecord> batch, bool reports, bool windowed) {
  json::Value answer;
  try {
    if (!payload.empty()) answer = json::parse(payload);
  } catch (const json::ParseError&) {
    if (reports || windowed) return {};
  }
  BatchAnswer read{.done = batch.size()};
  if (windowed) {
    const json::Value* state = answer.find("state");
    if (state == nullptr || state->is_null()) return {};
    read.state = json::print(*state);
  }
  if (reports) read.done = done_by_report(answer, batch).value_or(0);
  return read;
}

}  // namespace standpipe::lambda
