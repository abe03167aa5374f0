// What the process was told: one row a setting, from which the flags, the environment (STANDPIPE_…), the configuration
// file and --help follow. Immutable once read.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace standpipe::server {

struct Settings {
  std::string listen = "127.0.0.1:4566";
  std::string data;
  bool ephemeral = false;
  std::string region = "ap-northeast-1";
  std::string root_access_key, root_secret_key;
  bool permissive = false;
  int firehose_buffer_s = 1;
  bool kinesis_limits = true;
  std::string runtimes;
  std::string internet = "open";
  std::vector<std::string> console_hosts;
  std::string log_level = "info";
  std::string config;
  int64_t clock_offset_s = 0;

  std::string host() const { return listen.substr(0, listen.rfind(':')); }
  uint16_t port() const;
  bool loopback() const;
};

// A value that cannot be; the text says which and why.
struct InvalidSettings : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Fills defaults that depend on other settings; throws InvalidSettings.
void complete(Settings& settings);

}  // namespace standpipe::server
