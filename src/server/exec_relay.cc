// The parent of `standpipe exec`: outside the program's network, it answers names and carries connections to the
// server.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <set>

#include "base/logging.h"
#include "base/workers.h"
#include "net/connect_proxy.h"
#include "net/descriptor.h"
#include "net/tunnel.h"
#include "server/exec.h"
#include "services/lambda/sandbox/control_channel.h"
#include "services/lambda/sandbox/name_server.h"
#include "services/lambda/sandbox/watcher.h"

namespace standpipe::server {
namespace {

constexpr Duration kIdleTime = std::chrono::hours(1);
constexpr Duration kConnectTime = std::chrono::seconds(10);
constexpr size_t kConnectionsMax = 500;

std::atomic<pid_t> running_program{0};

// Passed on: the terminal's signals reach the program by themselves, since it is in our group.
extern "C" void pass_on(int signal) {
  const pid_t program = running_program.load();
  if (program > 0) ::kill(program, signal);
}

// Every connection that arrives on its listeners is carried to the server.
class Relay {
 public:
  Relay(sandbox::Watcher& watcher, Workers& workers, net::Authority server)
      : watcher_(watcher),
        workers_(workers),
        server_(std::move(server)),
        dialer_(net::AddressPolicy::anything(), std::nullopt) {}
  ~Relay() {
    for (const auto& [fd, listener] : listeners_) watcher_.forget(fd);
    std::unique_lock lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    closed_.wait(lock, [&] { return open_.empty() && connections_ == 0; });
  }

  void listen(sandbox::Descriptor listener) {
    const int fd = listener.get();
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    listeners_[fd] = std::move(listener);
    watcher_.watch(fd, [this, fd] { accept(fd); });
  }

 private:
  void accept(int listener) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    {
      const std::lock_guard lock(mutex_);
      if (connections_ >= kConnectionsMax) {
        ::close(fd);
        return;
      }
      ++connections_;
      open_.insert(fd);
    }
    if (!workers_.run([this, fd] { carry(fd); })) done(fd);
  }

  void carry(int fd) {
    try {
      const net::Descriptor target = dialer_.connect(server_.host, server_.port, Deadline::in(kConnectTime));
      net::carry(fd, target.get(), kIdleTime, bytes_);
    } catch (const std::exception& failure) {
      logging::warning("exec: {}", failure.what());
    }
    done(fd);
  }

  void done(int fd) {
    const std::lock_guard lock(mutex_);
    open_.erase(fd);
    ::close(fd);
    --connections_;
    closed_.notify_all();
  }

  sandbox::Watcher& watcher_;
  Workers& workers_;
  const net::Authority server_;
  const net::Dialer dialer_;
  net::TunnelBytes bytes_;
  std::map<int, sandbox::Descriptor> listeners_;
  std::mutex mutex_;
  std::condition_variable closed_;
  std::set<int> open_;
  size_t connections_ = 0;
};

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int wait_for(pid_t program) {
  int status = 0;
  while (::waitpid(program, &status, 0) < 0 && errno == EINTR) {
  }
  running_program = 0;
  return exit_code(status);
}

}  // namespace

int serve_program(int control, pid_t program, const net::Authority& server) {
  running_program = program;
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGQUIT, SIG_IGN);
  for (const int signal : {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) ::signal(signal, pass_on);
  sandbox::ControlMessage message = sandbox::receive_control(control, Deadline::in(std::chrono::seconds(15)));
  if (message.descriptors.size() != 6) return wait_for(program);  // it has said why

  Workers workers;
  net::ProxyOptions options;
  options.addresses = net::AddressPolicy::anything();  // the program could reach all of it without us
  net::ConnectProxy proxy(options, workers);
  sandbox::Watcher watcher;
  auto& sockets = message.descriptors;
  proxy.adopt_listener(sockets[0].release(), [&](const net::Authority& target) -> std::optional<net::LocalTarget> {
    if (!sandbox::is_aws_name(target.host)) return std::nullopt;
    return server;
  });
  const sandbox::NameServer names(watcher, std::move(sockets[2]), std::move(sockets[1]));
  Relay relay(watcher, workers, server);
  for (size_t i = 3; i < sockets.size(); ++i) relay.listen(std::move(sockets[i]));
  return wait_for(program);
}

}  // namespace standpipe::server
