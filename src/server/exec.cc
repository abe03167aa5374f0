#include "server/exec.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/bytes.h"
#include "services/lambda/sandbox/descriptor.h"
#include "services/lambda/sandbox/namespaces.h"
#include "services/lambda/sandbox/private_etc.h"
#include "storage/temporary_directory.h"

extern char** environ;

namespace standpipe::server {
namespace {

namespace fs = std::filesystem;

constexpr int kFailed = 125;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

fs::path write_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return path;
}

std::string default_data() {
  if (const char* data = std::getenv("STANDPIPE_DATA")) return data;
  const char* data_home = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  return (data_home ? std::string(data_home) : std::string(home ? home : ".") + "/.local/share") + "/standpipe";
}

std::string read_authority(const ExecOptions& options) {
  const fs::path file = options.ca.empty() ? fs::path(options.data) / "tls/ca.pem" : fs::path(options.ca);
  std::string text = read_text(file);
  if (text.empty()) {
    throw std::runtime_error("the server's certificate authority is not at " + file.string() +
                             ": name the server's data folder with --data, or the certificate with --ca");
  }
  return text;
}

// Look-ups shall ask our name server, not a daemon that the host's libraries would talk to first.
std::string name_switch() {
  std::string text;
  for (const std::string& line : split(read_text("/etc/nsswitch.conf"), '\n')) {
    text += (line.starts_with("hosts:") ? "hosts: files dns" : line) + "\n";
  }
  return text;
}

std::vector<Overlay> write_overlays(const fs::path& folder, const std::string& bundle) {
  std::vector<Overlay> overlays;
  const auto add = [&](const char* target, const std::string& name, const std::string& text) {
    std::error_code missing;
    const fs::path real = fs::canonical(target, missing);
    if (!missing) overlays.push_back({write_text(folder / name, text), real});
  };
  add("/etc/resolv.conf", "resolv.conf",
      std::string("nameserver ") + sandbox::kServiceAddress + "\noptions timeout:1 attempts:2\n");
  add("/etc/nsswitch.conf", "nsswitch.conf", name_switch());
  // For programs that know the system's bundle only.
  for (const char* target : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"}) {
    add(target, "system.pem", bundle);
  }
  return overlays;
}

int run(ExecOptions options) {
  const auto server = net::parse_authority(options.server);
  if (!server) throw std::runtime_error("--server wants HOST:PORT, not '" + options.server + "'");
  if (options.data.empty()) options.data = default_data();
  std::string bundle = sandbox::host_certificates();
  if (!bundle.empty() && bundle.back() != '\n') bundle.push_back('\n');
  bundle += read_authority(options);
  const TemporaryDirectory folder;
  const std::string bundle_file = write_text(folder.path() / "certificates.pem", bundle).string();
  const std::vector<Overlay> overlays = write_overlays(folder.path(), bundle);
  const Changes changes = exec_environment(options, bundle_file);

  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) throw std::runtime_error("no socket pair");
  const sandbox::Descriptor ours(pair[0]);
  sandbox::Descriptor theirs(pair[1]);
  // Before any thread exists: the child may do anything.
  const pid_t program = ::fork();
  if (program < 0) throw std::runtime_error("fork failed");
  if (program == 0) ::_exit(become_program(theirs.get(), overlays, changes, server->port, options.command));
  theirs.reset();
  return serve_program(ours.get(), program, *server);
}

}  // namespace

Changes exec_environment(const ExecOptions& options, const std::string& bundle) {
  Changes changes;
  const auto set = [&](const char* name, const std::string& text) { changes.emplace_back(name, text); };
  const auto set_if_unset = [&](const char* name, const std::string& text) {
    if (!std::getenv(name)) set(name, text);
  };
  const bool own_keys = std::getenv("AWS_ACCESS_KEY_ID") || std::getenv("AWS_PROFILE");
  if (!options.access_key.empty() || !own_keys) {
    set("AWS_ACCESS_KEY_ID", options.access_key.empty() ? "test" : options.access_key);
    set("AWS_SECRET_ACCESS_KEY", options.access_key.empty() ? "test" : options.secret_key);
    for (const char* name : {"AWS_SESSION_TOKEN", "AWS_PROFILE"}) changes.emplace_back(name, std::nullopt);
  }
  if (!options.region.empty()) {
    set("AWS_REGION", options.region);
    set("AWS_DEFAULT_REGION", options.region);
  } else {
    const char* region = std::getenv("AWS_REGION");
    const char* otherwise = std::getenv("AWS_DEFAULT_REGION");
    const std::string known = region ? region : otherwise ? otherwise : "ap-northeast-1";
    set_if_unset("AWS_REGION", known);
    set_if_unset("AWS_DEFAULT_REGION", known);
  }
  set("AWS_EC2_METADATA_DISABLED", "true");
  for (const char* name : {"AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT",
                           "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO"}) {
    set(name, bundle);
  }
  const std::string proxy =
      std::string("http://") + sandbox::kServiceAddress + ":" + std::to_string(sandbox::kProxyPort);
  for (const char* name : {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"}) set(name, proxy);
  for (const char* name : {"NO_PROXY", "no_proxy"}) {
    set(name, "localhost,127.0.0.1,169.254.100.1,169.254.100.2,.amazonaws.com,.on.aws,.api.aws");
  }
  // Addresses of endpoints would lead round the names.
  for (char** variable = environ; *variable; ++variable) {
    const std::string_view text = *variable;
    if (text.starts_with("AWS_ENDPOINT_URL")) changes.emplace_back(text.substr(0, text.find('=')), std::nullopt);
  }
  return changes;
}

void add_exec_command(CLI::App& app, int& status) {
  auto options = std::make_shared<ExecOptions>();
  CLI::App* command = app.add_subcommand("exec", "Run a program that finds AWS in a running server");
  command->add_option("--server", options->server, "HOST:PORT of the server")
      ->envname("STANDPIPE_LISTEN")
      ->capture_default_str();
  command->add_option("--data", options->data, "The server's data folder (default: as serve's)");
  command->add_option("--ca", options->ca, "Certificate of the server's authority (default: DATA/tls/ca.pem)");
  command->add_option("--access-key", options->access_key, "AWS_ACCESS_KEY_ID (default: the present one, else test)");
  command->add_option("--secret-key", options->secret_key, "AWS_SECRET_ACCESS_KEY; better in the environment");
  command->add_option("--region", options->region, "AWS_REGION (default: the present one, else ap-northeast-1)");
  command->add_option("command", options->command, "Program and arguments, after --")->required();
  command->positionals_at_end();
  command->callback([options, &status] {
    try {
      status = run(*options);
    } catch (const std::exception& error) {
      std::cerr << "standpipe exec: " << error.what() << "\n";
      status = kFailed;
    }
  });
}

}  // namespace standpipe::server
