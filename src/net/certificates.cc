#include "net/certificates.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <list>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "net/descriptor.h"

namespace standpipe::net {
namespace {

constexpr long kDay = 24 * 60 * 60;
constexpr long kCaDays = 3650, kLeafDays = 365;
constexpr auto kLeafRenewal = std::chrono::hours(24 * 30);
constexpr size_t kLeavesMax = 1024;

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("certificates: ") + what);
}

Key new_key() {
  Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  require(key != nullptr, "no key generated");
  return key;
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()), X509_EXTENSION_free);
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

void set_name(X509_NAME* name, const std::string& common_name) {
  const auto add = [&](const char* field, const std::string& value) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                               static_cast<int>(value.size()), -1, 0);
  };
  add("O", "Standpipe");
  add("CN", common_name);
}

// Version, serial number, validity, subject and key: what every certificate has.
Certificate begin_certificate(const std::string& common_name, const Key& key, long days) {
  Certificate certificate(X509_new(), X509_free);
  require(certificate != nullptr, "out of memory");
  X509_set_version(certificate.get(), X509_VERSION_3);
  unsigned char serial[16];
  require(RAND_bytes(serial, sizeof serial) == 1, "no random number");
  serial[0] &= 0x7f;
  serial[0] |= 0x40;
  const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> number(BN_bin2bn(serial, sizeof serial, nullptr), BN_free);
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kDay);
  set_name(X509_get_subject_name(certificate.get()), common_name);
  require(X509_set_pubkey(certificate.get(), key.get()) == 1, "key not usable");
  return certificate;
}

Certificate make_ca(const Key& key) {
  unsigned char tag[4];
  require(RAND_bytes(tag, sizeof tag) == 1, "no random number");
  // Each installation's authority has a name of its own, so that one machine can trust several.
  const std::string name = "Standpipe CA " + hex_encode({reinterpret_cast<const char*>(tag), sizeof tag});
  Certificate ca = begin_certificate(name, key, kCaDays);
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  require(X509_sign(ca.get(), key.get(), EVP_sha256()) > 0, "signing failed");
  return ca;
}

std::string pem(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return {text, static_cast<size_t>(size)};
}

std::string to_pem(X509* certificate) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  require(PEM_write_bio_X509(bio.get(), certificate) == 1, "PEM not written");
  return pem(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  require(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "PEM not written");
  return pem(bio.get());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::system_error(errno, std::generic_category(), path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_synced(const std::filesystem::path& path, std::string_view bytes, mode_t mode) {
  const auto raise = [&] { throw std::system_error(errno, std::generic_category(), path.string()); };
  const std::filesystem::path fresh = path.string() + ".new";
  ::unlink(fresh.c_str());
  const Descriptor file(::open(fresh.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode));
  if (!file) raise();
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0) raise();
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(file.get()) != 0 || ::rename(fresh.c_str(), path.c_str()) != 0) raise();
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) raise();
}

bool is_address(const std::string& name) {
  in6_addr address;
  return ::inet_pton(AF_INET, name.c_str(), &address) == 1 || ::inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

bool under(std::string_view name, std::string_view domain) {
  return name == domain || (name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.');
}

std::string alternative_names(const std::string& name) {
  const std::string local = "DNS:localhost,IP:127.0.0.1,IP:::1";
  if (name == "localhost") return local;
  if (is_address(name)) return "IP:" + name + "," + local;
  std::string names = "DNS:" + name;
  const size_t dot = name.find('.');
  // One label stands for any bucket, collection or account of a region; never for whole domains.
  if (std::ranges::count(name, '.') >= 3 && name[0] != '*') names += ",DNS:*" + name.substr(dot);
  return names;
}

}  // namespace

struct CertificateAuthority::Store {
  Key ca_key, leaf_key;
  Certificate ca;

  struct Issued {
    Certificate certificate;
    std::chrono::steady_clock::time_point renew_at;
    std::list<std::string>::iterator used;
  };
  std::mutex mutex;  // guards what follows
  std::unordered_map<std::string, Issued> leaves;
  std::list<std::string> by_use;  // most recent first

  void load(const std::string& key_text, const std::string& ca_text);
  Certificate issue(const std::string& name) const;
};

void CertificateAuthority::Store::load(const std::string& key_text, const std::string& ca_text) {
  const std::unique_ptr<BIO, int (*)(BIO*)> key_bio(BIO_new_mem_buf(key_text.data(), static_cast<int>(key_text.size())),
                                                    BIO_free);
  ca_key = Key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  require(ca_key != nullptr, "ca.key is not a private key");
  if (ca_text.empty()) {
    ca = make_ca(ca_key);
    return;
  }
  const std::unique_ptr<BIO, int (*)(BIO*)> ca_bio(BIO_new_mem_buf(ca_text.data(), static_cast<int>(ca_text.size())),
                                                   BIO_free);
  ca = Certificate(PEM_read_bio_X509(ca_bio.get(), nullptr, nullptr, nullptr), X509_free);
  require(ca != nullptr, "ca.pem is not a certificate");
  require(X509_check_private_key(ca.get(), ca_key.get()) == 1, "ca.pem and ca.key do not belong together");
}

Certificate CertificateAuthority::Store::issue(const std::string& name) const {
  constexpr size_t kCommonNameMax = 64;
  Certificate leaf = begin_certificate(name.size() <= kCommonNameMax ? name : "Standpipe", leaf_key, kLeafDays);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca.get()));
  add_extension(leaf.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(leaf.get(), ca.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(leaf.get(), ca.get(), NID_ext_key_usage, "serverAuth");
  add_extension(leaf.get(), ca.get(), NID_subject_alt_name, alternative_names(name));
  add_extension(leaf.get(), ca.get(), NID_subject_key_identifier, "hash");
  add_extension(leaf.get(), ca.get(), NID_authority_key_identifier, "keyid:always");
  require(X509_sign(leaf.get(), ca_key.get(), EVP_sha256()) > 0, "signing failed");
  return leaf;
}

CertificateAuthority::CertificateAuthority(std::filesystem::path dir)
    : dir_(std::move(dir)), store_(std::make_unique<Store>()) {
  std::filesystem::create_directories(dir_);
  const std::filesystem::path key_path = dir_ / "ca.key";
  // The key is written first: a start that was interrupted between the two files is completed by the next one.
  if (!std::filesystem::exists(key_path)) {
    if (std::filesystem::exists(ca_path())) throw std::runtime_error(key_path.string() + " is missing");
    write_synced(key_path, to_pem(new_key().get()), 0600);
  }
  const bool complete = std::filesystem::exists(ca_path());
  store_->load(read_file(key_path), complete ? read_file(ca_path()) : std::string());
  if (!complete) write_synced(ca_path(), to_pem(store_->ca.get()), 0644);
  store_->leaf_key = new_key();
}

CertificateAuthority::~CertificateAuthority() = default;

std::string CertificateAuthority::ca_pem() const { return to_pem(store_->ca.get()); }

CertificateAuthority::Leaf CertificateAuthority::leaf(std::string_view asked) {
  const std::string lower = to_lower(asked);
  const std::string name = is_served_name(lower) ? lower : "localhost";
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(store_->mutex);
    const auto found = store_->leaves.find(name);
    if (found != store_->leaves.end() && now < found->second.renew_at) {
      store_->by_use.splice(store_->by_use.begin(), store_->by_use, found->second.used);
      return {found->second.certificate, store_->leaf_key};
    }
  }
  Certificate issued = store_->issue(name);
  const std::lock_guard lock(store_->mutex);
  if (const auto found = store_->leaves.find(name); found != store_->leaves.end()) {
    store_->by_use.erase(found->second.used);
    store_->leaves.erase(found);
  }
  if (store_->leaves.size() >= kLeavesMax) {
    store_->leaves.erase(store_->by_use.back());
    store_->by_use.pop_back();
  }
  store_->by_use.push_front(name);
  store_->leaves.emplace(name, Store::Issued{issued, now + kLeafRenewal, store_->by_use.begin()});
  return {std::move(issued), store_->leaf_key};
}

bool is_served_name(std::string_view name) {
  const std::string lower = to_lower(name);
  if (lower == "localhost") return true;
  if (is_address(lower)) return lower.starts_with("127.") || lower == "::1";
  // Only what a host name is made of goes into a certificate.
  const bool plain = !lower.empty() && lower.size() <= 253 && lower.front() != '.' && lower.back() != '.' &&
                     lower.find("..") == std::string::npos && std::ranges::all_of(lower, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
                     });
  return plain && (under(lower, "amazonaws.com") || under(lower, "on.aws") || under(lower, "localhost"));
}

std::filesystem::path host_ca_bundle() {
  for (const char* variable : {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}) {
    const char* path = std::getenv(variable);
    if (path && *path && std::filesystem::is_regular_file(path)) return path;
  }
  for (const char* path :
       {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"}) {
    if (std::filesystem::is_regular_file(path)) return path;
  }
  return {};
}

void write_combined_bundle(const CertificateAuthority& authority, const std::filesystem::path& file) {
  const std::filesystem::path host = host_ca_bundle();
  std::string bundle = host.empty() ? std::string() : read_file(host);
  if (!bundle.empty() && bundle.back() != '\n') bundle += '\n';
  write_synced(file, bundle + authority.ca_pem(), 0644);
}

}  // namespace standpipe::net
