// What can be changed of a stream: retention and tags.
#include <fmt/format.h>

#include "base/bytes.h"
#include "services/kinesis/naming.h"
#include "services/kinesis/tags.h"

namespace standpipe::kinesis {
namespace {

constexpr int32_t kRetentionMin = 24, kRetentionMax = 8760;
constexpr size_t kTagsMax = 50;
constexpr size_t kTagsListedMax = 50;

void check_retention(int32_t hours) {
  if (hours < kRetentionMin) {
    throw InvalidArgumentException(fmt::format(
        "Minimum allowed retention period is {} hours. Requested retention period ({} hours) is too short.",
        kRetentionMin, hours));
  }
  if (hours > kRetentionMax) {
    throw InvalidArgumentException(fmt::format(
        "Maximum allowed retention period is {} hours. Requested retention period ({} hours) is too long.",
        kRetentionMax, hours));
  }
}

bool valid_tag_text(std::string_view text) {
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    const bool letter = (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
    if (code < 0x80 && !letter && std::string_view(" _.:/=+-@%").find(byte) == std::string_view::npos) return false;
  }
  return true;
}

void check_tag_text(std::string_view text) {
  if (valid_tag_text(text)) return;
  throw InvalidArgumentException(
      "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, "
      "_ . / = + - % @.");
}

}  // namespace

void add_tags(std::map<std::string, std::string>& present, const std::map<std::string, std::string>& added,
              const std::string& resource, const std::string& account) {
  for (const auto& [key, value] : added) {
    check_tag_text(key);
    check_tag_text(value);
    if (to_lower(key).starts_with("aws:")) {
      throw InvalidArgumentException("Tag keys must not begin with aws:. They are reserved.");
    }
    present[key] = value;
  }
  if (present.size() > kTagsMax) {
    throw InvalidArgumentException(fmt::format(
        "Failed to add tags to {} under account {} because a given stream cannot have more than {} tags "
        "associated with it.",
        resource, account, kTagsMax));
  }
}

void Kinesis::change(const StreamName& name, const std::function<void(StreamState&)>& edit) {
  if (!streams_.change(name, edit)) throw stream_not_found(name);
}

// The document first: what the log keeps is set to it again at each start.
void Kinesis::set_retention(const StreamState& stream, int32_t hours) {
  change(stream.name, [&](StreamState& state) { state.retention_hours = hours; });
  try {
    log_.set_retention(stream.log, std::chrono::hours(hours));
  } catch (const UnknownStream&) {
    throw stream_not_found(stream.name);
  }
}

IncreaseStreamRetentionPeriodOutput Kinesis::increase_stream_retention_period(
    const aws::Request& request, const IncreaseStreamRetentionPeriodInput& input) {
  const auto target = stream(request, input);
  const StreamState& state = target->state;
  check_retention(input.retention_period_hours);
  if (input.retention_period_hours < state.retention_hours) {
    throw InvalidArgumentException(fmt::format(
        "Requested retention period ({} hours) for stream {} can not be shorter than existing retention period ({} "
        "hours). Use DecreaseRetentionPeriod API.",
        input.retention_period_hours, state.name.name, state.retention_hours));
  }
  if (input.retention_period_hours != state.retention_hours) set_retention(state, input.retention_period_hours);
  return {};
}

DecreaseStreamRetentionPeriodOutput Kinesis::decrease_stream_retention_period(
    const aws::Request& request, const DecreaseStreamRetentionPeriodInput& input) {
  const auto target = stream(request, input);
  const StreamState& state = target->state;
  check_retention(input.retention_period_hours);
  if (input.retention_period_hours > state.retention_hours) {
    throw InvalidArgumentException(fmt::format(
        "Requested retention period ({} hours) for stream {} can not be longer than existing retention period ({} "
        "hours). Use IncreaseRetentionPeriod API.",
        input.retention_period_hours, state.name.name, state.retention_hours));
  }
  if (input.retention_period_hours != state.retention_hours) set_retention(state, input.retention_period_hours);
  return {};
}

AddTagsToStreamOutput Kinesis::add_tags_to_stream(const aws::Request& request, const AddTagsToStreamInput& input) {
  const auto target = stream(request, input);
  change(target->state.name, [&](StreamState& state) {
    add_tags(state.tags, input.tags, "stream " + state.name.name, state.name.account);
  });
  return {};
}

RemoveTagsFromStreamOutput Kinesis::remove_tags_from_stream(const aws::Request& request,
                                                            const RemoveTagsFromStreamInput& input) {
  const auto target = stream(request, input);
  for (const std::string& key : input.tag_keys) check_tag_text(key);
  change(target->state.name, [&](StreamState& state) {
    for (const std::string& key : input.tag_keys) state.tags.erase(key);
  });
  return {};
}

ListTagsForStreamOutput Kinesis::list_tags_for_stream(const aws::Request& request,
                                                      const ListTagsForStreamInput& input) {
  const auto target = stream(request, input);
  const auto& tags = target->state.tags;
  const size_t limit = input.limit ? static_cast<size_t>(*input.limit) : kTagsListedMax;
  ListTagsForStreamOutput output;
  const auto start = input.exclusive_start_tag_key ? tags.upper_bound(*input.exclusive_start_tag_key) : tags.begin();
  for (auto tag = start; tag != tags.end(); ++tag) {
    if (output.tags.size() == limit) {
      output.has_more_tags = true;
      break;
    }
    output.tags.push_back({tag->first, tag->second});
  }
  return output;
}

}  // namespace standpipe::kinesis
