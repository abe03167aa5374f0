// standpipe: one program, its commands.
#include <CLI/CLI.hpp>

#include "server/serve.h"

int main(int argc, char** argv) {
  CLI::App app("Kinesis → Firehose → OpenSearch Serverless, and what a stack of them needs, in one server");
  app.set_version_flag("--version", "standpipe " STANDPIPE_VERSION);
  app.require_subcommand(1);
  int status = 0;
  standpipe::server::add_serve_command(app, status);
  CLI11_PARSE(app, argc, argv);
  return status;
}
