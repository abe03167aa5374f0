#include "services/lambda/sandbox/private_etc.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include "services/lambda/sandbox/namespaces.h"

namespace standpipe::sandbox {
namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw std::system_error(errno, std::system_category(), "write " + path.string());
}

void copy_if_there(const fs::path& from, const fs::path& to) {
  const std::string text = read_text(from);
  if (!text.empty()) write_text(to, text);
}

void link(const std::string& target, const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::error_code ignored;
  fs::remove(path, ignored);
  fs::create_symlink(target, path);
}

}  // namespace

std::string host_certificates() {
  if (const char* named = std::getenv("SSL_CERT_FILE")) {
    if (std::string text = read_text(named); !text.empty()) return text;
  }
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    if (std::string text = read_text(path); !text.empty()) return text;
  }
  return {};
}

PrivateEtc PrivateEtc::write(const fs::path& folder, const std::string& own_ca) {
  fs::create_directories(folder);
  write_text(folder / "passwd",
             "root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n");
  write_text(folder / "group", "root:x:0:\nsbx_user1051:x:990:\n");
  write_text(folder / "hosts", "127.0.0.1 localhost\n");
  write_text(folder / "resolv.conf", std::string("nameserver ") + kServiceAddress + "\noptions timeout:1 attempts:2\n");
  write_text(folder / "nsswitch.conf",
             "passwd: files\ngroup: files\nhosts: files dns\nprotocols: files\nservices: files\n");
  write_text(folder / "os-release", read_text("/etc/os-release"));
  for (const char* name :
       {"ld.so.cache", "ld.so.conf", "localtime", "services", "protocols", "mime.types", "pip.conf"}) {
    copy_if_there(fs::path("/etc") / name, folder / name);
  }
  copy_if_there("/etc/ssl/openssl.cnf", folder / "ssl/openssl.cnf");
  std::string bundle = host_certificates();
  if (!bundle.empty() && bundle.back() != '\n') bundle.push_back('\n');
  write_text(folder / "ssl/certs/ca-certificates.crt", bundle + own_ca);
  link("certs/ca-certificates.crt", folder / "ssl/cert.pem");
  link("../../../ssl/certs/ca-certificates.crt", folder / "pki/tls/certs/ca-bundle.crt");
  fs::create_directories(folder / "alternatives");  // a mount point
  // The sandbox runs as an id of its own; the server's umask may be strict.
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_symlink()) ::chmod(entry.path().c_str(), entry.is_directory() ? 0755 : 0644);
  }
  ::chmod(folder.c_str(), 0755);
  return {folder};
}

}  // namespace standpipe::sandbox
