// What must be allowed before an operation runs. Operations on policies have no resource; conditions tell the
// collection.
#include "services/opensearchserverless/opensearchserverless.h"

namespace standpipe::opensearchserverless {
namespace {

aws::Accesses anywhere(const char* action, aws::Conditions conditions = {}) {
  return {{std::string("aoss:") + action, "*", std::move(conditions)}};
}

aws::Accesses on(const char* action, const std::string& arn) { return {{std::string("aoss:") + action, arn}}; }

}  // namespace

aws::Accesses OpenSearchServerless::access(const aws::Request&, const CreateCollectionInput& input) {
  aws::Conditions conditions{{"aoss:collection", {input.name}}};
  for (const Tag& tag : input.tags.value_or(std::vector<Tag>{})) {
    conditions["aws:requesttag/" + tag.key] = {tag.value};
    conditions["aws:tagkeys"].push_back(tag.key);
  }
  return anywhere("CreateCollection", std::move(conditions));
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const BatchGetCollectionInput&) {
  return anywhere("BatchGetCollection");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const ListCollectionsInput&) {
  return anywhere("ListCollections");
}
aws::Accesses OpenSearchServerless::access(const aws::Request& request, const UpdateCollectionInput& input) {
  return on("UpdateCollection", "arn:aws:aoss:" + request.region + ":" + request.account + ":collection/" + input.id);
}
aws::Accesses OpenSearchServerless::access(const aws::Request& request, const DeleteCollectionInput& input) {
  return on("DeleteCollection", "arn:aws:aoss:" + request.region + ":" + request.account + ":collection/" + input.id);
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const CreateAccessPolicyInput&) {
  return anywhere("CreateAccessPolicy");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const GetAccessPolicyInput&) {
  return anywhere("GetAccessPolicy");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const ListAccessPoliciesInput&) {
  return anywhere("ListAccessPolicies");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const UpdateAccessPolicyInput&) {
  return anywhere("UpdateAccessPolicy");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const DeleteAccessPolicyInput&) {
  return anywhere("DeleteAccessPolicy");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const CreateSecurityPolicyInput&) {
  return anywhere("CreateSecurityPolicy");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const GetSecurityPolicyInput&) {
  return anywhere("GetSecurityPolicy");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const ListSecurityPoliciesInput&) {
  return anywhere("ListSecurityPolicies");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const UpdateSecurityPolicyInput&) {
  return anywhere("UpdateSecurityPolicy");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const DeleteSecurityPolicyInput&) {
  return anywhere("DeleteSecurityPolicy");
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const TagResourceInput& input) {
  return on("TagResource", input.resource_arn);
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const UntagResourceInput& input) {
  return on("UntagResource", input.resource_arn);
}
aws::Accesses OpenSearchServerless::access(const aws::Request&, const ListTagsForResourceInput& input) {
  return on("ListTagsForResource", input.resource_arn);
}

}  // namespace standpipe::opensearchserverless
