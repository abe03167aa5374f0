#include "services/lambda/sandbox/seccomp_filter.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "services/lambda/sandbox/control_channel.h"

namespace standpipe::sandbox {
namespace {

constexpr const char* kDenied[] = {"mount",
                                   "umount2",
                                   "pivot_root",
                                   "chroot",
                                   "open_tree",
                                   "move_mount",
                                   "fsopen",
                                   "fsconfig",
                                   "fsmount",
                                   "fspick",
                                   "mount_setattr",
                                   "ptrace",
                                   "process_vm_readv",
                                   "process_vm_writev",
                                   "kcmp",
                                   "pidfd_getfd",
                                   "keyctl",
                                   "add_key",
                                   "request_key",
                                   "bpf",
                                   "perf_event_open",
                                   "userfaultfd",
                                   "kexec_load",
                                   "kexec_file_load",
                                   "init_module",
                                   "finit_module",
                                   "delete_module",
                                   "unshare",
                                   "setns",
                                   "open_by_handle_at",
                                   "name_to_handle_at",
                                   "quotactl",
                                   "acct",
                                   "swapon",
                                   "swapoff",
                                   "reboot",
                                   "settimeofday",
                                   "clock_settime",
                                   "clock_adjtime",
                                   "adjtimex",
                                   "sethostname",
                                   "setdomainname",
                                   "syslog",
                                   "lookup_dcookie",
                                   "vhangup",
                                   "iopl",
                                   "ioperm",
                                   "modify_ldt",
                                   "uselib",
                                   "ustat",
                                   "_sysctl",
                                   "nfsservctl",
                                   "fanotify_init",
                                   "mbind",
                                   "move_pages",
                                   "migrate_pages",
                                   "set_mempolicy",
                                   "personality"};

// libraries try these and use something older when the kernel does not know them
constexpr const char* kUnknown[] = {"io_uring_setup", "io_uring_enter", "io_uring_register", "clone3"};

constexpr uint64_t kNewNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

using Context = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

void succeed(int result) {
  if (result < 0) throw std::system_error(-result, std::system_category(), "seccomp");
}

void deny(const Context& context, const char* name, uint32_t action) {
  const int number = ::seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return;  // not a call of this architecture
  succeed(::seccomp_rule_add(context.get(), action, number, 0));
}

void deny_sockets(const Context& context) {
  const int call = ::seccomp_syscall_resolve_name("socket");
  // Everything above AF_INET6 but netlink; from netlink nothing but routes, which getifaddrs reads.
  for (int family = 0; family < 64; ++family) {
    if (family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK) continue;
    succeed(::seccomp_rule_add(context.get(), SCMP_ACT_ERRNO(EAFNOSUPPORT), call, 1,
                               SCMP_A0_32(SCMP_CMP_EQ, static_cast<uint32_t>(family))));
  }
  succeed(::seccomp_rule_add(context.get(), SCMP_ACT_ERRNO(EAFNOSUPPORT), call, 2, SCMP_A0_32(SCMP_CMP_EQ, AF_NETLINK),
                             SCMP_A2_32(SCMP_CMP_NE, NETLINK_ROUTE)));
  for (const uint32_t family : {uint32_t{AF_INET}, uint32_t{AF_INET6}}) {
    succeed(::seccomp_rule_add(context.get(), SCMP_ACT_ERRNO(EPERM), call, 2, SCMP_A0_32(SCMP_CMP_EQ, family),
                               SCMP_A1_32(SCMP_CMP_MASKED_EQ, 0xf, SOCK_RAW)));
  }
}

}  // namespace

std::string seccomp_program() {
  const Context context(::seccomp_init(SCMP_ACT_ALLOW), ::seccomp_release);
  if (!context) throw std::system_error(ENOMEM, std::system_category(), "seccomp");
  // 32-bit and x32 calls would go round the list.
  succeed(::seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)));
  for (const char* name : kDenied) deny(context, name, SCMP_ACT_ERRNO(EPERM));
  for (const char* name : kUnknown) deny(context, name, SCMP_ACT_ERRNO(ENOSYS));
  const int clone = ::seccomp_syscall_resolve_name("clone");
  for (uint64_t flag = 1; flag != 0 && flag <= kNewNamespaces; flag <<= 1) {
    if ((kNewNamespaces & flag) == 0) continue;
    succeed(
        ::seccomp_rule_add(context.get(), SCMP_ACT_ERRNO(EPERM), clone, 1, SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)));
  }
  const int ioctl = ::seccomp_syscall_resolve_name("ioctl");
  for (const uint32_t request : {uint32_t{TIOCSTI}, uint32_t{TIOCLINUX}}) {
    succeed(::seccomp_rule_add(context.get(), SCMP_ACT_ERRNO(EPERM), ioctl, 1, SCMP_A1_32(SCMP_CMP_EQ, request)));
  }
  deny_sockets(context);

  const Descriptor file(::memfd_create("seccomp", MFD_CLOEXEC));
  if (!file) throw_errno("memfd_create");
  succeed(::seccomp_export_bpf(context.get(), file.get()));
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  std::string program(static_cast<size_t>(size), '\0');
  if (::pread(file.get(), program.data(), program.size(), 0) != size) throw_errno("read of the seccomp program");
  return program;
}

}  // namespace standpipe::sandbox
