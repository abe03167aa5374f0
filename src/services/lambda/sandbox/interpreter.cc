#include "services/lambda/sandbox/interpreter.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/bytes.h"
#include "base/clock.h"
#include "services/lambda/sandbox/descriptor.h"

namespace standpipe::sandbox {
namespace {

namespace fs = std::filesystem;

// What the program prints in five seconds; empty if it fails. Its environment is empty but for a search path, so that
// no variable of the server's leads it elsewhere.
std::string output_of(const std::string& program, const std::string& script) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return {};
  const Descriptor reader(pipe[0]);
  Descriptor writer(pipe[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, writer.get(), 1);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::string name = program, isolated = "-I", no_site = "-S", command = "-c", text = script;
  char* arguments[] = {name.data(), isolated.data(), no_site.data(), command.data(), text.data(), nullptr};
  std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
  char* environment[] = {path.data(), nullptr};
  pid_t process = -1;
  const int failure = ::posix_spawn(&process, program.c_str(), &actions, nullptr, arguments, environment);
  ::posix_spawn_file_actions_destroy(&actions);
  writer.reset();
  if (failure != 0) return {};

  std::string output;
  const Deadline deadline = Deadline::in(std::chrono::seconds(5));
  for (char buffer[4096]; output.size() < 65536;) {
    pollfd entry{reader.get(), POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(deadline.left().count())) <= 0) break;
    const ssize_t n = ::read(reader.get(), buffer, sizeof buffer);
    if (n <= 0) break;
    output.append(buffer, static_cast<size_t>(n));
  }
  if (deadline.passed()) ::kill(process, SIGKILL);
  int status = 0;
  ::waitpid(process, &status, 0);
  return status == 0 ? output : std::string();
}

std::optional<Interpreter> ask(const std::string& program) {
  if (::access(program.c_str(), X_OK) != 0) return std::nullopt;
  const auto lines = split(output_of(program,
                                     "import sys, os\n"
                                     "print('%d.%d' % sys.version_info[:2])\n"
                                     "print(sys.base_prefix)\n"
                                     "print(os.path.realpath(sys.executable))\n"),
                           '\n');
  if (lines.size() < 3) return std::nullopt;
  return Interpreter{lines[2], lines[1], lines[0]};
}

}  // namespace

std::vector<std::string> Interpreters::candidates(const std::string& version) const {
  std::vector<std::string> found;
  const auto add_folder = [&](const fs::path& folder) { found.push_back((folder / ("python" + version)).string()); };
  for (const std::string& folder : folders_) add_folder(folder);
  add_folder("/usr/local/bin");
  add_folder("/usr/bin");
  if (const char* home = std::getenv("HOME")) {
    // versions side by side, as pyenv keeps them; the latest patch first
    std::vector<fs::path> versions;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(fs::path(home) / ".pyenv/versions", ignored)) {
      const std::string name = entry.path().filename().string();
      if (version.empty() || name.starts_with(version + ".")) versions.push_back(entry.path());
    }
    std::sort(versions.rbegin(), versions.rend());
    for (const fs::path& folder : versions) add_folder(folder / "bin");
  }
  if (const char* path = std::getenv("PATH")) {
    for (const std::string& folder : split(path, ':')) {
      // pyenv's shims choose a version by the present directory
      if (folder.starts_with('/') && !folder.ends_with("/shims")) add_folder(folder);
    }
  }
  return found;
}

std::optional<Interpreter> Interpreters::python(const std::string& version) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(version);
  if (found != known_.end()) return found->second;
  std::optional<Interpreter> chosen;
  for (const std::string& program : candidates(version)) {
    if ((chosen = ask(program)) && (chosen->version == version || version == "3")) break;
    chosen.reset();
  }
  if (!chosen) {
    for (const std::string& program : candidates("3")) {
      if ((chosen = ask(program))) break;
    }
  }
  return known_[version] = chosen;
}

}  // namespace standpipe::sandbox
