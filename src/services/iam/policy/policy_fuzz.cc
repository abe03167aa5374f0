// Any text may be offered as a policy: it is read or refused, and what was read decides about anything.
#include "services/iam/policy/evaluate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const aws::Principal principal{.kind = aws::Principal::Kind::user, .account = "000000000000",
                                 .arn = "arn:aws:iam::000000000000:user/ann", .name = "ann"};
  const policy::Context context{aws::Conditions{{"aws:username", {"ann"}}, {"aws:sourceip", {"10.0.0.1"}}}};
  for (const auto kind : {policy::PolicyKind::identity, policy::PolicyKind::trust, policy::PolicyKind::resource}) {
    try {
      const auto policy = std::make_shared<const policy::Policy>(policy::parse_policy(text, kind));
      policy::Question question{.principal = principal, .action = "s3:GetObject", .resource = "arn:aws:s3:::b/k",
                             .resource_account = "000000000000", .context = context};
      if (kind == policy::PolicyKind::identity) question.identity = {policy};
      else question.resource_policy = policy;
      policy::evaluate(question);
    } catch (const policy::PolicyError&) {
      // Refused with AWS's words.
    }
  }
  return 0;
}
