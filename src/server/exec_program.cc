// The child of `standpipe exec`: from a fresh fork to the program.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "server/exec.h"
#include "services/lambda/sandbox/control_channel.h"
#include "services/lambda/sandbox/namespaces.h"

namespace standpipe::server {
namespace {

constexpr int kFailed = 125, kNotExecutable = 126, kNotFound = 127;

// Root keeps its powers over the host's files by keeping its user namespace; everybody else gets one in which nothing
// changes but what this program may do to its own network.
void leave_the_network() {
  const int flags = CLONE_NEWNET | CLONE_NEWNS;
  if (::geteuid() == 0 && ::unshare(flags) == 0) return;
  sandbox::enter_user_namespace(flags, ::geteuid(), ::getegid());
}

void lay_over(const std::vector<Overlay>& overlays) {
  if (::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) sandbox::throw_errno("mount propagation");
  for (const Overlay& overlay : overlays) {
    if (::mount(overlay.source.c_str(), overlay.target.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      sandbox::throw_errno("laying over " + overlay.target.string());
    }
  }
}

void change_environment(const Changes& changes) {
  for (const auto& [name, text] : changes) {
    if (text)
      ::setenv(name.c_str(), text->c_str(), 1);
    else
      ::unsetenv(name.c_str());
  }
}

std::vector<sandbox::Listen> listeners(uint16_t server_port) {
  std::vector<sandbox::Listen> wanted = {{sandbox::kServiceAddress, sandbox::kProxyPort},
                                         {sandbox::kServiceAddress, 53},
                                         {sandbox::kServiceAddress, 53, true},
                                         {sandbox::kAwsAddress, 443},
                                         {sandbox::kAwsAddress, 80},
                                         // the server under its own address, for programs that name it
                                         {"127.0.0.1", server_port}};
  return wanted;
}

}  // namespace

int become_program(int control, const std::vector<Overlay>& overlays, const Changes& changes, uint16_t server_port,
                   const std::vector<std::string>& command) {
  try {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    leave_the_network();
    sandbox::raise_loopback();
    const auto opened = sandbox::open_listeners(listeners(server_port));
    std::vector<int> descriptors;
    for (const sandbox::Descriptor& descriptor : opened) descriptors.push_back(descriptor.get());
    sandbox::send_control(control, "", descriptors);
    lay_over(overlays);
    change_environment(changes);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "standpipe exec: %s\n", failure.what());
    return kFailed;
  }
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  const int reason = errno;
  std::fprintf(stderr, "standpipe exec: %s: %s\n", arguments[0], std::strerror(reason));
  return reason == ENOENT ? kNotFound : kNotExecutable;
}

}  // namespace standpipe::server
