#include "net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstring>
#include <new>
#include <system_error>

#include "base/logging.h"
#include "net/certificates.h"

namespace standpipe::net {
namespace {

constexpr unsigned char kProtocols[] = "\x02h2\x08http/1.1";

// Called when a client's hello has arrived: chooses the certificate by the name that it asks for.
int choose_certificate(SSL* tls, void* authority) {
  const char* name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
  try {
    const auto leaf = static_cast<CertificateAuthority*>(authority)->leaf(name ? name : "");
    return SSL_use_certificate(tls, leaf.certificate.get()) == 1 && SSL_use_PrivateKey(tls, leaf.key.get()) == 1;
  } catch (const std::exception& error) {
    logging::error("no certificate for {}: {}", name ? name : "", error.what());
    return 0;
  }
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, kProtocols, sizeof kProtocols - 1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

std::shared_ptr<TlsContext> TlsContext::server(std::shared_ptr<CertificateAuthority> certificates) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  if (!context) throw std::bad_alloc();
  std::shared_ptr<TlsContext> made(new TlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // resumption by tickets, which keep no state here
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_cert_cb(context, choose_certificate, certificates.get());
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  made->certificates_ = std::move(certificates);
  return made;
}

std::shared_ptr<TlsContext> TlsContext::client(const std::string& ca_bundle, bool offer_http2) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (!context) throw std::bad_alloc();
  std::shared_ptr<TlsContext> made(new TlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (offer_http2) SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols - 1);
  if (SSL_CTX_load_verify_file(context, ca_bundle.c_str()) != 1) {
    ERR_clear_error();
    throw std::system_error(std::make_error_code(std::errc::invalid_argument), "CA bundle " + ca_bundle);
  }
  return made;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

}  // namespace standpipe::net
