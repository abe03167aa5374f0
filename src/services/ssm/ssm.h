// Systems Manager parameters: String and StringList with versions, hierarchies and tags. Each account and region has
// its own. All state is in metadata: the current version under `parameter/`, the ones before under `history/`.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "generated/ssm.h"
#include "metadata/metadata.h"
#include "services/ssm/parameter.h"

namespace standpipe::ssm {

class Ssm final : public Operations {
 public:
  Ssm(Metadata& metadata, Clock& clock) : metadata_(metadata), clock_(clock) {}

  PutParameterOutput put_parameter(const aws::Request&, const PutParameterInput&) override;
  GetParameterOutput get_parameter(const aws::Request&, const GetParameterInput&) override;
  GetParametersOutput get_parameters(const aws::Request&, const GetParametersInput&) override;
  GetParametersByPathOutput get_parameters_by_path(const aws::Request&, const GetParametersByPathInput&) override;
  DescribeParametersOutput describe_parameters(const aws::Request&, const DescribeParametersInput&) override;
  DeleteParameterOutput delete_parameter(const aws::Request&, const DeleteParameterInput&) override;
  DeleteParametersOutput delete_parameters(const aws::Request&, const DeleteParametersInput&) override;
  AddTagsToResourceOutput add_tags_to_resource(const aws::Request&, const AddTagsToResourceInput&) override;
  ListTagsForResourceOutput list_tags_for_resource(const aws::Request&, const ListTagsForResourceInput&) override;
  RemoveTagsFromResourceOutput remove_tags_from_resource(const aws::Request&,
                                                         const RemoveTagsFromResourceInput&) override;

  aws::Accesses access(const aws::Request&, const PutParameterInput&) override;
  aws::Accesses access(const aws::Request&, const GetParameterInput&) override;
  aws::Accesses access(const aws::Request&, const GetParametersInput&) override;
  aws::Accesses access(const aws::Request&, const GetParametersByPathInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeParametersInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteParameterInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteParametersInput&) override;
  aws::Accesses access(const aws::Request&, const AddTagsToResourceInput&) override;
  aws::Accesses access(const aws::Request&, const ListTagsForResourceInput&) override;
  aws::Accesses access(const aws::Request&, const RemoveTagsFromResourceInput&) override;

 private:
  // nullopt if there is no such parameter; throws ParameterVersionNotFound for a missing version.
  std::optional<StoredParameter> find(const aws::Request& request, const Reference& reference);
  Parameter describe(const aws::Request& request, const StoredParameter& stored, const std::string& selector) const;
  StoredParameter next_version(const aws::Request& request, const PutParameterInput& input,
                               const std::optional<StoredParameter>& current) const;
  bool remove(const aws::Request& request, const std::string& name);
  // Applies `change` to the tags of the parameter that `id` names; throws InvalidResourceId.
  template <class Change>
  void change_tags(const aws::Request& request, const std::string& type, const std::string& id, Change change);

  Metadata& metadata_;
  Clock& clock_;
};

// Keys in metadata. Names come last because they hold slashes; history names are escaped because a version follows.
std::string parameters_prefix(const aws::Request& request);
std::string history_prefix(const aws::Request& request, std::string_view name);

}  // namespace standpipe::ssm
