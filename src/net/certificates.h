// Our own certificate authority: created once in a folder, it issues certificates for the names that clients ask for,
// so that unchanged programs can verify `https://…amazonaws.com` against us. Thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;
struct x509_st;

namespace standpipe::net {

class CertificateAuthority {
 public:
  // Reads `ca.pem` and `ca.key` (mode 0600) from the folder, or creates them: an EC P-256 key, valid for ten years.
  // Throws std::system_error, or std::runtime_error if the files do not belong together.
  explicit CertificateAuthority(std::filesystem::path dir);
  ~CertificateAuthority();

  std::string ca_pem() const;
  std::filesystem::path ca_path() const { return dir_ / "ca.pem"; }

  // A certificate and its key, alive as long as the pointers.
  struct Leaf {
    std::shared_ptr<x509_st> certificate;
    std::shared_ptr<evp_pkey_st> key;
  };
  // For a name of AWS (amazonaws.com, on.aws), localhost or a loopback address: a certificate of exactly that name
  // (and, for AWS's names, its siblings by wildcard). For any other and the empty name: one for localhost.
  Leaf leaf(std::string_view name);

 private:
  struct Store;
  const std::filesystem::path dir_;
  std::unique_ptr<Store> store_;
};

// True for names that get a certificate of their own.
bool is_served_name(std::string_view name);

// The bundle that programs on this machine trust: SSL_CERT_FILE, REQUESTS_CA_BUNDLE or the system's; empty if there is
// none.
std::filesystem::path host_ca_bundle();

// Writes the host's bundle and our CA into one file (replaced at once, never seen half written).
void write_combined_bundle(const CertificateAuthority& authority, const std::filesystem::path& file);

}  // namespace standpipe::net
