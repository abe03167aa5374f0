// standpipe: one program, its commands.
#include <CLI/CLI.hpp>
#include <string_view>

#include "server/exec.h"
#include "server/serve.h"
#include "services/lambda/sandbox/helper.h"

int main(int argc, char** argv) {
  // The server starts itself in this form to make a sandbox's namespaces; nobody else does.
  if (argc == 2 && std::string_view(argv[1]) == standpipe::sandbox::kHelperArgument) {
    return standpipe::sandbox::run_helper();
  }
  CLI::App app("Kinesis → Firehose → OpenSearch Serverless, and what a stack of them needs, in one server");
  app.set_version_flag("--version", "standpipe " STANDPIPE_VERSION);
  app.require_subcommand(1);
  int status = 0;
  standpipe::server::add_serve_command(app, status);
  standpipe::server::add_exec_command(app, status);
  CLI11_PARSE(app, argc, argv);
  return status;
}
