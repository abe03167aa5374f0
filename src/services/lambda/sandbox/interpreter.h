// Which interpreter of this machine runs a runtime identifier.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace standpipe::sandbox {

struct Interpreter {
  std::string program;  // the real file on the host
  std::string prefix;   // folder that holds it with its library: "/usr", "/opt/python-3.12"
  std::string version;  // "3.11"
};

// Thread-safe; asks each interpreter once.
class Interpreters {
 public:
  // `folders` are searched before $PATH and the usual places.
  explicit Interpreters(std::vector<std::string> folders = {}) : folders_(std::move(folders)) {}

  // For "3.8": Python 3.8 if the machine has it, else its Python 3; nullopt if it has none.
  std::optional<Interpreter> python(const std::string& version);

 private:
  std::vector<std::string> candidates(const std::string& version) const;
  std::vector<std::string> folders_;
  std::mutex mutex_;
  std::map<std::string, std::optional<Interpreter>> known_;
};

}  // namespace standpipe::sandbox
