#include "services/lambda/sandbox/bubblewrap_factory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "base/bytes.h"
#include "services/lambda/sandbox/bubblewrap_sandbox.h"
#include "services/lambda/sandbox/namespaces.h"

namespace standpipe::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kHostUids = 1000;
constexpr int kProcessesMax = 1024;

bool is_python(const std::string& runtime) { return runtime.starts_with("python3."); }
bool is_provided(const std::string& runtime) { return runtime.starts_with("provided"); }

// Host folders that programs need, as they are: a link stays a link (Debian's /lib), a folder is shown.
void add_system_folders(Plan& plan) {
  plan.mounts.push_back({"/usr", "/usr"});
  for (const char* name : {"/bin", "/sbin", "/lib", "/lib64", "/lib32"}) {
    std::error_code ignored;
    if (fs::is_symlink(name, ignored))
      plan.links.emplace_back(fs::read_symlink(name).string(), name);
    else if (fs::is_directory(name, ignored))
      plan.mounts.push_back({name, name});
  }
}

void write_text(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw std::system_error(errno, std::system_category(), "write " + path.string());
  ::chmod(path.c_str(), 0644);
}

}  // namespace

BubblewrapFactory::BubblewrapFactory(FactorySettings settings, Front& front, const Clock& clock)
    : settings_(std::move(settings)), front_(front), clock_(clock), interpreters_(settings_.interpreter_folders) {
  PrivateEtc::write(settings_.folder / "etc", settings_.own_ca);
  for (const char* name : {"rapid", "empty"}) {
    fs::create_directories(settings_.folder / name);
    ::chmod((settings_.folder / name).c_str(), 0755);
  }
  write_text(settings_.folder / "rapid/bootstrap.py", settings_.bootstrap);
  if (settings_.control_groups) Cgroup::remove_stale();
}

bool BubblewrapFactory::supports(const std::string& runtime) {
  if (is_provided(runtime)) return true;
  return is_python(runtime) && interpreters_.python(runtime.substr(6)).has_value();
}

std::string BubblewrapFactory::interpreter_version(const std::string& runtime) {
  if (!is_python(runtime)) return {};
  const auto interpreter = interpreters_.python(runtime.substr(6));
  return interpreter ? interpreter->version : std::string();
}

void BubblewrapFactory::add_python(const std::string& runtime, Plan& plan) {
  const auto interpreter = interpreters_.python(runtime.substr(6));
  if (!interpreter) throw std::runtime_error("this machine has no Python 3 to run " + runtime);
  const std::string program = "/var/lang/bin/python" + interpreter->version;
  if (interpreter->prefix == "/usr") {
    for (const std::string& name : {std::string("python3"), "python" + interpreter->version}) {
      plan.links.emplace_back(interpreter->program, "/var/lang/bin/" + name);
    }
  } else {
    plan.mounts.push_back({interpreter->prefix, "/var/lang"});
  }
  const fs::path packages = settings_.runtimes / ("python" + interpreter->version);
  std::error_code ignored;
  const bool prepared = fs::is_directory(packages, ignored);
  plan.mounts.push_back({prepared ? packages.string() : (settings_.folder / "empty").string(), "/var/runtime"});
  plan.mounts.push_back({(settings_.folder / "rapid").string(), "/var/rapid"});
  plan.command = {program, "/var/rapid/bootstrap.py"};
}

std::vector<std::pair<std::string, std::string>> BubblewrapFactory::variables(const Environment& environment) const {
  auto variables = environment.variables;
  const auto add = [&](const std::string& name, const std::string& text) {
    const bool set = std::ranges::any_of(variables, [&](const auto& variable) { return variable.first == name; });
    if (!set) variables.emplace_back(name, text);
  };
  add("PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin");
  add("LD_LIBRARY_PATH",
      "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib");
  add("LANG", "en_US.UTF-8");
  add("LC_CTYPE", "C.UTF-8");
  add("TZ", ":UTC");
  if (is_python(environment.runtime)) {
    add("PYTHONPATH", "/var/runtime");
    add("PYTHONDONTWRITEBYTECODE", "1");  // nothing but /tmp can be written
  }
  for (const char* name :
       {"AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"}) {
    add(name, PrivateEtc::kBundle);
  }
  if (settings_.proxied) {
    const std::string proxy = std::string("http://") + kServiceAddress + ":" + std::to_string(kProxyPort);
    for (const char* name : {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"}) add(name, proxy);
    for (const char* name : {"NO_PROXY", "no_proxy"}) {
      add(name, "localhost,127.0.0.1,169.254.100.1,169.254.100.2,.amazonaws.com,.on.aws,.api.aws");
    }
  }
  for (const auto& [name, text] : settings_.more_variables) add(name, text);
  add("AWS_LAMBDA_RUNTIME_API", std::string(kServiceAddress) + ":" + std::to_string(kRuntimeApiPort));
  add("LAMBDA_TASK_ROOT", "/var/task");
  add("LAMBDA_RUNTIME_DIR", "/var/runtime");
  add("_HANDLER", environment.handler);
  return variables;
}

Plan BubblewrapFactory::plan(const Environment& environment) {
  Plan plan;
  add_system_folders(plan);
  const std::string empty = (settings_.folder / "empty").string();
  plan.mounts.push_back({(settings_.folder / "etc").string(), "/etc"});
  if (std::error_code ignored; fs::is_directory("/etc/alternatives", ignored)) {
    plan.mounts.push_back({"/etc/alternatives", "/etc/alternatives"});
  }
  plan.mounts.push_back({environment.code_folder, "/var/task"});
  plan.mounts.push_back({environment.layers_folder.empty() ? empty : environment.layers_folder, "/opt"});
  if (is_python(environment.runtime)) {
    add_python(environment.runtime, plan);
  } else if (is_provided(environment.runtime)) {
    std::error_code ignored;
    const bool in_code = fs::exists(fs::path(environment.code_folder) / "bootstrap", ignored);
    plan.command = {in_code ? "/var/task/bootstrap" : "/opt/bootstrap"};
    plan.mounts.push_back({empty, "/var/runtime"});
  } else {
    throw std::runtime_error("the runtime " + environment.runtime + " cannot be run here");
  }
  plan.environment = variables(environment);
  plan.limits.temporary_bytes_max = environment.temporary_bytes_max;
  plan.limits.processes_max = kProcessesMax;
  return plan;
}

std::unique_ptr<Sandbox> BubblewrapFactory::start(const Environment& environment) {
  Plan what = plan(environment);
  if (::geteuid() == 0) what.host_uid = settings_.host_uid_first + started_++ % kHostUids;
  std::unique_ptr<Cgroup> group;
  if (settings_.control_groups) {
    // Files in /tmp are charged like memory, unlike on AWS: the group's limit is for both, the function's own memory
    // is measured. Another 32 MiB are for what the kernel and the runtime's page cache need.
    const uint64_t bytes = environment.memory_bytes_max + environment.temporary_bytes_max + (32ull << 20);
    group = Cgroup::make(environment.name, {bytes, kProcessesMax + 2});
  }
  return std::make_unique<BubblewrapSandbox>(what, std::move(group), environment.memory_bytes_max, watcher_, front_,
                                             settings_.helper, clock_);
}

std::vector<std::pair<std::string, std::string>> pip_variables_of_host() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (const char* name : {"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT",
                           "PIP_RETRIES", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_INDEX"}) {
    if (const char* text = std::getenv(name)) variables.emplace_back(name, text);
  }
  return variables;
}

}  // namespace standpipe::sandbox
