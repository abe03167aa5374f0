#include "services/lambda/sandbox/plan.h"

#include <stdexcept>

#include "base/json.h"

namespace standpipe::sandbox {
namespace {

json::Value pairs_value(const std::vector<std::pair<std::string, std::string>>& pairs) {
  json::Array array;
  for (const auto& [first, second] : pairs) array.push_back(json::Array{first, second});
  return array;
}

const json::Value& member(const json::Value& value, std::string_view name) {
  const json::Value* found = value.find(name);
  if (!found) throw json::WrongKind("the sandbox's plan has no " + std::string(name));
  return *found;
}

std::vector<std::pair<std::string, std::string>> pairs_from(const json::Value& value) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const json::Value& pair : value.array()) {
    if (pair.array().size() != 2) throw json::WrongKind("a pair of the sandbox's plan");
    pairs.emplace_back(pair.array()[0].string(), pair.array()[1].string());
  }
  return pairs;
}

}  // namespace

std::string print_plan(const Plan& plan) {
  std::vector<std::pair<std::string, std::string>> mounts;
  for (const Mount& mount : plan.mounts) mounts.emplace_back(mount.source, mount.target);
  json::Array command;
  for (const std::string& word : plan.command) command.push_back(word);
  return json::print(json::Object{
      {"mounts", pairs_value(mounts)},
      {"links", pairs_value(plan.links)},
      {"environment", pairs_value(plan.environment)},
      {"command", command},
      {"directory", plan.directory},
      {"hostname", plan.hostname},
      {"temporary_bytes_max", plan.limits.temporary_bytes_max},
      {"file_bytes_max", plan.limits.file_bytes_max},
      {"open_files_max", plan.limits.open_files_max},
      {"processes_max", plan.limits.processes_max},
      {"host_uid", int64_t{plan.host_uid}},
  });
}

Plan parse_plan(const std::string& text) {
  const json::Value value = json::parse(text, 8);
  Plan plan;
  for (auto& [source, target] : pairs_from(member(value, "mounts"))) plan.mounts.push_back({source, target});
  plan.links = pairs_from(member(value, "links"));
  plan.environment = pairs_from(member(value, "environment"));
  for (const json::Value& word : member(value, "command").array()) plan.command.push_back(word.string());
  plan.directory = member(value, "directory").string();
  plan.hostname = member(value, "hostname").string();
  plan.limits.temporary_bytes_max = static_cast<uint64_t>(member(value, "temporary_bytes_max").integer());
  plan.limits.file_bytes_max = static_cast<uint64_t>(member(value, "file_bytes_max").integer());
  plan.limits.open_files_max = static_cast<int>(member(value, "open_files_max").integer());
  plan.limits.processes_max = static_cast<int>(member(value, "processes_max").integer());
  plan.host_uid = static_cast<uint32_t>(member(value, "host_uid").integer());
  return plan;
}

std::vector<std::string> bubblewrap_options(const Plan& plan, const std::vector<std::string>& sources) {
  // The helper's network namespace is kept on purpose: it holds nothing but our listeners.
  std::vector<std::string> options = {"--unshare-user",
                                      "--unshare-pid",
                                      "--unshare-ipc",
                                      "--unshare-uts",
                                      "--unshare-cgroup-try",
                                      "--die-with-parent",
                                      "--new-session",
                                      "--cap-drop",
                                      "ALL",
                                      "--disable-userns",
                                      "--uid",
                                      std::to_string(kInsideUid),
                                      "--gid",
                                      std::to_string(kInsideGid),
                                      "--hostname",
                                      plan.hostname};
  const auto add = [&](std::initializer_list<std::string> words) { options.insert(options.end(), words); };
  for (size_t i = 0; i < plan.mounts.size(); ++i) add({"--ro-bind", sources.at(i), plan.mounts[i].target});
  for (const auto& [text, path] : plan.links) add({"--symlink", text, path});
  add({"--proc", "/proc", "--dev", "/dev"});
  add({"--perms", "1777", "--size", std::to_string(plan.limits.temporary_bytes_max), "--tmpfs", "/tmp"});
  // What bubblewrap makes around the mounts is a tmpfs of no limited size.
  add({"--remount-ro", "/dev", "--remount-ro", "/", "--chdir", plan.directory});
  for (const auto& [name, text] : plan.environment) add({"--setenv", name, text});
  return options;
}

}  // namespace standpipe::sandbox
