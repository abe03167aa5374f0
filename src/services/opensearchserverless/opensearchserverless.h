// OpenSearch Serverless' control plane: collections and their encryption, network and data access policies.
//
// Thread-safe. Everything lives in the metadata; the parsed policies of an account and region are kept in memory for
// the data plane, which asks on every request (CollectionDirectory), and are read again after a change.
// https://docs.aws.amazon.com/opensearch-service/latest/ServerlessAPIReference/Welcome.html
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "generated/opensearchserverless.h"
#include "metadata/metadata.h"
#include "search/search.h"
#include "services/opensearch/collection_directory.h"
#include "services/opensearchserverless/stored.h"

namespace standpipe::opensearchserverless {

class OpenSearchServerless final : public Operations, public opensearch::CollectionDirectory {
 public:
  struct Options {
    bool permissive = false;  // the data plane lets every principal in
  };
  OpenSearchServerless(Metadata& metadata, search::SearchEngine& engine, const Clock& clock, Options options)
      : metadata_(metadata), engine_(engine), clock_(clock), options_(options) {}

  // Collections (collections.cc).
  CreateCollectionOutput create_collection(const aws::Request&, const CreateCollectionInput&) override;
  BatchGetCollectionOutput batch_get_collection(const aws::Request&, const BatchGetCollectionInput&) override;
  ListCollectionsOutput list_collections(const aws::Request&, const ListCollectionsInput&) override;
  UpdateCollectionOutput update_collection(const aws::Request&, const UpdateCollectionInput&) override;
  DeleteCollectionOutput delete_collection(const aws::Request&, const DeleteCollectionInput&) override;

  // Policies (policies.cc).
  CreateAccessPolicyOutput create_access_policy(const aws::Request&, const CreateAccessPolicyInput&) override;
  GetAccessPolicyOutput get_access_policy(const aws::Request&, const GetAccessPolicyInput&) override;
  ListAccessPoliciesOutput list_access_policies(const aws::Request&, const ListAccessPoliciesInput&) override;
  UpdateAccessPolicyOutput update_access_policy(const aws::Request&, const UpdateAccessPolicyInput&) override;
  DeleteAccessPolicyOutput delete_access_policy(const aws::Request&, const DeleteAccessPolicyInput&) override;
  CreateSecurityPolicyOutput create_security_policy(const aws::Request&, const CreateSecurityPolicyInput&) override;
  GetSecurityPolicyOutput get_security_policy(const aws::Request&, const GetSecurityPolicyInput&) override;
  ListSecurityPoliciesOutput list_security_policies(const aws::Request&, const ListSecurityPoliciesInput&) override;
  UpdateSecurityPolicyOutput update_security_policy(const aws::Request&, const UpdateSecurityPolicyInput&) override;
  DeleteSecurityPolicyOutput delete_security_policy(const aws::Request&, const DeleteSecurityPolicyInput&) override;

  // Tags (tags.cc).
  TagResourceOutput tag_resource(const aws::Request&, const TagResourceInput&) override;
  UntagResourceOutput untag_resource(const aws::Request&, const UntagResourceInput&) override;
  ListTagsForResourceOutput list_tags_for_resource(const aws::Request&, const ListTagsForResourceInput&) override;

  // What must be allowed (access.cc).
  aws::Accesses access(const aws::Request&, const CreateCollectionInput&) override;
  aws::Accesses access(const aws::Request&, const BatchGetCollectionInput&) override;
  aws::Accesses access(const aws::Request&, const ListCollectionsInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateCollectionInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteCollectionInput&) override;
  aws::Accesses access(const aws::Request&, const CreateAccessPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const GetAccessPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const ListAccessPoliciesInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateAccessPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteAccessPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const CreateSecurityPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const GetSecurityPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const ListSecurityPoliciesInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateSecurityPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteSecurityPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const TagResourceInput&) override;
  aws::Accesses access(const aws::Request&, const UntagResourceInput&) override;
  aws::Accesses access(const aws::Request&, const ListTagsForResourceInput&) override;

  // The data plane's questions (directory.cc).
  std::optional<opensearch::Collection> find(std::string_view id) const override;
  bool reachable(const opensearch::Collection&, Face face, std::string_view service) const override;
  bool permits(const opensearch::Collection&, const aws::Principal&, std::string_view permission,
               std::string_view index) const override;

 private:
  struct Policies {  // of one account and region, parsed
    std::vector<PolicyDocument> data, network, encryption;
  };
  std::shared_ptr<const Policies> policies(const std::string& account, const std::string& region) const;
  void forget_policies();
  std::optional<StoredCollection> by_id(const aws::Request& request, const std::string& id) const;
  StoredCollection required(const aws::Request& request, const std::string& id) const;
  StoredPolicy create_policy(const aws::Request& request, StoredPolicy policy, const std::optional<std::string>& token);
  StoredPolicy get_policy(const aws::Request& request, const std::string& type, const std::string& name) const;
  StoredPolicy update_policy(const aws::Request& request, const auto& input);
  void delete_policy(const aws::Request& request, const std::string& type, const std::string& name);
  std::vector<StoredPolicy> list_policies(const aws::Request& request, const auto& input,
                                          std::optional<std::string>& next_token) const;
  void check_encryption_overlap(const aws::Request& request, const StoredPolicy& policy) const;
  void update_tags(const aws::Request& request, const std::string& arn,
                   const std::function<void(std::map<std::string, std::string>&)>& change);

  Metadata& metadata_;
  search::SearchEngine& engine_;
  const Clock& clock_;
  const Options options_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const Policies>> policies_;  // by "account/region"
  mutable uint64_t changes_ = 0;
};

}  // namespace standpipe::opensearchserverless
