#include "services/iam/session_token.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "base/json.h"
#include "services/iam/arns.h"

namespace standpipe::iam {
namespace {

json::Array print_list(const std::vector<std::string>& list) { return json::Array(list.begin(), list.end()); }

std::vector<std::string> read_list(const json::Value& source, std::string_view name) {
  std::vector<std::string> out;
  if (const json::Value* list = source.find(name)) {
    for (const json::Value& each : list->array()) out.push_back(each.string());
  }
  return out;
}

}  // namespace

std::string seal_token(std::string_view sealing_key, const SessionToken& token) {
  json::Object out{{"key", token.access_key_id},      {"role", token.role_arn},
                   {"role_id", token.role_id},        {"session", token.session_name},
                   {"issued", epoch_ms(token.issued)}, {"expires", epoch_ms(token.expires)}};
  if (!token.source_identity.empty()) out.append("source", token.source_identity);
  if (!token.policies.empty()) out.append("policies", print_list(token.policies));
  if (!token.policy_arns.empty()) out.append("policy_arns", print_list(token.policy_arns));
  if (!token.transitive_tags.empty()) out.append("transitive", print_list(token.transitive_tags));
  if (!token.tags.empty()) {
    json::Object tags;
    for (const auto& [key, value] : token.tags) tags.append(key, value);
    out.append("tags", std::move(tags));
  }
  return base64_encode(seal(sealing_key, json::print(out)));
}

std::optional<SessionToken> open_token(std::string_view sealing_key, std::string_view text) {
  const auto sealed = base64_decode(text);
  std::string plain;
  if (!sealed || !unseal(sealing_key, *sealed, plain)) return std::nullopt;
  try {
    const json::Value source = json::parse(plain);
    SessionToken token;
    token.access_key_id = source.text("key");
    token.role_arn = source.text("role");
    token.role_id = source.text("role_id");
    token.session_name = source.text("session");
    token.source_identity = source.text("source");
    token.policies = read_list(source, "policies");
    token.policy_arns = read_list(source, "policy_arns");
    token.transitive_tags = read_list(source, "transitive");
    if (const json::Value* tags = source.find("tags")) {
      for (const auto& [key, value] : tags->object()) token.tags[key] = value.string();
    }
    const json::Value *issued = source.find("issued"), *expires = source.find("expires");
    // The same key seals other things too; they are no sessions.
    if (issued == nullptr || expires == nullptr || token.role_arn.empty()) return std::nullopt;
    token.issued = from_epoch_ms(issued->integer());
    token.expires = from_epoch_ms(expires->integer());
    return token;
  } catch (const json::ParseError&) {
    return std::nullopt;
  } catch (const json::WrongKind&) {
    return std::nullopt;
  }
}

aws::SessionCredentials issue(std::string_view sealing_key, SessionToken token) {
  token.access_key_id = new_id("ASIA");
  return {.access_key_id = token.access_key_id,
          .secret_access_key = session_secret(sealing_key, token.access_key_id),
          .session_token = seal_token(sealing_key, token),
          .expires = token.expires};
}

std::string session_secret(std::string_view sealing_key, std::string_view access_key_id) {
  return base64_encode(hmac_sha256(sealing_key, "session secret " + std::string(access_key_id)).substr(0, 30));
}

}  // namespace standpipe::iam
