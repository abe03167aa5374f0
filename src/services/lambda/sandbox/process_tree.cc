#include "services/lambda/sandbox/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/bytes.h"
#include "services/lambda/sandbox/descriptor.h"

namespace standpipe::sandbox {
namespace {

constexpr size_t kProcessesMax = 4096;

std::string read_start(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char buffer[1024];
  const ssize_t n = file ? ::read(file.get(), buffer, sizeof buffer) : 0;
  return std::string(buffer, static_cast<size_t>(std::max<ssize_t>(n, 0)));
}

// "pid (name) state parent …"; the name may hold anything, so the last parenthesis counts.
std::multimap<pid_t, pid_t> children_by_parent() {
  std::multimap<pid_t, pid_t> children;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    const auto process = parse_int(entry->d_name);
    if (!process) continue;
    const std::string stat = read_start(std::string("/proc/") + entry->d_name + "/stat");
    const size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos || name_end + 4 > stat.size()) continue;
    const auto fields = split(std::string_view(stat).substr(name_end + 2), ' ');
    if (fields.size() < 2 || fields[0] == "Z") continue;
    if (const auto parent = parse_int(fields[1])) {
      children.emplace(static_cast<pid_t>(*parent), static_cast<pid_t>(*process));
    }
  }
  return children;
}

void signal_tree(pid_t root, int signal) {
  std::set<pid_t> signalled;
  for (bool grown = true; grown && signalled.size() < kProcessesMax;) {
    grown = false;
    for (const pid_t process : process_tree(root)) {
      if (process == root || !signalled.insert(process).second) continue;
      ::kill(process, signal);
      grown = true;
    }
  }
}

}  // namespace

std::vector<pid_t> process_tree(pid_t root) {
  const auto children = children_by_parent();
  std::vector<pid_t> tree = {root};
  for (size_t i = 0; i < tree.size() && tree.size() < kProcessesMax; ++i) {
    const auto [begin, end] = children.equal_range(tree[i]);
    for (auto child = begin; child != end; ++child) tree.push_back(child->second);
  }
  return tree;
}

uint64_t resident_bytes(const std::vector<pid_t>& processes) {
  uint64_t sum = 0;
  for (const pid_t process : processes) {
    const auto fields = split(read_start("/proc/" + std::to_string(process) + "/statm"), ' ');
    if (fields.size() < 3) continue;
    // Without shared pages, which would count once per process: libraries, and files in /tmp.
    const int64_t own = parse_int(fields[1]).value_or(0) - parse_int(fields[2]).value_or(0);
    sum += static_cast<uint64_t>(std::max<int64_t>(own, 0)) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  return sum;
}

void stop_tree(pid_t root) { signal_tree(root, SIGSTOP); }
void continue_tree(pid_t root) { signal_tree(root, SIGCONT); }

}  // namespace standpipe::sandbox
