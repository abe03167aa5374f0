// standpipe: one program, its commands.
#include <openssl/crypto.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <string_view>

#include "server/exec.h"
#include "server/serve.h"
#include "services/lambda/sandbox/helper.h"

namespace {

// A connection each; the usual soft limit of 1024 is below what the server admits.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  // The server starts itself in this form to make a sandbox's namespaces; nobody else does.
  if (argc == 2 && std::string_view(argv[1]) == standpipe::sandbox::kHelperArgument) {
    return standpipe::sandbox::run_helper();
  }
  // Worker threads may still be leaving when the process ends; OpenSSL must not clean up under them.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  CLI::App app("Kinesis → Firehose → OpenSearch Serverless, and what a stack of them needs, in one server");
  app.set_version_flag("--version", "standpipe " STANDPIPE_VERSION);
  app.require_subcommand(1);
  int status = 0;
  raise_descriptor_limit();
  standpipe::server::add_serve_command(app, status);
  standpipe::server::add_exec_command(app, status);
  CLI11_PARSE(app, argc, argv);
  return status;
}
