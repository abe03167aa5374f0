#include "aws/auth_error.h"

namespace standpipe::aws {
namespace {

bool is_json(const AuthRules& rules) { return rules.style == AuthStyle::json || rules.style == AuthStyle::rest_json; }

int json_status(const AuthRules& rules) { return rules.style == AuthStyle::rest_json ? 403 : 400; }

}  // namespace

Error missing_token(const AuthRules& rules) {
  // S3 takes an unsigned request for one of the anonymous user, who may do nothing here.
  if (rules.style == AuthStyle::s3) return Error("AccessDenied", 403, "Access Denied");
  if (is_json(rules)) {
    return Error("MissingAuthenticationTokenException", json_status(rules), "Missing Authentication Token");
  }
  return Error("MissingAuthenticationToken", 403, "Request is missing Authentication Token");
}

Error incomplete_signature(const AuthRules& rules, std::string message) {
  if (rules.style == AuthStyle::s3) return Error("AuthorizationHeaderMalformed", 400, std::move(message));
  if (is_json(rules)) return Error("IncompleteSignatureException", json_status(rules), std::move(message));
  return Error("IncompleteSignature", 400, std::move(message));
}

Error invalid_signature(const AuthRules& rules, std::string message) {
  if (is_json(rules)) return Error("InvalidSignatureException", json_status(rules), std::move(message));
  return Error("SignatureDoesNotMatch", 403, std::move(message));
}

Error unknown_key(const AuthRules& rules, const std::string& access_key_id) {
  if (rules.style == AuthStyle::s3) {
    return Error("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.")
        .with("AWSAccessKeyId", access_key_id);
  }
  const char* text = "The security token included in the request is invalid.";
  if (is_json(rules) && rules.signing_name != "monitoring") {
    return Error("UnrecognizedClientException", json_status(rules), text);
  }
  return Error("InvalidClientTokenId", 403, text);
}

Error bad_token(const AuthRules& rules) {
  if (rules.style == AuthStyle::s3) {
    return Error("InvalidToken", 400, "The provided token is malformed or otherwise invalid.");
  }
  // Unlike the text for an unknown key this one has no full stop.
  const char* text = "The security token included in the request is invalid";
  if (is_json(rules) && rules.signing_name != "monitoring") {
    return Error("UnrecognizedClientException", json_status(rules), text);
  }
  return Error("InvalidClientTokenId", 403, text);
}

Error expired_token(const AuthRules& rules) {
  if (rules.style == AuthStyle::s3) return Error("ExpiredToken", 400, "The provided token has expired.");
  const char* text = "The security token included in the request is expired";
  if (is_json(rules)) return Error("ExpiredTokenException", json_status(rules), text);
  return Error("ExpiredToken", 403, text);
}

}  // namespace standpipe::aws
