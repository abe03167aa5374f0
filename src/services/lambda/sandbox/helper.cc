#include "services/lambda/sandbox/helper.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "services/lambda/sandbox/control_channel.h"
#include "services/lambda/sandbox/plan.h"
#include "services/lambda/sandbox/seccomp_filter.h"

namespace standpipe::sandbox {
namespace {

// Root's directories may be closed to the id that the sandbox runs as, and bubblewrap resolves paths as that id: so
// root first gathers all sources under a directory that everyone may enter, in a mount namespace of its own.
std::vector<std::string> gather_sources(const std::vector<Mount>& mounts) {
  if (::unshare(CLONE_NEWNS) != 0) throw_errno("unshare of the mount namespace");
  if (::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) throw_errno("mount propagation");
  std::vector<Descriptor> opened;
  for (const Mount& mount : mounts) {
    opened.emplace_back(::open(mount.source.c_str(), O_PATH | O_CLOEXEC));
    if (!opened.back()) throw_errno("open " + mount.source);
  }
  const char* gathered = "/tmp";
  if (::mount("tmpfs", gathered, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m") != 0)
    throw_errno("mount of a tmpfs");
  std::vector<std::string> sources;
  for (const Descriptor& source : opened) {
    struct stat status;
    if (::fstat(source.get(), &status) != 0) throw_errno("fstat");
    const std::string target = std::string(gathered) + "/" + std::to_string(sources.size());
    if (S_ISDIR(status.st_mode)) {
      if (::mkdir(target.c_str(), 0755) != 0) throw_errno("mkdir");
    } else {
      const Descriptor made(::open(target.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
      if (!made) throw_errno("open " + target);
    }
    const std::string link = "/proc/self/fd/" + std::to_string(source.get());
    if (::mount(link.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
      throw_errno("bind of " + target);
    sources.push_back(target);
  }
  return sources;
}

void become(uid_t id) {
  if (::setgroups(0, nullptr) != 0) throw_errno("setgroups");
  if (::setresgid(id, id, id) != 0) throw_errno("setresgid");
  if (::setresuid(id, id, id) != 0) throw_errno("setresuid");
}

void limit(int resource, rlim_t value) {
  rlimit present{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &present) != 0) throw_errno("getrlimit");
  const rlim_t allowed = std::min(value, present.rlim_max);
  const rlimit wanted{allowed, allowed};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &wanted) != 0) throw_errno("setrlimit");
}

void apply(const Limits& limits) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, static_cast<rlim_t>(limits.open_files_max));
  limit(RLIMIT_FSIZE, limits.file_bytes_max);
  // Counted per user namespace since Linux 5.14, so one sandbox does not take another's; bubblewrap needs two.
  limit(RLIMIT_NPROC, static_cast<rlim_t>(limits.processes_max) + 2);
  limit(RLIMIT_MEMLOCK, 64 << 10);
  limit(RLIMIT_MSGQUEUE, 64 << 10);
}

int memory_file(const char* name, const std::string& bytes) {
  const int fd = ::memfd_create(name, 0);
  if (fd < 0) throw_errno("memfd_create");
  if (::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) throw_errno("write");
  if (::lseek(fd, 0, SEEK_SET) != 0) throw_errno("lseek");
  return fd;
}

[[noreturn]] void become_bubblewrap(const Plan& plan, const std::vector<std::string>& sources) {
  std::string bytes;
  const auto add = [&](const std::string& word) { bytes.append(word).push_back('\0'); };
  for (const std::string& option : bubblewrap_options(plan, sources)) add(option);
  add("--seccomp");
  add(std::to_string(memory_file("seccomp", seccomp_program())));
  // Options by descriptor and an empty environment: pid 1 inside is bubblewrap, and both would be readable there.
  const std::string options = std::to_string(memory_file("options", bytes));
  std::vector<std::string> words = {"bwrap", "--args", options, "--"};
  words.insert(words.end(), plan.command.begin(), plan.command.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char* environment[] = {nullptr};
  for (const char* path : {"/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"}) {
    ::execve(path, arguments.data(), environment);
  }
  throw_errno("bwrap (package bubblewrap)");
}

}  // namespace

const std::vector<Listen>& sandbox_listeners() {
  static const std::vector<Listen> listeners = {{kServiceAddress, kRuntimeApiPort},
                                                {kServiceAddress, kProxyPort},
                                                {kAwsAddress, 443},
                                                {kAwsAddress, 80},
                                                {kServiceAddress, 53},
                                                {kServiceAddress, 53, true}};
  return listeners;
}

int run_helper() {
  const int control = kControlDescriptor;
  ::umask(0022);
  try {
    // Nothing that the server had open may reach user code, whatever its flags were.
    if (::syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC) != 0) throw_errno("close_range");
    const ControlMessage message = receive_control(control, Deadline::in(std::chrono::seconds(10)));
    const Plan plan = parse_plan(message.text);
    std::vector<std::string> sources;
    if (plan.host_uid != 0) {
      sources = gather_sources(plan.mounts);
      become(plan.host_uid);
    } else {
      for (const Mount& mount : plan.mounts) sources.push_back(mount.source);
    }
    enter_user_namespace(CLONE_NEWNET, kInsideUid, kInsideGid);
    raise_loopback();
    const std::vector<Descriptor> listeners = open_listeners(sandbox_listeners());
    std::vector<int> descriptors;
    for (const Descriptor& listener : listeners) descriptors.push_back(listener.get());
    send_control(control, "", descriptors);
    apply(plan.limits);
    become_bubblewrap(plan, sources);
  } catch (const std::exception& failure) {
    try {
      ::dprintf(STDERR_FILENO, "sandbox: %s\n", failure.what());
      send_control(control, failure.what());
    } catch (const std::exception&) {
      // the server is gone
    }
  }
  return kHelperFailed;
}

}  // namespace standpipe::sandbox
