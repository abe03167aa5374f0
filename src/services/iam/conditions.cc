// The global condition keys (IAM user guide, "AWS global condition context keys").
#include "base/bytes.h"
#include "services/iam/authorizer.h"
#include "services/iam/policy/pattern.h"

namespace standpipe::iam {
namespace {

using Kind = aws::Principal::Kind;

void set(aws::Conditions& values, const char* key, std::string value) {
  if (!value.empty()) values[key] = {std::move(value)};
}

std::string type_of(Kind kind) {
  switch (kind) {
    case Kind::anonymous: return "Anonymous";
    case Kind::root: return "Account";
    case Kind::user: return "User";
    case Kind::role_session: return "AssumedRole";
    case Kind::service: return "Service";
  }
  return {};
}

void add_principal(aws::Conditions& values, const aws::Principal& principal, const Tags* tags) {
  set(values, "aws:principaltype", type_of(principal.kind));
  set(values, "aws:principalisawsservice", principal.kind == Kind::service ? "true" : "false");
  if (principal.kind == Kind::service) {
    set(values, "aws:principalservicename", principal.service);
    values["aws:principalservicenameslist"] = {principal.service};
    return;
  }
  set(values, "aws:principalarn", principal.kind == Kind::role_session ? principal.role_arn : principal.arn);
  set(values, "aws:principalaccount", principal.account);
  set(values, "aws:userid", principal.id);
  if (principal.kind == Kind::user) set(values, "aws:username", principal.name);
  if (tags != nullptr) {
    for (const auto& [key, value] : *tags) values["aws:principaltag/" + to_lower(key)] = {value};
  }
  for (const auto& [key, value] : principal.tags) values["aws:principaltag/" + to_lower(key)] = {value};
  set(values, "aws:sourceidentity", principal.source_identity);
  if (principal.kind == Kind::role_session) {
    if (principal.token_issued != Timestamp{}) {
      set(values, "aws:tokenissuetime", format_iso8601_seconds(principal.token_issued));
    }
    set(values, "aws:multifactorauthpresent", "false");
  }
}

void add_network(aws::Conditions& values, const aws::Request& request) {
  set(values, "aws:securetransport", request.secure ? "true" : "false");
  set(values, "aws:useragent", request.user_agent);
  // Of the client only: a service that calls has no address.
  if (request.called_via.empty() && request.source_arn.empty()) set(values, "aws:sourceip", request.source_ip);
  if (request.http != nullptr) {
    for (const auto& [name, value] : request.http->headers.entries()) {
      if (equal_ignoring_case(name, "referer")) set(values, "aws:referer", value);
    }
  }
  set(values, "aws:viaawsservice", request.called_via.empty() ? "false" : "true");
  if (!request.called_via.empty()) {
    values["aws:calledvia"] = {request.called_via};
    set(values, "aws:calledviafirst", request.called_via);
    set(values, "aws:calledvialast", request.called_via);
  }
  if (const auto arn = policy::split_arn(request.source_arn)) {
    set(values, "aws:sourcearn", request.source_arn);
    set(values, "aws:sourceaccount", std::string((*arn)[4]));
  }
}

}  // namespace

aws::Conditions global_conditions(const aws::Request& request, const aws::Access& access, const Tags* tags,
                                  std::string_view resource_account, Timestamp now) {
  aws::Conditions values;
  add_principal(values, request.principal, tags);
  add_network(values, request);
  set(values, "aws:currenttime", format_iso8601_seconds(now));
  set(values, "aws:epochtime", std::to_string(epoch_ms(now) / 1000));
  // IAM has one endpoint for all regions, and it is there.
  set(values, "aws:requestedregion", access.action.starts_with("iam:") ? "us-east-1" : request.region);
  set(values, "aws:resourceaccount", std::string(resource_account));
  for (const auto& [key, list] : access.conditions) values[to_lower(key)] = list;
  return values;
}

}  // namespace standpipe::iam
