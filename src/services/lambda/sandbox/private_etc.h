// The /etc of every sandbox of a server: names, users, resolver, and one bundle of certificates (the host's and ours)
// at all the places where programs look for it. Made once at start; nothing of the host's /etc is visible but this.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace standpipe::sandbox {

struct PrivateEtc {
  std::filesystem::path folder;  // becomes /etc inside

  // Inside; the value of SSL_CERT_FILE and its relatives.
  static constexpr const char* kBundle = "/etc/ssl/certs/ca-certificates.crt";

  // Writes the files anew into `folder`. `own_ca` is our authority's certificate (PEM). Throws std::system_error.
  static PrivateEtc write(const std::filesystem::path& folder, const std::string& own_ca);
};

// The host's bundle: $SSL_CERT_FILE or where distributions keep it; empty text if there is none.
std::string host_certificates();

}  // namespace standpipe::sandbox
