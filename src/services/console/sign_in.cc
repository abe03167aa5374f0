// Visits, sign-in and sign-out. What is wrong with a name and password is never told: not by words, status or time.
#include <algorithm>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/random.h"
#include "generated/iam.h"
#include "services/console/console.h"

namespace standpipe::console {
namespace {

constexpr auto kHashingWait = std::chrono::seconds(2);
constexpr size_t kVisitLength = 64;

constexpr std::string_view kRegions[] = {
    "af-south-1",     "ap-east-1",      "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-south-2",     "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ca-central-1",
    "ca-west-1",      "eu-central-1",   "eu-central-2",   "eu-north-1",     "eu-south-1",     "eu-south-2",
    "eu-west-1",      "eu-west-2",      "eu-west-3",      "il-central-1",   "me-central-1",   "me-south-1",
    "sa-east-1",      "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2"};

json::Object shown_principal(const aws::Principal& principal) {
  using Kind = aws::Principal::Kind;
  const char* kind = principal.kind == Kind::root ? "root" : principal.kind == Kind::user ? "user" : "role";
  std::string name = principal.kind == Kind::root ? "root" : principal.name;
  if (principal.kind == Kind::role_session) name += "/" + principal.session_name;
  return {{"arn", principal.arn}, {"account", principal.account}, {"kind", kind}, {"name", name}};
}

// The cookie is the client's; only what we could have made is taken.
bool is_visit(const std::string& value) {
  return value.size() == kVisitLength && hex_decode(value).has_value();
}

std::string required(const json::Value& input, std::string_view name) {
  const json::Value* value = input.find(name);
  if (value == nullptr || !value->is_string()) {
    throw aws::Error("ValidationError", 400, "The string " + std::string(name) + " is required.");
  }
  return value->string();
}

}  // namespace

json::Object Console::shown(const Visit& visit, const aws::SignedIn* who) const {
  json::Array regions;
  for (const std::string_view region : kRegions) regions.emplace_back(region);
  if (std::ranges::find(kRegions, settings_.region) == std::end(kRegions)) regions.emplace_back(settings_.region);
  json::Object shown{{"signedIn", who != nullptr},
                     {"region", settings_.region},
                     {"defaultAccount", aws::kDefaultAccount},
                     {"regions", std::move(regions)},
                     {"permissive", settings_.permissive},
                     {"version", settings_.version}};
  if (who != nullptr) shown["principal"] = shown_principal(who->principal);
  if (visit.mount.collection.empty()) return shown;
  json::Object collection{{"id", visit.mount.collection}};
  // Which collections others have is not told.
  const auto found = who == nullptr ? std::nullopt : around_.collections.find(visit.mount.collection);
  if (found && found->account == who->principal.account) {
    collection = {{"id", found->id},
                  {"name", found->name},
                  {"region", found->region},
                  {"type", found->type},
                  {"arn", found->arn()}};
  }
  shown["collection"] = std::move(collection);
  return shown;
}

net::Response Console::session(Visit& visit) {
  json::Object shown = this->shown(visit, visit.who ? &*visit.who : nullptr);
  if (visit.who) {
    shown["csrfToken"] = token_for(visit.http, "session");
    return answer(shown);
  }
  std::string value = cookie(visit.http, "visit");
  const bool known = is_visit(value);
  if (!known) value = hex_encode(random_bytes(kVisitLength / 2));
  shown["csrfToken"] = hex_encode(hmac_sha256(token_key_, "visit/" + value));
  net::Response response = answer(shown);
  if (!known) set_cookie(response, visit.http, "visit", value);
  return response;
}

net::Response Console::begin_session(Visit& visit, aws::SignedIn who) {
  sessions_.end(cookie(visit.http, "session"));  // always a new id
  json::Object shown = this->shown(visit, &who);
  const std::string id = sessions_.begin(std::move(who));
  shown["csrfToken"] = hex_encode(hmac_sha256(token_key_, "session/" + id));
  net::Response response = answer(shown);
  set_cookie(response, visit.http, "session", id);
  return response;
}

net::Response Console::sign_out(Visit& visit) {
  sessions_.end(cookie(visit.http, "session"));
  net::Response response = answer(json::Object{});
  clear_cookie(response, visit.http, "session");
  return response;
}

net::Response Console::sign_in_failed(Visit& visit, const std::optional<aws::Principal>& owner) {
  const char* text = "Your authentication information is incorrect. Please try again.";
  aws::Request claimed = visit.request;
  if (owner) claimed.principal = *owner;
  // A name that nobody has may be a password that was typed into the wrong field: it is not remembered.
  aws::Refusal refusal = aws::refusal_of(claimed, aws::DecidedBy::sign_in, "SignInFailed",
                                         !owner                         ? "nobody has this name or key"
                                         : owner->access_key_id.empty() ? "the password is wrong, or there is none"
                                                                        : "the secret key or session token is wrong");
  refusal.service = "console";
  refusal.action = "signin:ConsoleLogin";
  if (!owner) refusal.account = aws::kDefaultAccount;
  around_.refusals.record(std::move(refusal));
  return error(401, "SignInFailed", text);
}

std::optional<net::Response> Console::limited(Visit& visit, const std::string& name) {
  const auto wait = attempts_.take(name, address_group(visit.request.source_ip));
  if (!wait) return std::nullopt;
  net::Response response = error(429, "TooManyAttempts", "Too many attempts. Wait before you try again.");
  response.headers.set("retry-after", std::to_string((wait->count() + 999) / 1000));
  return response;
}

std::optional<net::Response> Console::verify(Visit& visit, const Attempt& attempt, std::optional<aws::SignedIn>& who) {
  if (auto response = limited(visit, attempt.name)) return response;
  if (!hashing_.try_acquire_for(kHashingWait)) {
    net::Response response = error(429, "TooManyAttempts", "Too many attempts. Wait before you try again.");
    response.headers.set("retry-after", "1");
    return response;
  }
  who = around_.sign_in.by_password(attempt.account, attempt.user_name, attempt.password);
  hashing_.release();
  if (!who) return sign_in_failed(visit, around_.sign_in.owner_of_name(attempt.account, attempt.user_name));
  attempts_.give_back(attempt.name, address_group(visit.request.source_ip));
  return std::nullopt;
}

net::Response Console::sign_in(Visit& visit) {
  const json::Value input = json::parse(visit.http.body.view());
  std::optional<aws::SignedIn> who;
  if (input.find("accessKeyId") != nullptr) {
    const std::string key = required(input, "accessKeyId"), name = "key/" + key;
    const std::string secret = required(input, "secretAccessKey");
    if (auto response = limited(visit, name)) return std::move(*response);
    who = around_.sign_in.by_key(key, secret, input.text("sessionToken"));
    if (!who) return sign_in_failed(visit, around_.sign_in.owner_of_key(key));
    attempts_.give_back(name, address_group(visit.request.source_ip));
    return begin_session(visit, std::move(*who));
  }
  Attempt attempt{required(input, "account"), required(input, "userName"), required(input, "password"), {}};
  attempt.name = attempt.account + "/" + to_lower(attempt.user_name);
  if (auto response = verify(visit, attempt, who)) return std::move(*response);
  if (who->password_change_required) return answer(json::Object{{"passwordChangeRequired", true}});
  return begin_session(visit, std::move(*who));
}

net::Response Console::change_password(Visit& visit) {
  const json::Value input = json::parse(visit.http.body.view());
  Attempt attempt{required(input, "account"), required(input, "userName"), required(input, "oldPassword"), {}};
  attempt.name = attempt.account + "/" + to_lower(attempt.user_name);
  const std::string fresh = required(input, "newPassword");
  std::optional<aws::SignedIn> who;
  if (auto response = verify(visit, attempt, who)) return std::move(*response);
  if (fresh == attempt.password) {
    return error(400, "PasswordPolicyViolation", "The new password must differ from the old one.");
  }
  visit.who = who;
  // As the user: like any other call it needs to be allowed, here iam:ChangePassword.
  around_.caller.invoke(visit.as(), iam::ChangePasswordInput{.old_password = attempt.password, .new_password = fresh});
  attempt.password = fresh;
  if (auto response = verify(visit, attempt, who)) return std::move(*response);
  return begin_session(visit, std::move(*who));
}

}  // namespace standpipe::console
