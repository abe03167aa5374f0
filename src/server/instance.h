// The running server: sockets, worker threads, the data folder's lock, and the current Composition behind them.
#pragma once

#include <filesystem>
#include <memory>
#include <shared_mutex>

#include "base/clock.h"
#include "base/workers.h"
#include "net/certificates.h"
#include "net/server.h"
#include "server/admin.h"
#include "server/composition.h"
#include "server/settings.h"

namespace standpipe::server {

// The machine's time, moved: whole days pass at once in a test.
class OffsetClock final : public Clock {
 public:
  explicit OffsetClock(int64_t offset_s) : offset_(std::chrono::seconds(offset_s)) {}
  Timestamp now() const override { return machine_.now() + offset_; }

 private:
  SystemClock machine_;
  Duration offset_;
};

// Thread-safe after construction.
class Instance {
 public:
  // Listens when it returns. Throws InvalidSettings, or std::runtime_error for a data folder that cannot be used.
  explicit Instance(const Settings& settings);
  ~Instance();

  std::string address() const;  // HOST:PORT, with the port that was chosen for 0
  std::filesystem::path data() const { return data_; }
  // Answers what is under way, then ends; false if the time did not suffice: some requests still run.
  bool stop(Deadline deadline);
  // Ends the process although requests still run. Whatever was acknowledged is on disk already.
  [[noreturn]] void abandon();

 private:
  net::Response serve(net::Request& http);
  std::string health() const;
  std::string metrics() const;
  bool flush();
  void reset();
  net::EndpointOptions endpoint();

  const Settings settings_;
  OffsetClock clock_;
  const Timestamp started_;
  std::filesystem::path data_;
  int lock_ = -1;
  Workers workers_;
  std::shared_ptr<net::CertificateAuthority> certificates_;
  std::unique_ptr<net::Server> server_;
  net::Server::EndpointId endpoint_ = 0;
  // Requests hold it shared, a reset alone.
  mutable std::shared_mutex composing_;
  std::shared_ptr<Composition> composition_;
  Admin admin_;
};

}  // namespace standpipe::server
