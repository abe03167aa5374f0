// One of the lanes of a shard: takes batches and brings each to its end with invocations, one after the other.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "services/lambda/event_source/batch_attempts.h"
#include "services/lambda/event_source/shard_queue.h"
#include "services/lambda/event_source/surroundings.h"

namespace standpipe::lambda {

// What the lanes of a shard share.
struct LaneGround {
  const Surroundings& surroundings;
  const StoredMapping& mapping;
  const RecordOrigin& origin;
  ShardQueue& queue;
  Duration retention;                              // of the stream
  std::function<void()> note_progress;             // durable when it returns; does not throw
  std::function<void(const std::string&)> report;  // LastProcessingResult
};

// Runs on the thread that calls `run`.
class Lane final : public AttemptPorts {
 public:
  Lane(const LaneGround& ground, size_t number);
  void run(std::stop_token stop);

 private:
  struct Invoked {
    Attempt::Kind kind = Attempt::Kind::ran;
    bool succeeded = false;
    std::string payload = {};
  };
  Attempt invoke(std::span<const StreamRecord> records) override;
  bool give_up(std::span<const StreamRecord> records, Condition condition, int invocations) override;
  void handled(std::span<const StreamRecord> records) override;
  bool back_off(int failures_in_a_row) override;

  bool close_window();
  bool end_early();
  WindowView window_view() const;
  Invoked send(std::span<const StreamRecord> records, const std::optional<WindowView>& window);

  const LaneGround& ground_;
  const size_t number_;
  const AttemptRules rules_;
  std::stop_token stop_;
  std::optional<Window> window_;  // of the batch that is under way
  std::string request_id_;        // of the last invocation
};

}  // namespace standpipe::lambda
