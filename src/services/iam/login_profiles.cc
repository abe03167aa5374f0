#include "services/iam/iam.h"
#include "services/iam/password.h"
#include "services/iam/shown.h"

namespace standpipe::iam {
namespace {

void check_password(const std::string& password) {
  if (const std::string fault = password_fault(password); !fault.empty()) {
    throw PasswordPolicyViolationException(fault);
  }
}

aws::Error no_profile(const std::string& name) {
  return NoSuchEntityException("Login Profile for User " + name + " cannot be found.");
}

LoginProfile profile_of(const UserRecord& user) {
  return {.user_name = user.name, .create_date = user.login->created,
          .password_reset_required = user.login->reset_required};
}

}  // namespace

CreateLoginProfileOutput Iam::create_login_profile(const aws::Request& request, const CreateLoginProfileInput& input) {
  const std::string name = named_or_self(request, input.user_name);
  if (!input.password) {
    throw ValidationError("1 validation error detected: Value null at 'password' failed to satisfy constraint: "
                          "Member must not be null");
  }
  if (user(request, name)->login) {
    throw EntityAlreadyExistsException("Login Profile for user " + name + " already exists.");
  }
  check_password(*input.password);
  const std::string hash = hash_password(*input.password);
  CreateLoginProfileOutput output;
  change_user(request, name, [&](UserRecord& record, Changes&) {
    if (record.login) throw EntityAlreadyExistsException("Login Profile for user " + name + " already exists.");
    record.login = LoginRecord{hash, input.password_reset_required.value_or(false), now()};
    output.login_profile = profile_of(record);
  });
  return output;
}

GetLoginProfileOutput Iam::get_login_profile(const aws::Request& request, const GetLoginProfileInput& input) {
  const auto record = user(request, named_or_self(request, input.user_name));
  if (!record->login) throw no_profile(record->name);
  return {.login_profile = profile_of(*record)};
}

UpdateLoginProfileOutput Iam::update_login_profile(const aws::Request& request, const UpdateLoginProfileInput& input) {
  if (!user(request, input.user_name)->login) throw no_profile(input.user_name);
  std::string hash;
  if (input.password) {
    check_password(*input.password);
    hash = hash_password(*input.password);
  }
  change_user(request, input.user_name, [&](UserRecord& record, Changes&) {
    if (!record.login) throw no_profile(input.user_name);
    if (!hash.empty()) record.login->password_hash = hash;
    if (input.password_reset_required) record.login->reset_required = *input.password_reset_required;
  });
  return {};
}

DeleteLoginProfileOutput Iam::delete_login_profile(const aws::Request& request, const DeleteLoginProfileInput& input) {
  const std::string name = named_or_self(request, input.user_name);
  change_user(request, name, [&](UserRecord& record, Changes&) {
    if (!record.login) throw no_profile(name);
    record.login.reset();
  });
  return {};
}

ChangePasswordOutput Iam::change_password(const aws::Request& request, const ChangePasswordInput& input) {
  if (request.principal.kind != aws::Principal::Kind::user) {
    throw InvalidUserTypeException("Only IAM Users can change their own password.");
  }
  const std::string& name = request.principal.name;
  const auto before = user(request, name);
  if (!before->login) throw no_profile(name);
  if (!verify_password(before->login->password_hash, input.old_password)) {
    throw AccessDenied("The old password was incorrect.");
  }
  check_password(input.new_password);
  const std::string hash = hash_password(input.new_password);
  change_user(request, name, [&](UserRecord& record, Changes&) {
    if (!record.login || record.login->password_hash != before->login->password_hash) {
      throw EntityTemporarilyUnmodifiableException("The password was changed meanwhile.");
    }
    record.login->password_hash = hash;
    record.login->reset_required = false;
  });
  return {};
}

}  // namespace standpipe::iam
