// Which IAM action on which ARN each operation needs.
#include "base/bytes.h"
#include "services/lambda/lambda.h"

namespace standpipe::lambda {
namespace {

aws::Access pass_role(const std::string& role, const std::string& function_arn) {
  return {"iam:PassRole",
          role,
          {{"iam:passedtoservice", {"lambda.amazonaws.com"}}, {"iam:associatedresourcearn", {function_arn}}}};
}

aws::Access on_layer(const aws::Request& request, std::string action, const std::string& text, int64_t version) {
  const auto name = parse_layer_name(request, text);
  if (!name) return {"lambda:" + action, "*"};  // refused as malformed by the operation, if the caller may ask at all
  LayerName whole = *name;
  if (version != 0) whole.version = version;
  return {"lambda:" + action, whole.version != 0 ? whole.version_arn() : whole.arn()};
}

void add_tags(aws::Access& access, const std::map<std::string, std::string>& tags) {
  for (const auto& [key, text] : tags) {
    access.conditions["aws:requesttag/" + key] = {text};
    access.conditions["aws:tagkeys"].push_back(key);
  }
}

}  // namespace

// The function's ARN with its resource policy and tags. A function that does not exist is authorized by its name:
// whoever may not ask does not learn whether it is there.
aws::Access Lambda::on_function(const aws::Request& request, std::string action, const std::string& text,
                                const std::optional<std::string>& qualifier) {
  const FunctionName name = parse_function_name(request, text, qualifier);
  aws::Access access{"lambda:" + action, name.qualified_arn()};
  access.conditions["lambda:functionarn"] = {name.qualified_arn()};
  if (const auto found = find(name)) {
    access.resource_policy = found->policy();
    for (const auto& [key, value] : found->tags) access.conditions["aws:resourcetag/" + key] = {value};
  }
  return access;
}

aws::Accesses Lambda::layer_accesses(const aws::Request& request, const std::optional<std::vector<std::string>>& arns) {
  aws::Accesses accesses;
  if (!arns) return accesses;
  for (const std::string& arn : *arns) accesses.push_back(on_layer(request, "GetLayerVersion", arn, 0));
  return accesses;
}

aws::Accesses Lambda::access(const aws::Request& request, const CreateFunctionInput& input) {
  aws::Access create = on_function(request, "CreateFunction", input.function_name);
  const std::string arn = create.resource;
  if (input.tags) add_tags(create, *input.tags);
  aws::Accesses accesses{std::move(create), pass_role(input.role, arn)};
  for (aws::Access& access : layer_accesses(request, input.layers)) accesses.push_back(std::move(access));
  if (input.tags && !input.tags->empty()) {
    aws::Access tag{"lambda:TagResource", arn};
    add_tags(tag, *input.tags);
    accesses.push_back(std::move(tag));
  }
  return accesses;
}

aws::Accesses Lambda::access(const aws::Request& request, const UpdateFunctionConfigurationInput& input) {
  aws::Accesses accesses{on_function(request, "UpdateFunctionConfiguration", input.function_name)};
  if (input.role) accesses.push_back(pass_role(*input.role, accesses.front().resource));
  for (aws::Access& access : layer_accesses(request, input.layers)) accesses.push_back(std::move(access));
  return accesses;
}

aws::Accesses Lambda::access(const aws::Request& request, const GetFunctionInput& input) {
  return {on_function(request, "GetFunction", input.function_name, input.qualifier)};
}

aws::Accesses Lambda::access(const aws::Request& request, const GetFunctionConfigurationInput& input) {
  return {on_function(request, "GetFunctionConfiguration", input.function_name, input.qualifier)};
}

aws::Accesses Lambda::access(const aws::Request&, const ListFunctionsInput&) { return {{"lambda:ListFunctions", "*"}}; }

aws::Accesses Lambda::access(const aws::Request& request, const UpdateFunctionCodeInput& input) {
  return {on_function(request, "UpdateFunctionCode", input.function_name)};
}

aws::Accesses Lambda::access(const aws::Request& request, const DeleteFunctionInput& input) {
  return {on_function(request, "DeleteFunction", input.function_name, input.qualifier)};
}

aws::Accesses Lambda::access(const aws::Request& request, const InvokeInput& input) {
  return {on_function(request, "InvokeFunction", input.function_name, input.qualifier)};
}

aws::Accesses Lambda::access(const aws::Request& request, const PublishLayerVersionInput& input) {
  return {on_layer(request, "PublishLayerVersion", input.layer_name, 0)};
}

aws::Accesses Lambda::access(const aws::Request& request, const GetLayerVersionInput& input) {
  return {on_layer(request, "GetLayerVersion", input.layer_name, input.version_number)};
}

aws::Accesses Lambda::access(const aws::Request& request, const GetLayerVersionByArnInput& input) {
  return {on_layer(request, "GetLayerVersion", input.arn, 0)};
}

aws::Accesses Lambda::access(const aws::Request&, const ListLayerVersionsInput&) {
  return {{"lambda:ListLayerVersions", "*"}};
}

aws::Accesses Lambda::access(const aws::Request&, const ListLayersInput&) { return {{"lambda:ListLayers", "*"}}; }

aws::Accesses Lambda::access(const aws::Request& request, const DeleteLayerVersionInput& input) {
  return {on_layer(request, "DeleteLayerVersion", input.layer_name, input.version_number)};
}

aws::Accesses Lambda::access(const aws::Request& request, const AddPermissionInput& input) {
  aws::Access access = on_function(request, "AddPermission", input.function_name, input.qualifier);
  access.conditions["lambda:principal"] = {input.principal};
  return {std::move(access)};
}

aws::Accesses Lambda::access(const aws::Request& request, const RemovePermissionInput& input) {
  return {on_function(request, "RemovePermission", input.function_name, input.qualifier)};
}

aws::Accesses Lambda::access(const aws::Request& request, const GetPolicyInput& input) {
  return {on_function(request, "GetPolicy", input.function_name, input.qualifier)};
}

aws::Accesses Lambda::access(const aws::Request& request, const TagResourceInput& input) {
  aws::Access access = on_tagged(request, "TagResource", input.resource);
  add_tags(access, input.tags);
  return {std::move(access)};
}

aws::Accesses Lambda::access(const aws::Request& request, const UntagResourceInput& input) {
  aws::Access access = on_tagged(request, "UntagResource", input.resource);
  access.conditions["aws:tagkeys"] = input.tag_keys;
  return {std::move(access)};
}

aws::Accesses Lambda::access(const aws::Request& request, const ListTagsInput& input) {
  return {on_tagged(request, "ListTags", input.resource)};
}

// A mapping that is not there is authorized by its name, like a function.
aws::Access Lambda::on_mapping(const aws::Request& request, std::string action, const std::string& uuid) {
  StoredMapping named{.uuid = uuid, .account = request.account, .region = request.region};
  aws::Access access{"lambda:" + action, named.arn()};
  const auto found = find_mapping(metadata_, uuid);
  if (!found || found->arn() != access.resource) return access;
  access.conditions["lambda:functionarn"] = {found->function_name().arn()};
  for (const auto& [key, value] : found->tags) access.conditions["aws:resourcetag/" + key] = {value};
  return access;
}

aws::Access Lambda::on_tagged(const aws::Request& request, std::string action, const std::string& arn) {
  const std::vector<std::string> parts = split(arn, ':');
  const bool mapping = parts.size() == 7 && parts[5] == "event-source-mapping";
  return mapping ? on_mapping(request, std::move(action), parts[6]) : on_function(request, std::move(action), arn);
}

aws::Accesses Lambda::access(const aws::Request& request, const CreateEventSourceMappingInput& input) {
  aws::Access create = on_mapping(request, "CreateEventSourceMapping", "*");
  create.conditions["lambda:functionarn"] = {parse_function_name(request, input.function_name).arn()};
  aws::Accesses accesses{std::move(create)};
  if (input.tags && !input.tags->empty()) {
    add_tags(accesses.front(), *input.tags);
    accesses.push_back(on_mapping(request, "TagResource", "*"));
    add_tags(accesses.back(), *input.tags);
  }
  return accesses;
}

aws::Accesses Lambda::access(const aws::Request& request, const GetEventSourceMappingInput& input) {
  return {on_mapping(request, "GetEventSourceMapping", input.uuid)};
}

aws::Accesses Lambda::access(const aws::Request&, const ListEventSourceMappingsInput&) {
  return {{"lambda:ListEventSourceMappings", "*"}};
}

aws::Accesses Lambda::access(const aws::Request& request, const UpdateEventSourceMappingInput& input) {
  aws::Accesses accesses{on_mapping(request, "UpdateEventSourceMapping", input.uuid)};
  if (input.function_name) {  // for the one that it has and the one that it is to have
    accesses.push_back(accesses.front());
    accesses.back().conditions["lambda:functionarn"] = {parse_function_name(request, *input.function_name).arn()};
  }
  return accesses;
}

aws::Accesses Lambda::access(const aws::Request& request, const DeleteEventSourceMappingInput& input) {
  return {on_mapping(request, "DeleteEventSourceMapping", input.uuid)};
}

}  // namespace standpipe::lambda
