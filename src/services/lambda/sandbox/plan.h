// Everything that the helper needs to know to set up one sandbox: plain data, sent to it as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace standpipe::sandbox {

struct Mount {
  std::string source;  // on the host; followed if it is a link
  std::string target;  // inside
};

struct Limits {
  uint64_t temporary_bytes_max = 512ull << 20;  // size of /tmp
  uint64_t file_bytes_max = 10240ull << 20;     // one file
  int open_files_max = 1024;
  int processes_max = 1024;  // threads count
};

struct Plan {
  std::vector<Mount> mounts;                               // all read-only, in this order
  std::vector<std::pair<std::string, std::string>> links;  // target text, path inside
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> command;  // paths inside
  std::string directory = "/var/task";
  std::string hostname = "sandbox";
  Limits limits;
  // Host id to run as when the server is root (which must not be the owner of anything); 0 keeps the server's own.
  uint32_t host_uid = 0;
};

inline constexpr uint32_t kInsideUid = 993;  // sbx_user1051 on AWS
inline constexpr uint32_t kInsideGid = 990;

std::string print_plan(const Plan& plan);
Plan parse_plan(const std::string& text);  // throws json::ParseError, json::WrongKind

// bubblewrap's options for the plan, but seccomp. `sources` are the mounts' sources as the helper sees them.
std::vector<std::string> bubblewrap_options(const Plan& plan, const std::vector<std::string>& sources);

}  // namespace standpipe::sandbox
