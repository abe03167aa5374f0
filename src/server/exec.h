// The command `standpipe exec -- PROGRAM …`: runs any program as it would run on AWS, against a server of ours. In a
// network of its own every name of AWS leads to the server, the rest of the world is reached through a proxy, our
// authority is trusted, credentials and region are set; files, ids, terminal and exit code are those of the caller.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/dial.h"

namespace CLI {
class App;
}

namespace standpipe::server {

struct ExecOptions {
  std::string server = "127.0.0.1:4566";
  std::string data;  // the server's folder: its authority is there
  std::string ca;    // or the certificate itself
  std::string access_key, secret_key, region;
  std::vector<std::string> command;
};

// What the program sees changed: variables to set, and those to remove (an empty text).
using Changes = std::vector<std::pair<std::string, std::optional<std::string>>>;
Changes exec_environment(const ExecOptions& options, const std::string& bundle);

// Files of the host that something of ours is laid over, where they exist.
struct Overlay {
  std::filesystem::path source, target;
};

// The child's part: enters the namespaces, passes its listening sockets to `control`, becomes the program. Called in a
// process of one thread. Answers an exit code if it fails, having said why on stderr.
int become_program(int control, const std::vector<Overlay>& overlays, const Changes& changes, uint16_t server_port,
                   const std::vector<std::string>& command);

// The parent's part: serves those sockets until the program has ended; answers its exit code.
int serve_program(int control, pid_t program, const net::Authority& server);

// Adds the sub-command; `status` receives the process's exit code if it is run.
void add_exec_command(CLI::App& app, int& status);

}  // namespace standpipe::server
