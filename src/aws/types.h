// C++ types of model shapes that have no standard one. Strings are std::string (enums too), timestamps Timestamp,
// integers int32_t, longs int64_t, lists std::vector, maps std::map, documents json::Value.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "base/byte_source.h"
#include "base/json.h"
#include "net/http.h"

namespace standpipe::aws {

struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};

// A streaming payload: in inputs the request's body (spooled to disk if large), in outputs a source that is sent as it
// is read. In-process callers see the same.
struct Stream {
  net::Body body;
  std::shared_ptr<ByteSource> source;
};

// Where a streaming operation puts its events, of a type that the codec knows from the model.
class AnyEventWriter {
 public:
  virtual ~AnyEventWriter() = default;
  // On its way when it returns; may wait for a slow reader. False: the reader is gone.
  virtual bool write(const void* event) = 0;
};

template <class Event>
class EventWriter {
 public:
  explicit EventWriter(AnyEventWriter& writer) : writer_(writer) {}
  bool write(const Event& event) { return writer_.write(&event); }

 private:
  AnyEventWriter& writer_;
};

// What an operation that streams answers: it has been accepted, and `run` writes events until the stream ends. An
// aws::Error that `run` throws is the stream's last message. Empty: it ends at once.
class AnyEvents {
 public:
  using Run = std::function<void(AnyEventWriter&)>;
  void run(AnyEventWriter& writer) const {
    if (run_) run_(writer);
  }

 protected:
  Run run_;
};

template <class Event>
class Events : public AnyEvents {
 public:
  Events() = default;
  Events(std::function<void(EventWriter<Event>&)> run) {
    run_ = [run = std::move(run)](AnyEventWriter& writer) {
      EventWriter<Event> typed(writer);
      run(typed);
    };
  }
};

}  // namespace standpipe::aws
