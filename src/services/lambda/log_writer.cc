#include "services/lambda/log_writer.h"

#include "base/logging.h"
#include "generated/logs.h"

namespace standpipe::lambda {
namespace {

constexpr size_t kEventsMax = 1000;
constexpr size_t kBatchBytesMax = 1'000'000;
constexpr size_t kEventOverhead = 26;
constexpr Duration kCallTime = std::chrono::seconds(10);

}  // namespace

bool LogWriter::prepare() {
  role_.until(Deadline::in(kCallTime));
  for (const bool group_missing : {false, true}) {
    try {
      if (group_missing) role_.call(logs::CreateLogGroupInput{.log_group_name = group_});
      role_.call(logs::CreateLogStreamInput{.log_group_name = group_, .log_stream_name = stream_});
      return true;
    } catch (const aws::Error& error) {
      if (error.code == "ResourceAlreadyExistsException") return true;
      if (error.code != "ResourceNotFoundException") return false;
    }
  }
  return false;
}

void LogWriter::put(std::vector<sandbox::OutputLine>::const_iterator begin,
                    std::vector<sandbox::OutputLine>::const_iterator end) {
  logs::PutLogEventsInput input{.log_group_name = group_, .log_stream_name = stream_};
  for (auto line = begin; line != end; ++line) {
    // An event needs at least one character.
    input.log_events.push_back({.timestamp = epoch_ms(line->time), .message = line->text.empty() ? " " : line->text});
  }
  if (input.log_events.empty()) return;
  role_.until(Deadline::in(kCallTime));
  role_.call(input);
}

void LogWriter::write(const std::vector<sandbox::OutputLine>& lines) {
  if (refused_ || lines.empty()) return;
  try {
    if (!prepared_ && !prepare()) {
      refused_ = true;
      return;
    }
    prepared_ = true;
    auto begin = lines.begin();
    size_t bytes = 0;
    for (auto line = lines.begin(); line != lines.end(); ++line) {
      const size_t size = line->text.size() + kEventOverhead;
      if (bytes + size > kBatchBytesMax || static_cast<size_t>(line - begin) >= kEventsMax) {
        put(begin, line);
        begin = line;
        bytes = 0;
      }
      bytes += size;
    }
    put(begin, lines.end());
  } catch (const aws::Error& error) {
    if (error.code == "AccessDeniedException") refused_ = true;
    if (error.code == "ResourceNotFoundException") prepared_ = false;  // deleted meanwhile: made anew next time
  } catch (const std::exception& failure) {
    logging::warning("lambda: log events of {} are lost: {}", stream_, failure.what());
  }
}

}  // namespace standpipe::lambda
