#include "aws/signature.h"

#include "aws/auth_error.h"
#include "base/bytes.h"
#include "base/digest.h"

namespace standpipe::aws {
namespace {

constexpr std::string_view kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and "
    "signing method. Consult the service documentation for details.";

bool uses_content_header(const AuthRules& rules) {
  return rules.style == AuthStyle::s3 || rules.signing_name == "aoss";
}

// The hash that the client put into its canonical request, after checking that it is that of the body.
std::string payload_hash(const net::Request& http, const AuthRules& rules, bool presigned) {
  const std::string* header = http.headers.find("x-amz-content-sha256");
  if (!uses_content_header(rules)) return hex_encode(sha256(http.body.view()));
  if (presigned && rules.style == AuthStyle::s3) return header != nullptr ? *header : "UNSIGNED-PAYLOAD";
  if (header == nullptr) {
    if (rules.style != AuthStyle::s3) return hex_encode(sha256(http.body.view()));
    throw Error("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256");
  }
  const bool streaming = header->starts_with("STREAMING-");
  const bool known = *header == "UNSIGNED-PAYLOAD" || *header == "STREAMING-UNSIGNED-PAYLOAD-TRAILER" ||
                     *header == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" ||
                     *header == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
  if (streaming && header->find("ECDSA") != std::string::npos) {
    throw Error("InvalidRequest", 400, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  }
  if (known && (rules.style == AuthStyle::s3 || !streaming)) return *header;
  const auto sent = hex_decode(*header);
  if (!sent || sent->size() != 32) {
    throw Error("InvalidRequest", 400, "The value of x-amz-content-sha256 header is invalid.");
  }
  return *header;
}

void check_payload(const net::Request& http, const std::string& hash) {
  if (hash.size() != 64 || !hex_decode(hash)) return;
  const std::string computed = hex_encode(sha256(http.body.view()));
  if (computed == hash) return;
  throw Error("XAmzContentSHA256Mismatch", 400,
              "The provided 'x-amz-content-sha256' header does not match what was computed.")
      .with("ClientComputedContentSHA256", hash)
      .with("S3ComputedContentSHA256", computed);
}

Error mismatch(const AuthRules& rules, const SignatureParts& parts, const std::string& canonical) {
  if (rules.style != AuthStyle::s3) return invalid_signature(rules, std::string(kMismatch));
  const std::string to_sign = string_to_sign(parts, canonical);
  const auto spaced_hex = [](std::string_view bytes) {
    std::string out;
    for (const char c : bytes) out += (out.empty() ? "" : " ") + hex_encode(std::string_view(&c, 1));
    return out;
  };
  return Error("SignatureDoesNotMatch", 403,
               "The request signature we calculated does not match the signature you provided. Check your key and "
               "signing method.")
      .with("AWSAccessKeyId", parts.access_key_id)
      .with("StringToSign", to_sign)
      .with("SignatureProvided", parts.signature)
      .with("StringToSignBytes", spaced_hex(to_sign))
      .with("CanonicalRequest", canonical)
      .with("CanonicalRequestBytes", spaced_hex(canonical));
}

}  // namespace

Authenticated authenticate(const net::Request& http, const AuthRules& rules, const Credentials& credentials,
                           Timestamp now) {
  Authenticated result;
  result.parts = parse_signature(http, rules, now);
  const SignatureParts& parts = result.parts;
  const std::string hash = payload_hash(http, rules, parts.presigned);

  auto credential = credentials.find(parts.access_key_id, parts.session_token);
  if (!credential) throw unknown_key(rules, parts.access_key_id);
  if (credential->state == Credential::State::bad_token) throw bad_token(rules);
  if (credential->state == Credential::State::expired) throw expired_token(rules);

  result.signing_key = signing_key(credential->secret, parts);
  const bool s3 = rules.style == AuthStyle::s3;
  const std::string host = http.headers.get("host");
  const auto matches = [&](std::string_view as_host) {
    const std::string canonical = canonical_request(http, parts, s3, as_host, hash);
    return constant_time_equal(hex_encode(hmac_sha256(result.signing_key, string_to_sign(parts, canonical))),
                               parts.signature);
  };
  bool good = matches(host);
  // Some clients sign the host without the port that they send (Fluent Bit).
  const size_t colon = host.rfind(':');
  if (!good && colon != std::string::npos) good = matches(host.substr(0, colon));
  if (!good) throw mismatch(rules, parts, canonical_request(http, parts, s3, host, hash));
  if (uses_content_header(rules)) check_payload(http, hash);

  result.principal = std::move(credential->principal);
  result.principal.access_key_id = parts.access_key_id;
  return result;
}

void sign(net::Request& http, const SessionCredentials& keys, std::string_view region, std::string_view service,
          Timestamp now) {
  SignatureParts parts;
  parts.access_key_id = keys.access_key_id;
  parts.timestamp = format_basic(now);
  parts.date = parts.timestamp.substr(0, 8);
  parts.region = region;
  parts.service = service;
  parts.terminator = "aws4_request";
  const std::string hash = hex_encode(sha256(http.body.view()));
  http.headers.set("x-amz-date", parts.timestamp);
  http.headers.set("x-amz-content-sha256", hash);
  parts.signed_headers = {"host", "x-amz-content-sha256", "x-amz-date"};
  if (!keys.session_token.empty()) {
    http.headers.set("x-amz-security-token", keys.session_token);
    parts.signed_headers.push_back("x-amz-security-token");
  }
  const std::string canonical = canonical_request(http, parts, service == "s3", http.headers.get("host"), hash);
  const std::string key = signing_key(keys.secret_access_key, parts);
  http.headers.set("authorization", "AWS4-HMAC-SHA256 Credential=" + parts.access_key_id + "/" + parts.scope() +
                                        ", SignedHeaders=" + join(parts.signed_headers, ";") + ", Signature=" +
                                        hex_encode(hmac_sha256(key, string_to_sign(parts, canonical))));
}

std::string presign_s3(std::string_view method, std::string_view host, std::string_view path,
                       const SessionCredentials& keys, std::string_view region, Timestamp now, Duration life) {
  SignatureParts parts;
  parts.presigned = true;
  parts.access_key_id = keys.access_key_id;
  parts.timestamp = format_basic(now);
  parts.date = parts.timestamp.substr(0, 8);
  parts.region = region;
  parts.service = "s3";
  parts.terminator = "aws4_request";
  parts.signed_headers = {"host"};
  net::Request http;
  http.method = method;
  http.target = uri_encode(path, true) + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" +
                uri_encode(parts.access_key_id + "/" + parts.scope()) + "&X-Amz-Date=" + parts.timestamp +
                "&X-Amz-Expires=" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(life).count()) +
                "&X-Amz-SignedHeaders=host";
  if (!keys.session_token.empty()) http.target += "&X-Amz-Security-Token=" + uri_encode(keys.session_token);
  const std::string canonical = canonical_request(http, parts, true, host, "UNSIGNED-PAYLOAD");
  const std::string signature =
      hex_encode(hmac_sha256(signing_key(keys.secret_access_key, parts), string_to_sign(parts, canonical)));
  return "https://" + std::string(host) + http.target + "&X-Amz-Signature=" + signature;
}

}  // namespace standpipe::aws
