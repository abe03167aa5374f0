// Sandboxes made of bubblewrap, namespaces, seccomp and, where the machine has them, control groups.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "services/lambda/sandbox/front.h"
#include "services/lambda/sandbox/interpreter.h"
#include "services/lambda/sandbox/launch.h"
#include "services/lambda/sandbox/private_etc.h"
#include "services/lambda/sandbox/sandbox.h"
#include "services/lambda/sandbox/watcher.h"

namespace standpipe::sandbox {

struct FactorySettings {
  std::filesystem::path folder;                  // for what all sandboxes share; ours alone, made anew at start
  std::filesystem::path runtimes;                // holds python3.11/ … with awslambdaric, boto3 and pip
  std::string own_ca;                            // certificate of the server's authority, PEM
  std::string bootstrap;                         // Python source
  std::vector<std::string> interpreter_folders;  // searched first
  std::vector<std::pair<std::string, std::string>> more_variables;  // for every function: PIP_INDEX_URL …
  bool proxied = true;                                              // functions are told of the CONNECT proxy
  bool control_groups = true;                                       // use them if the machine lets us
  uint32_t host_uid_first = 64000;  // as root: a thousand ids from here run the sandboxes
  HelperProgram helper;
};

class BubblewrapFactory final : public SandboxFactory {
 public:
  BubblewrapFactory(FactorySettings settings, Front& front, const Clock& clock);
  std::unique_ptr<Sandbox> start(const Environment& environment) override;
  bool supports(const std::string& runtime) override;
  // The interpreter that runs `runtime` here: "3.11" for python3.8 on a machine without it; empty for others.
  std::string interpreter_version(const std::string& runtime);

 private:
  Plan plan(const Environment& environment);
  void add_python(const std::string& runtime, Plan& plan);
  std::vector<std::pair<std::string, std::string>> variables(const Environment& environment) const;

  const FactorySettings settings_;
  Front& front_;
  const Clock& clock_;
  Interpreters interpreters_;
  std::atomic<uint32_t> started_{0};
  Watcher watcher_;
};

// The host's pip configuration (PIP_INDEX_URL, proxies …) as far as it means something inside: no paths.
std::vector<std::pair<std::string, std::string>> pip_variables_of_host();

}  // namespace standpipe::sandbox
