// The settings that many TLS connections share. Thread-safe.
#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace standpipe::net {

class CertificateAuthority;

class TlsContext {
 public:
  // For servers: certificates by the name asked for, TLS 1.2 and 1.3, offers h2 and http/1.1.
  static std::shared_ptr<TlsContext> server(std::shared_ptr<CertificateAuthority> certificates);
  // For clients: verifies against the given bundle of PEM certificates. Throws std::system_error if it cannot be read.
  static std::shared_ptr<TlsContext> client(const std::string& ca_bundle, bool offer_http2 = false);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ssl_ctx_st* get() const { return context_; }

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
  std::shared_ptr<CertificateAuthority> certificates_;
};

}  // namespace standpipe::net
