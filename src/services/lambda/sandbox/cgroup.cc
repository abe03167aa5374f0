#include "services/lambda/sandbox/cgroup.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "services/lambda/sandbox/descriptor.h"
#include "services/lambda/sandbox/namespaces.h"

namespace standpipe::sandbox {
namespace {

constexpr const char* kMount = "/sys/fs/cgroup";
constexpr const char* kParent = "standpipe";

std::string read_whole(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char buffer[4096];
  for (ssize_t n; file && text.size() < (1 << 16) && (n = ::read(file.get(), buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(n));
  }
  return text;
}

std::optional<uint64_t> field(const std::string& path, std::string_view name) {
  for (const std::string& line : split(read_whole(path), '\n')) {
    if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == ' ') {
      if (const auto value = parse_int(std::string_view(line).substr(name.size() + 1))) {
        return static_cast<uint64_t>(*value);
      }
    }
  }
  return std::nullopt;
}

bool try_write(const std::string& path, const std::string& text) {
  try {
    write_file(path, text);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

bool make_folder(const std::string& path) { return ::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST; }

void kill_members(const std::string& folder) {
  for (const std::string& line : split(read_whole(folder + "/cgroup.procs"), '\n')) {
    const auto process = parse_int(line);
    if (process && *process > 1) ::kill(static_cast<pid_t>(*process), SIGKILL);
  }
}

// A group can be removed only when its last process has been reaped, a moment after the kill.
void remove_folder(const std::string& folder) {
  for (int attempt = 0; ::rmdir(folder.c_str()) != 0 && errno == EBUSY && attempt < 200; ++attempt) {
    kill_members(folder);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

class Version1 final : public Cgroup {
 public:
  static std::unique_ptr<Cgroup> make(const std::string& name, const CgroupLimits& limits) {
    auto group = std::make_unique<Version1>();
    for (const char* controller : {"memory", "pids"}) {
      const std::string parent = std::string(kMount) + "/" + controller + "/" + kParent;
      if (!make_folder(parent)) return nullptr;
      const std::string folder = parent + "/" + name;
      if (!make_folder(folder)) return nullptr;
      group->folders_.push_back(folder);
    }
    const std::string bytes = std::to_string(limits.memory_bytes_max);
    if (!try_write(group->folders_[0] + "/memory.limit_in_bytes", bytes)) return nullptr;
    try_write(group->folders_[0] + "/memory.memsw.limit_in_bytes", bytes);  // absent without swap accounting
    if (!try_write(group->folders_[1] + "/pids.max", std::to_string(limits.processes_max))) return nullptr;
    return group;
  }
  ~Version1() override {
    for (const std::string& folder : folders_) remove_folder(folder);
  }
  void add(pid_t process) override {
    for (const std::string& folder : folders_) write_file(folder + "/cgroup.procs", std::to_string(process));
  }
  uint64_t anonymous_bytes() const override { return field(folders_[0] + "/memory.stat", "total_rss").value_or(0); }
  bool out_of_memory() const override { return field(folders_[0] + "/memory.oom_control", "oom_kill").value_or(0) > 0; }
  // This version's freezer holds even SIGKILL back: what is frozen would outlive a server that was killed.
  bool freeze(bool) override { return false; }
  void kill() override {
    for (int round = 0; round < 3; ++round) kill_members(folders_[1]);
  }

 private:
  std::vector<std::string> folders_;  // memory, pids
};

class Version2 final : public Cgroup {
 public:
  static std::unique_ptr<Cgroup> make(const std::string& name, const CgroupLimits& limits) {
    const std::string parent = std::string(kMount) + "/" + kParent;
    try_write(std::string(kMount) + "/cgroup.subtree_control", "+memory +pids");
    if (!make_folder(parent) || !try_write(parent + "/cgroup.subtree_control", "+memory +pids")) return nullptr;
    auto group = std::make_unique<Version2>();
    group->folder_ = parent + "/" + name;
    if (!make_folder(group->folder_)) return nullptr;
    if (!try_write(group->folder_ + "/memory.max", std::to_string(limits.memory_bytes_max)) ||
        !try_write(group->folder_ + "/pids.max", std::to_string(limits.processes_max))) {
      return nullptr;
    }
    try_write(group->folder_ + "/memory.swap.max", "0");
    return group;
  }
  ~Version2() override { remove_folder(folder_); }
  void add(pid_t process) override { write_file(folder_ + "/cgroup.procs", std::to_string(process)); }
  uint64_t anonymous_bytes() const override { return field(folder_ + "/memory.stat", "anon").value_or(0); }
  bool out_of_memory() const override { return field(folder_ + "/memory.events", "oom_kill").value_or(0) > 0; }
  bool freeze(bool frozen) override { return try_write(folder_ + "/cgroup.freeze", frozen ? "1" : "0"); }
  void kill() override {
    if (!try_write(folder_ + "/cgroup.kill", "1")) kill_members(folder_);
  }

 private:
  std::string folder_;
};

}  // namespace

std::unique_ptr<Cgroup> Cgroup::make(const std::string& name, const CgroupLimits& limits) {
  const std::string own_name = std::to_string(::getpid()) + "-" + name;
  if (::access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0) return Version2::make(own_name, limits);
  if (::access("/sys/fs/cgroup/memory", W_OK) == 0) return Version1::make(own_name, limits);
  return nullptr;
}

void Cgroup::remove_stale() {
  for (const char* folder :
       {"/sys/fs/cgroup/standpipe", "/sys/fs/cgroup/memory/standpipe", "/sys/fs/cgroup/pids/standpipe"}) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      const std::string name = entry.path().filename().string();
      const auto server = parse_int(name.substr(0, name.find('-')));
      if (server && ::kill(static_cast<pid_t>(*server), 0) != 0 && errno == ESRCH) ::rmdir(entry.path().c_str());
    }
  }
}

}  // namespace standpipe::sandbox
