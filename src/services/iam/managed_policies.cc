#include "services/iam/managed_policies.h"

#include <algorithm>

#include "base/digest.h"
#include "base/random.h"
#include "services/iam/arns.h"

namespace standpipe::iam {
namespace {

// The same policy has the same id everywhere.
std::string id_of(std::string_view arn) {
  std::string id = "ANPA";
  const std::string digest = sha256(arn);
  for (size_t i = 0; i < 17; ++i) id += kBase32Upper[static_cast<unsigned char>(digest[i]) % 32];
  return id;
}

std::shared_ptr<const PolicyRecord> read_file(std::string_view file) {
  const json::Value source = json::parse(file);
  auto policy = std::make_shared<PolicyRecord>();
  policy->arn = source.text("Arn");
  const auto arn = parse_iam_arn(policy->arn);
  policy->account = "aws";
  policy->name = arn->name;
  policy->path = arn->path;
  policy->id = id_of(policy->arn);
  policy->description = source.text("Description");
  policy->created = policy->updated = parse_iso8601(source.text("Created")).value_or(Timestamp{});
  const std::string document = json::print_pretty(*source.find("Document"));
  policy->parsed =
      std::make_shared<const policy::Policy>(policy::parse_policy(document, policy::PolicyKind::identity));
  policy->versions.push_back({1, document, policy->created});
  return policy;
}

}  // namespace

const std::vector<std::shared_ptr<const PolicyRecord>>& aws_managed_policies() {
  static const auto policies = [] {
    std::vector<std::shared_ptr<const PolicyRecord>> all;
    for (const std::string_view file : managed_policy_files()) all.push_back(read_file(file));
    std::ranges::sort(all, {}, [](const auto& policy) { return policy->name; });
    return all;
  }();
  return policies;
}

std::shared_ptr<const PolicyRecord> aws_managed_policy(std::string_view arn) {
  for (const auto& policy : aws_managed_policies()) {
    if (policy->arn == arn) return policy;
  }
  return nullptr;
}

}  // namespace standpipe::iam
