#include "services/iam/policy/evaluate.h"

#include <algorithm>

#include "base/bytes.h"

namespace standpipe::policy {
namespace {

using Kind = aws::Principal::Kind;

// What the policies of one sort say together.
struct Voice {
  bool allows = false, denies = false;
  bool readable = true;

  void add(const PolicyPointer& policy, std::string_view action, const Question& question) {
    if (policy == nullptr) {
      readable = false;
      return;
    }
    for (const Statement& statement : policy->statements) {
      if (statement.allows ? allows : denies) continue;  // said already
      if (!statement.applies(action, question.resource, question.context)) continue;
      (statement.allows ? allows : denies) = true;
    }
  }
};

struct ResourceVoice {
  Named allows = Named::no;
  bool denies = false, readable = true;
};

ResourceVoice hear_resource(const Question& question, std::string_view action) {
  ResourceVoice voice;
  const PolicyPointer& policy = *question.resource_policy;
  if (policy == nullptr) {
    voice.readable = false;
    return voice;
  }
  for (const Statement& statement : policy->statements) {
    Named named = statement.principals.names(question.principal);
    if (statement.not_principal) {
      const bool exempt = statement.allows ? named != Named::no : statement.principals.lists(question.principal);
      named = exempt ? Named::no : Named::everyone;
    }
    if (named == Named::no || !statement.applies(action, question.resource, question.context)) continue;
    if (statement.allows) voice.allows = std::max(voice.allows, named);
    else voice.denies = true;
  }
  return voice;
}

aws::Decision refused_by(std::string_view what, bool by_trust = false) {
  return {false, "with an explicit deny in " + std::string(what), by_trust};
}

class Evaluation {
 public:
  explicit Evaluation(const Question& question) : question_(question), action_(to_lower(question.action)) {
    for (const PolicyPointer& policy : question.identity) identity_.add(policy, action_, question);
    if (question.boundary) boundary_.add(*question.boundary, action_, question);
    if (question.session) {
      for (const PolicyPointer& policy : *question.session) session_.add(policy, action_, question);
    }
    if (question.resource_policy) resource_ = hear_resource(question, action_);
  }

  aws::Decision decide() const {
    if (const auto refusal = explicit_deny()) return *refusal;
    switch (question_.principal.kind) {
      case Kind::anonymous: return resource_.allows >= Named::everyone ? granted() : silent_resource();
      case Kind::service: return resource_.allows != Named::no ? granted() : silent_resource();
      case Kind::root: return decide_root();
      default: return same_account() ? decide_inside() : decide_across();
    }
  }

 private:
  std::optional<aws::Decision> explicit_deny() const {
    if (identity_.denies || !identity_.readable) return refused_by("an identity-based policy");
    if (boundary_.denies) return refused_by("a permissions boundary");
    if (session_.denies) return refused_by("a session policy");
    if (resource_.denies || !resource_.readable) {
      return refused_by(question_.trust ? "the role trust policy" : "a resource-based policy", question_.trust);
    }
    return std::nullopt;
  }

  bool same_account() const { return question_.principal.account == question_.resource_account; }
  bool within_boundary() const { return !question_.boundary || boundary_.allows; }
  bool within_session() const { return !question_.session || session_.allows; }

  aws::Decision decide_root() const {
    if (question_.trust || !same_account()) return resource_.allows != Named::no ? granted() : silent_resource();
    return granted();
  }

  // One account: the resource's policy may grant what the identity's does not. The closer it names the principal, the
  // fewer of the other limits count.
  aws::Decision decide_inside() const {
    if (question_.trust && resource_.allows == Named::no) return silent_resource();
    if (resource_.allows == Named::exactly) return granted();
    const bool by_resource = resource_.allows == Named::role || resource_.allows == Named::everyone;
    if (!identity_.allows && !by_resource) return silent("identity-based policy");
    return limits();
  }

  // Two accounts: both have to agree.
  aws::Decision decide_across() const {
    if (!identity_.allows) return silent("identity-based policy");
    if (const aws::Decision limited = limits(); !limited.allowed) return limited;
    return resource_.allows != Named::no ? granted() : silent_resource();
  }

  aws::Decision limits() const {
    if (!within_boundary()) return silent("permissions boundary");
    if (!within_session()) return silent("session policy");
    return granted();
  }

  static aws::Decision granted() { return {true, {}}; }
  aws::Decision silent(std::string_view what) const {
    return {false, "because no " + std::string(what) + " allows the " + std::string(question_.action) + " action"};
  }
  aws::Decision silent_resource() const {
    aws::Decision decision = silent(question_.trust ? "role trust policy" : "resource-based policy");
    decision.by_trust = question_.trust;
    return decision;
  }

  const Question& question_;
  std::string action_;
  Voice identity_, boundary_, session_;
  ResourceVoice resource_;
};

}  // namespace

aws::Decision evaluate(const Question& question) { return Evaluation(question).decide(); }

}  // namespace standpipe::policy
