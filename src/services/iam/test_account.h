// What IAM's tests stand on: accounts in a fresh database, a clock of their own, and the classes around them.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/random.h"
#include "metadata/sqlite.h"
#include "services/iam/authorizer.h"
#include "services/iam/credentials.h"
#include "services/iam/iam.h"
#include "services/iam/sessions.h"

namespace standpipe::iam {

class TestAccount {
 public:
  explicit TestAccount(bool permissive = false) {
    settings_.sealing_key = std::string(32, 'k');
    settings_.permissive = permissive;
    accounts = std::make_unique<Accounts>(*metadata, settings_);
    iam = std::make_unique<Iam>(*accounts, usage, clock);
    authorizer = std::make_unique<IamAuthorizer>(*accounts, usage, clock);
    credentials = std::make_unique<IamCredentials>(*accounts, clock);
    roles = std::make_unique<IamRoles>(*accounts, clock);
    sessions = std::make_unique<IamSessions>(*accounts, clock);
    root = request(*credentials->find("test", ""));
  }
  ~TestAccount() { std::filesystem::remove_all(folder); }

  static aws::Request request(const aws::Credential& credential) { return request(credential.principal); }
  static aws::Request request(const aws::Principal& principal) {
    aws::Request request;
    request.account = principal.account;
    request.region = "ap-northeast-1";
    request.principal = principal;
    request.source_ip = "192.0.2.7";
    request.secure = true;
    return request;
  }

  // A new user with these policies, as a request of that user.
  aws::Request user(const std::string& name, const std::string& policy = {}) {
    iam->create_user(root, {.user_name = name});
    if (!policy.empty()) put_policy(name, policy);
    const auto key = iam->create_access_key(root, {.user_name = name}).access_key;
    return request(*credentials->find(key.access_key_id, ""));
  }
  void put_policy(const std::string& name, const std::string& policy) {
    iam->put_user_policy(root, {.user_name = name, .policy_name = "p", .policy_document = policy});
  }
  Role role(const std::string& name, const std::string& principal, const std::string& policy = {}) {
    Role made = iam->create_role(root, {.role_name = name, .assume_role_policy_document = trust(principal)}).role;
    if (!policy.empty()) {
      iam->put_role_policy(root, {.role_name = name, .policy_name = "p", .policy_document = policy});
    }
    return made;
  }

  // "allowed", or why not.
  std::string decide(const aws::Request& request, const aws::Access& access) const {
    const aws::Decision decision = authorizer->decide(request, access);
    return decision.allowed ? "allowed" : decision.reason;
  }

  static std::string statement(std::string_view effect, std::string_view action, std::string_view resource = "*") {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":")" + std::string(effect) + R"(","Action":")" +
           std::string(action) + R"(","Resource":")" + std::string(resource) + R"("}]})";
  }
  static std::string allow(std::string_view action, std::string_view resource = "*") {
    return statement("Allow", action, resource);
  }
  // `principal` is the JSON of the element.
  static std::string trust(std::string_view principal, std::string_view more = {}) {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":)" +
           std::string(principal) + std::string(more) + "}]}";
  }

  const std::filesystem::path folder = [] {
    const auto path = std::filesystem::temp_directory_path() / ("iam-" + random_uuid());
    std::filesystem::create_directories(path);
    return path;
  }();
  FakeClock clock;
  std::unique_ptr<Metadata> metadata = open_sqlite_metadata(folder / "metadata.db");
  KeyUsage usage;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<Iam> iam;
  std::unique_ptr<IamAuthorizer> authorizer;
  std::unique_ptr<IamCredentials> credentials;
  std::unique_ptr<IamRoles> roles;
  std::unique_ptr<IamSessions> sessions;
  aws::Request root;

 private:
  Settings settings_;
};

// The code and text of the error that `call` ends with; empty if it succeeds.
template <class Call>
std::string error_of(Call call) {
  try {
    call();
    return "";
  } catch (const aws::Error& error) {
    return error.code + ": " + error.what();
  }
}

}  // namespace standpipe::iam
