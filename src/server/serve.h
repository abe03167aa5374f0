// The command `standpipe serve`.
#pragma once

namespace CLI {
class App;
}

namespace standpipe::server {

// Adds the sub-command; `status` receives the process's exit code if it is run.
void add_serve_command(CLI::App& app, int& status);

}  // namespace standpipe::server
