#include "services/lambda/sandbox/launch.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "services/lambda/sandbox/control_channel.h"
#include "services/lambda/sandbox/helper.h"

namespace standpipe::sandbox {
namespace {

class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

pid_t spawn_helper(const HelperProgram& helper, int control, int output) {
  SpawnSettings settings;
  ::posix_spawn_file_actions_addopen(&settings.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&settings.actions, control, kControlDescriptor);
  ::posix_spawn_file_actions_adddup2(&settings.actions, output, 1);
  ::posix_spawn_file_actions_adddup2(&settings.actions, output, 2);
  // User code shall not inherit which signals the server blocks or ignores.
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&settings.attributes, &none);
  ::posix_spawnattr_setsigdefault(&settings.attributes, &all);
  ::posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string name = "standpipe", argument = kHelperArgument;
  char* arguments[] = {name.data(), argument.data(), nullptr};
  char* environment[] = {nullptr};
  pid_t process = -1;
  const int failure =
      ::posix_spawn(&process, helper.path.c_str(), &settings.actions, &settings.attributes, arguments, environment);
  if (failure != 0) throw std::system_error(failure, std::system_category(), "start of " + helper.path);
  return process;
}

[[noreturn]] void give_up(pid_t process, const std::string& reason) {
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
  throw std::runtime_error("sandbox: " + reason);
}

}  // namespace

Launched launch(Watcher& watcher, const HelperProgram& helper, const Plan& plan, Cgroup* group) {
  int pair[2], pipe[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) throw_errno("socketpair");
  const Descriptor ours(pair[0]);
  Descriptor theirs(pair[1]);
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw_errno("pipe");
  Launched launched;
  launched.output = Descriptor(pipe[0]);
  Descriptor output(pipe[1]);
  // Only our end: the flag belongs to the open file, and programs do not expect a stdout that answers EAGAIN.
  if (::fcntl(pipe[0], F_SETFL, O_NONBLOCK) != 0) throw_errno("fcntl");

  watcher.run([&] { launched.process = spawn_helper(helper, theirs.get(), output.get()); });
  theirs.reset();
  output.reset();
  launched.process_handle = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, launched.process, 0)));
  if (!launched.process_handle) give_up(launched.process, "pidfd_open is not possible");
  try {
    if (group) group->add(launched.process);
    send_control(ours.get(), print_plan(plan));
    ControlMessage answer = receive_control(ours.get(), Deadline::in(std::chrono::seconds(15)));
    if (!answer.text.empty()) throw std::runtime_error(answer.text);
    if (answer.descriptors.size() != sandbox_listeners().size()) throw std::runtime_error("the helper ended early");
    launched.listeners = std::move(answer.descriptors);
  } catch (const std::exception& failure) {
    give_up(launched.process, failure.what());
  }
  return launched;
}

}  // namespace standpipe::sandbox
