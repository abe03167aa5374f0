// The only name service inside a sandbox: AWS's names are ours, nothing else exists (internet goes through the proxy,
// which resolves for itself). Answers one DNS question per message over UDP and TCP.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/lambda/sandbox/descriptor.h"
#include "services/lambda/sandbox/watcher.h"

namespace standpipe::sandbox {

// True for amazonaws.com, on.aws, api.aws, and all names below them.
bool is_aws_name(std::string_view lower_case_name);

// The answer to a query message; nullopt if it should be dropped (not a query, truncated header).
std::optional<std::string> answer_name_query(std::string_view message);

// Answers on the two sockets of one network namespace while it lives; at most 16 TCP connections at a time.
class NameServer {
 public:
  NameServer(Watcher& watcher, Descriptor datagrams, Descriptor listener);
  ~NameServer();
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

 private:
  void answer_datagrams();
  void accept_connection();
  void read_connection(int fd);
  void close_connection(int fd);

  struct Connection {
    Descriptor socket;
    std::string received;
  };
  Watcher& watcher_;
  Descriptor datagrams_, listener_;
  std::map<int, Connection> connections_;  // only on the watcher's thread
};

}  // namespace standpipe::sandbox
