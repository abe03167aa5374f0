#include "server/settings.h"

#include <cstdlib>

#include "base/bytes.h"

namespace standpipe::server {

uint16_t Settings::port() const {
  const auto number = parse_int(listen.substr(listen.rfind(':') + 1));
  if (listen.rfind(':') == std::string::npos || !number || *number < 0 || *number > 65535) {
    throw InvalidSettings("--listen wants HOST:PORT, not '" + listen + "'");
  }
  return static_cast<uint16_t>(*number);
}

bool Settings::loopback() const {
  const std::string name = host();
  return name == "localhost" || name == "[::1]" || name.starts_with("127.");
}

void complete(Settings& settings) {
  settings.port();
  if (settings.root_access_key.empty() != settings.root_secret_key.empty()) {
    throw InvalidSettings("--root-access-key and --root-secret-key go together");
  }
  if (settings.root_access_key.empty()) {
    if (!settings.loopback()) {
      throw InvalidSettings("listening on " + settings.host() +
                            " needs credentials of your own: set --root-access-key and "
                            "--root-secret-key (test/test is valid on loopback only)");
    }
    settings.root_access_key = settings.root_secret_key = "test";
  }
  for (std::string& name : settings.console_hosts) {
    name = to_lower(name);
    if (name.empty() || name.find_first_of(":/*") != std::string::npos) {
      throw InvalidSettings("--console-hosts wants host names without scheme and port, not '" + name + "'");
    }
  }
  if (settings.internet != "open" && settings.internet != "closed") {
    throw InvalidSettings("--internet is open or closed, not '" + settings.internet + "'");
  }
  if (settings.data.empty() && !settings.ephemeral) {
    const char* data_home = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    settings.data =
        (data_home != nullptr ? std::string(data_home) : std::string(home != nullptr ? home : ".") + "/.local/share") +
        "/standpipe";
  }
}

}  // namespace standpipe::server
