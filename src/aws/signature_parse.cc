// From an Authorization header or a presigned query to SignatureParts: checks 3 to 12 of AWS's order, first failure
// wins.
#include <map>
#include <optional>

#include "aws/auth_error.h"
#include "base/bytes.h"

namespace standpipe::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
using Parameters = std::map<std::string, std::string>;

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// Query parameters by name; of duplicates the first counts.
Parameters query_parameters(const net::Request& http) {
  Parameters found;
  for (const std::string& part : split(http.query(), '&')) {
    const size_t equals = part.find('=');
    const auto name = uri_decode(part.substr(0, equals));
    const auto value = equals == std::string::npos ? std::string() : uri_decode(part.substr(equals + 1));
    if (name && value) found.emplace(*name, *value);
  }
  return found;
}

// Authorization's key=value list; of duplicates the last counts.
Parameters header_parameters(std::string_view header, const AuthRules& rules) {
  const size_t space = header.find(' ');
  const std::string_view algorithm = header.substr(0, space);
  if (algorithm != kAlgorithm) {
    if (rules.style == AuthStyle::s3) {
      throw Error("InvalidRequest", 400,
                  "The authorization mechanism you have provided is not supported. Please use "
                  "AWS4-HMAC-SHA256.");
    }
    throw incomplete_signature(
        rules, "Unsupported AWS 'algorithm': " + quoted(algorithm) + " (only AWS4-HMAC-SHA256 for now). ");
  }
  Parameters found;
  const std::string_view rest = space == std::string_view::npos ? "" : header.substr(space + 1);
  for (const std::string& part : split(rest, ',')) {
    const std::string_view item = trim(part);
    const size_t equals = item.find('=');
    if (equals == std::string_view::npos) {
      throw incomplete_signature(rules, quoted(item) + " not a valid key=value pair (missing equal-sign) in " +
                                            "Authorization header: " + quoted(header) + ".");
    }
    found[std::string(item.substr(0, equals))] = std::string(item.substr(equals + 1));
  }
  return found;
}

std::string text_of(const Parameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

void require_header_parts(const Parameters& found, const net::Request& http, std::string_view header,
                          const AuthRules& rules) {
  std::string missing;
  for (const char* name : {"Credential", "Signature", "SignedHeaders"}) {
    if (text_of(found, name).empty())
      missing += std::string("Authorization header requires '") + name + "' parameter. ";
  }
  if (!http.headers.contains("x-amz-date") && !http.headers.contains("date")) {
    missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (!missing.empty()) {
    if (rules.style == AuthStyle::s3) missing = "The authorization header is malformed; " + missing;
    throw incomplete_signature(rules, missing + "Authorization=" + std::string(header));
  }
}

void require_query_parts(const Parameters& found, const AuthRules& rules) {
  std::string missing;
  for (const char* name :
       {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"}) {
    if (text_of(found, name).empty()) {
      missing += std::string("AWS query-string parameters must include '") + name + "'. ";
    }
  }
  const bool s3 = rules.style == AuthStyle::s3;
  if (s3 && (!missing.empty() || !found.contains("X-Amz-Expires"))) {
    throw Error(
        "AuthorizationQueryParametersError", 400,
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
        "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  }
  if (!missing.empty()) throw incomplete_signature(rules, missing + "Re-examine the query-string parameters.");
  if (text_of(found, "X-Amz-Algorithm") != kAlgorithm) {
    if (s3) throw Error("AuthorizationQueryParametersError", 400, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
    throw incomplete_signature(rules, "Unsupported AWS 'algorithm': " + quoted(text_of(found, "X-Amz-Algorithm")) +
                                          " (only AWS4-HMAC-SHA256 for now). ");
  }
}

// The date in basic form, whichever of the accepted forms was sent.
std::string basic_date(const std::string& sent, const AuthRules& rules, bool presigned) {
  if (parse_basic(sent)) return sent;
  auto time = presigned ? std::nullopt : parse_iso8601(sent);
  if (!time && !presigned) time = parse_http_date(sent);
  if (time) return format_basic(*time);
  if (rules.style == AuthStyle::s3) {
    if (presigned) {
      throw Error("AuthorizationQueryParametersError", 400,
                  "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
    }
    throw Error("AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header");
  }
  throw incomplete_signature(rules, "Date must be in ISO-8601 'basic format'. Got " + quoted(sent) +
                                        ". See http://en.wikipedia.org/wiki/ISO_8601");
}

void check_window(const SignatureParts& parts, const AuthRules& rules, Timestamp now) {
  const Timestamp signed_at = *parse_basic(parts.timestamp);
  if (parts.presigned && rules.style == AuthStyle::s3) {
    if (signed_at > now + rules.window) throw Error("AccessDenied", 403, "Request is not valid yet");
    const Timestamp end = signed_at + std::chrono::seconds(parts.expires_s);
    if (now > end) {
      throw Error("AccessDenied", 403, "Request has expired")
          .with("X-Amz-Expires", std::to_string(parts.expires_s))
          .with("Expires", format_iso8601_seconds(end))
          .with("ServerTime", format_iso8601_seconds(now));
    }
    return;
  }
  const Duration window =
      parts.presigned && parts.expires_s > 0 ? Duration{std::chrono::seconds(parts.expires_s)} : rules.window;
  const bool late = signed_at<now - window, early = signed_at> now + rules.window;
  if (!late && !early) return;
  if (rules.style == AuthStyle::s3) {
    throw Error("RequestTimeTooSkewed", 403,
                "The difference between the request time and the current time is too large.")
        .with("RequestTime", parts.timestamp)
        .with("ServerTime", format_iso8601_seconds(now))
        .with("MaxAllowedSkewMilliseconds", std::to_string(rules.window.count()));
  }
  const std::string minutes = std::to_string(std::chrono::duration_cast<std::chrono::minutes>(window).count());
  throw invalid_signature(
      rules, late ? "Signature expired: " + parts.timestamp + " is now earlier than " + format_basic(now - window) +
                        " (" + format_basic(now) + " - " + minutes + " min.)"
                  : "Signature not yet current: " + parts.timestamp + " is still later than " +
                        format_basic(now + rules.window) + " (" + format_basic(now) + " + " + minutes + " min.)");
}

bool valid_region(std::string_view region) {
  if (region.size() < 3 || region.size() > 32) return false;
  for (const char c : region) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return true;
}

Error scope_error(const AuthRules& rules, bool presigned, const std::string& detail) {
  if (presigned) {
    return Error("AuthorizationQueryParametersError", 400, "Error parsing the X-Amz-Credential parameter; " + detail);
  }
  return incomplete_signature(rules, "The authorization header is malformed; " + detail);
}

void parse_scope(SignatureParts& parts, const std::string& credential, const AuthRules& rules) {
  const std::vector<std::string> items = split(credential, '/');
  const bool s3 = rules.style == AuthStyle::s3;
  if (items.size() != 5) {
    if (s3) {
      throw scope_error(
          rules, parts.presigned,
          "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
    }
    throw incomplete_signature(rules,
                               "Credential must have exactly 5 slash-delimited elements, e.g. "
                               "keyid/date/region/service/term, got " +
                                   quoted(credential));
  }
  parts.access_key_id = items[0];
  parts.date = items[1];
  parts.region = items[2];
  parts.service = items[3];
  parts.terminator = items[4];
}

void check_scope(const SignatureParts& parts, const AuthRules& rules) {
  const std::string day = parts.timestamp.substr(0, 8);
  if (rules.style == AuthStyle::s3) {
    const auto refuse = [&](const std::string& detail) { return scope_error(rules, parts.presigned, detail); };
    if (!valid_region(parts.region)) throw refuse("the region '" + parts.region + "' is wrong; expecting 'us-east-1'");
    if (parts.service != rules.signing_name) {
      throw refuse("incorrect service \"" + parts.service + "\". This endpoint belongs to \"s3\".");
    }
    if (parts.terminator != "aws4_request") {
      throw refuse("incorrect terminal \"" + parts.terminator + "\". This endpoint uses \"aws4_request\".");
    }
    if (parts.date != day) throw refuse("Invalid credential date. Date is not the same as X-Amz-Date.");
    return;
  }
  std::string wrong;
  if (!valid_region(parts.region)) {
    wrong += "Credential should be scoped to a valid region, not " + quoted(parts.region) + ". ";
  }
  if (parts.service != rules.signing_name) {
    wrong += "Credential should be scoped to correct service: " + quoted(rules.signing_name) + ". ";
  }
  if (parts.terminator != "aws4_request") {
    wrong +=
        "Credential should be scoped with a valid terminator: 'aws4_request', not " + quoted(parts.terminator) + ". ";
  }
  if (parts.date != day) {
    wrong += "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: " +
             quoted(parts.date) + " != " + quoted(day) + ", from " + quoted(parts.timestamp) + ". ";
  }
  if (!wrong.empty()) throw invalid_signature(rules, wrong);
}

void check_expires(SignatureParts& parts, const Parameters& found, const AuthRules& rules) {
  if (!found.contains("X-Amz-Expires")) return;
  const auto number = parse_int(text_of(found, "X-Amz-Expires"));
  const auto refuse = [&](const char* text) { return Error("AuthorizationQueryParametersError", 400, text); };
  if (!number) throw refuse("X-Amz-Expires should be a number");
  if (*number < 0) throw refuse("X-Amz-Expires must be non-negative");
  if (*number > 604'800) {
    throw refuse(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
        "604800 seconds");
  }
  parts.expires_s = *number;
  static_cast<void>(rules);
}

void check_signed_headers(const SignatureParts& parts, const net::Request& http, const AuthRules& rules) {
  const auto is_signed = [&](std::string_view name) {
    for (const std::string& header : parts.signed_headers) {
      if (header == name) return true;
    }
    return false;
  };
  if (!is_signed("host") && !is_signed(":authority")) {
    if (rules.style == AuthStyle::s3)
      throw Error("AccessDenied", 403, "There were headers present in the request which were not signed")
          .with("HeadersNotSigned", "host");
    throw invalid_signature(rules, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (rules.style != AuthStyle::s3) return;
  std::vector<std::string> unsigned_names;
  for (const auto& [name, value] : http.headers.entries()) {
    const std::string lower = to_lower(name);
    // The payload's hash takes part in the signature by itself.
    if (lower.starts_with("x-amz-") && lower != "x-amz-content-sha256" && !is_signed(lower))
      unsigned_names.push_back(lower);
  }
  if (!unsigned_names.empty()) {
    throw Error("AccessDenied", 403, "There were headers present in the request which were not signed")
        .with("HeadersNotSigned", join(unsigned_names, ", "));
  }
}

}  // namespace

bool has_signature(const net::Request& http) {
  if (http.headers.contains("authorization")) return true;
  const std::string_view query = http.query();
  return query.find("X-Amz-Algorithm=") != std::string_view::npos ||
         query.find("X-Amz-Signature=") != std::string_view::npos ||
         query.find("X-Amz-Credential=") != std::string_view::npos;
}

SignatureParts parse_signature(const net::Request& http, const AuthRules& rules, Timestamp now) {
  const std::string* header = http.headers.find("authorization");
  const bool in_query =
      has_signature(http) && (header == nullptr || http.query().find("X-Amz-Algorithm=") != std::string_view::npos);
  if (header == nullptr && !in_query) {
    if (rules.style == AuthStyle::s3 && http.query().find("AWSAccessKeyId=") != std::string_view::npos) {
      throw Error("InvalidRequest", 400,  // version 2, as old presigned URLs have it
                  "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
    }
    throw missing_token(rules);
  }
  if (header != nullptr && in_query) {
    if (rules.style == AuthStyle::s3) {
      throw Error("InvalidArgument", 400,
                  "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
                  "Signature query string parameter or the Authorization header should be specified");
    }
    throw invalid_signature(rules,
                            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
  }
  SignatureParts parts;
  parts.presigned = in_query;
  Parameters found;
  std::string date, credential, signed_headers;
  if (in_query) {
    found = query_parameters(http);
    require_query_parts(found, rules);
    date = text_of(found, "X-Amz-Date");
    credential = text_of(found, "X-Amz-Credential");
    signed_headers = text_of(found, "X-Amz-SignedHeaders");
    parts.signature = text_of(found, "X-Amz-Signature");
    parts.session_token = text_of(found, "X-Amz-Security-Token");
    check_expires(parts, found, rules);
  } else {
    found = header_parameters(*header, rules);
    require_header_parts(found, http, *header, rules);
    const std::string* amz_date = http.headers.find("x-amz-date");
    date = amz_date != nullptr ? *amz_date : http.headers.get("date");
    credential = text_of(found, "Credential");
    signed_headers = text_of(found, "SignedHeaders");
    parts.signature = text_of(found, "Signature");
    parts.session_token = http.headers.get("x-amz-security-token");
  }
  parts.timestamp = basic_date(date, rules, in_query);
  parts.signed_headers = split(signed_headers, ';');
  check_window(parts, rules, now);
  check_signed_headers(parts, http, rules);
  parse_scope(parts, credential, rules);
  check_scope(parts, rules);
  return parts;
}

}  // namespace standpipe::aws
