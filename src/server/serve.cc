#include "server/serve.h"

#include <pthread.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "base/logging.h"
#include "server/instance.h"

namespace standpipe::server {
namespace {

constexpr auto kStopTime = std::chrono::seconds(4);

// One row a setting: flag, variable, where it goes, what it means.
void add_settings(CLI::App& command, Settings& settings) {
  const auto row = [&](const char* flag, const char* variable, auto& value, const char* help) {
    command.add_option(flag, value, help)->envname(variable)->capture_default_str();
  };
  const auto flag = [&](const char* name, const char* variable, bool& value, const char* help) {
    command.add_flag(name, value, help)->envname(variable);
  };
  row("--listen", "STANDPIPE_LISTEN", settings.listen,
      "HOST:PORT to listen on, plain and TLS alike; port 0 chooses one");
  row("--data", "STANDPIPE_DATA", settings.data, "Folder of everything durable (default: ~/.local/share/standpipe)");
  flag("--ephemeral", "STANDPIPE_EPHEMERAL", settings.ephemeral,
       "Keep data in a temporary folder and remove it at the end");
  row("--region", "STANDPIPE_REGION", settings.region, "Region of requests that name none; every region is served");
  row("--root-access-key", "STANDPIPE_ROOT_ACCESS_KEY", settings.root_access_key,
      "Root access key id of account 000000000000 (default on loopback: test)");
  row("--root-secret-key", "STANDPIPE_ROOT_SECRET_KEY", settings.root_secret_key,
      "Its secret (default on loopback: test); better in the environment than on the command line");
  flag("--permissive", "STANDPIPE_PERMISSIVE", settings.permissive, "Check signatures but allow everything");
  row("--firehose-buffer-seconds", "STANDPIPE_FIREHOSE_BUFFER_SECONDS", settings.firehose_buffer_s,
      "Interval of delivery streams without buffering hints (AWS: 300)");
  command
      .add_flag("--kinesis-limits,!--no-kinesis-limits", settings.kinesis_limits,
                "Throttle shards as AWS does: 1 MB/s and 1000 records/s in, 5 reads/s; keep its daily limits")
      ->envname("STANDPIPE_KINESIS_LIMITS");
  row("--runtimes", "STANDPIPE_RUNTIMES", settings.runtimes,
      "Folder of the function runtimes that scripts/runtimes made (default: DATA/runtimes)");
  row("--internet", "STANDPIPE_INTERNET", settings.internet,
      "Functions may reach public addresses through the server (open) or not (closed)");
  command
      .add_option("--console-hosts", settings.console_hosts,
                  "Further host names that the console answers to, separated by commas")
      ->envname("STANDPIPE_CONSOLE_HOSTS")
      ->delimiter(',');
  row("--log-level", "STANDPIPE_LOG_LEVEL", settings.log_level, "debug, info, warning or error");
  row("--clock-offset-seconds", "STANDPIPE_CLOCK_OFFSET_SECONDS", settings.clock_offset_s,
      "Added to the machine's time, for tests of what expires; clients must sign with that time");
  command.add_option("--config", settings.config, "File with lines NAME=VALUE, named as the flags");
}

// Flags and variables come before the file.
void read_config(CLI::App& command, const std::string& file) {
  if (file.empty()) return;
  std::ifstream input(file);
  if (!input) throw InvalidSettings("cannot read " + file);
  for (const CLI::ConfigItem& item : CLI::ConfigINI().from_config(input)) {
    CLI::Option* option = command.get_option_no_throw("--" + item.name);
    if (option == nullptr || item.name == "config") throw InvalidSettings(file + ": there is no setting " + item.name);
    if (option->count() > 0) continue;
    option->add_result(item.inputs);
    option->run_callback();
  }
}

void set_log_level(const std::string& name) {
  using logging::Level;
  if (name == "debug") return logging::set_level(Level::debug);
  if (name == "info") return logging::set_level(Level::info);
  if (name == "warning") return logging::set_level(Level::warning);
  if (name == "error") return logging::set_level(Level::error);
  throw InvalidSettings("--log-level is debug, info, warning or error, not '" + name + "'");
}

int serve(CLI::App& command, Settings& settings) {
  // Blocked before any thread exists, so that only the wait below sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  signal(SIGPIPE, SIG_IGN);
  try {
    read_config(command, settings.config);
    complete(settings);
    set_log_level(settings.log_level);
    Instance instance(settings);
    std::cout << "standpipe " STANDPIPE_VERSION " is ready on http://" << instance.address() << " (and https), data in "
              << instance.data().string() << std::endl;
    int received = 0;
    sigwait(&ends, &received);
    logging::info("stopping");
    if (!instance.stop(Deadline::in(kStopTime))) {
      logging::warning("some requests did not end in time");
      instance.abandon();
    }
    return 0;
  } catch (const InvalidSettings& error) {
    std::cerr << "standpipe: " << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "standpipe: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace

void add_serve_command(CLI::App& app, int& status) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = app.add_subcommand("serve", "Run the server");
  add_settings(*command, *settings);
  command->callback([settings, command, &status] { status = serve(*command, *settings); });
}

}  // namespace standpipe::server
