// Signature Version 4: who signed a request, and did they really? Header and presigned form, session tokens, AWS's
// order of checks and its texts. Pure functions apart from the key look-up; thread-safe.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/access.h"
#include "aws/error.h"
#include "net/http.h"

namespace standpipe::aws {

// How a service words its refusals: error code suffix, HTTP status, text.
enum class AuthStyle { json, query, rest_json, s3 };

struct AuthRules {
  std::string_view signing_name;
  AuthStyle style;
  Duration window;  // how far the client's clock may be off, either way
};

// The signature's parts as the client sent them.
struct SignatureParts {
  bool presigned = false;
  std::string access_key_id, date, region, service, terminator;  // the credential scope
  std::string timestamp;                                         // X-Amz-Date as sent, basic format after checks
  std::vector<std::string> signed_headers;
  std::string signature;
  std::string session_token;
  int64_t expires_s = 0;  // presigned only
  std::string scope() const { return date + "/" + region + "/" + service + "/" + terminator; }
};

struct Authenticated {
  Principal principal;
  SignatureParts parts;
  std::string signing_key;  // continues the chain of a chunk-signed body
};

// Throws Error with the service's own code and status.
Authenticated authenticate(const net::Request& http, const AuthRules& rules, const Credentials& credentials,
                           Timestamp now);

// True if the request carries any form of signature (or an attempt at one).
bool has_signature(const net::Request& http);

// Steps, visible for tests and for signing.
SignatureParts parse_signature(const net::Request& http, const AuthRules& rules, Timestamp now);
std::string canonical_request(const net::Request& http, const SignatureParts& parts, bool s3, std::string_view host,
                              std::string_view payload_hash);
std::string string_to_sign(const SignatureParts& parts, std::string_view canonical);
std::string signing_key(std::string_view secret, const SignatureParts& parts);

// Signs `http` in header form with the given keys (in-process clients, tests).
void sign(net::Request& http, const SessionCredentials& keys, std::string_view region, std::string_view service,
          Timestamp now);
// https URL that anybody may use for `life` to do `method` on the S3 object.
std::string presign_s3(std::string_view method, std::string_view host, std::string_view path,
                       const SessionCredentials& keys, std::string_view region, Timestamp now, Duration life);

}  // namespace standpipe::aws
