// What must be allowed before each operation, and how stacks are named.
#include <fmt/core.h>

#include "base/bytes.h"
#include "services/cloudformation/cloudformation.h"

namespace standpipe::cloudformation {

CloudFormation::CloudFormation(Metadata& metadata, aws::Caller& caller, aws::Authorizer& authorizer, aws::Roles& roles,
                               Clock& clock, Workers& workers, Options options)
    : caller_(caller),
      roles_(roles),
      clock_(clock),
      store_(metadata, clock),
      answers_(metadata, clock),
      engine_({store_, answers_, caller, authorizer, roles, workers, std::move(options.cfnresponse_source)}) {}

std::optional<StackState> CloudFormation::find(const aws::Request& request, const std::string& name_or_id) {
  if (!name_or_id.starts_with("arn:")) return store_.living_stack(request.account, request.region, name_or_id);
  const size_t slash = name_or_id.rfind('/');
  if (slash == std::string::npos) return std::nullopt;
  auto stack = store_.stack(request.account, request.region, name_or_id.substr(slash + 1));
  return stack && stack->id() == name_or_id ? stack : std::nullopt;
}

StackState CloudFormation::get(const aws::Request& request, const std::string& name_or_id) {
  auto stack = find(request, name_or_id);
  if (!stack) throw ValidationError(fmt::format("Stack with id {} does not exist", name_or_id));
  return std::move(*stack);
}

std::string CloudFormation::arn(const aws::Request& request, const std::string& name_or_id) {
  if (name_or_id.starts_with("arn:")) return name_or_id;
  if (const auto stack = find(request, name_or_id)) return stack->id();
  return fmt::format("arn:aws:cloudformation:{}:{}:stack/{}/*", request.region, request.account,
                     name_or_id.empty() ? "*" : name_or_id);
}

aws::Access CloudFormation::one_access(const aws::Request& request, std::string_view operation,
                                       const std::string& name_or_id) {
  return {.action = "cloudformation:" + std::string(operation), .resource = arn(request, name_or_id)};
}

aws::Access CloudFormation::pass_role(const std::string& role_arn) const {
  return {.action = "iam:PassRole",
          .resource = role_arn,
          .conditions = {{"iam:passedtoservice", {"cloudformation.amazonaws.com"}}}};
}

aws::Accesses CloudFormation::access(const aws::Request& request, const CreateStackInput& input) {
  aws::Access create = {.action = "cloudformation:CreateStack",
                        .resource = fmt::format("arn:aws:cloudformation:{}:{}:stack/{}/*", request.region,
                                                request.account, input.stack_name)};
  if (input.template_url) create.conditions["cloudformation:templateurl"] = {*input.template_url};
  if (input.role_arn) create.conditions["cloudformation:rolearn"] = {*input.role_arn};
  for (const Tag& tag : input.tags.value_or(std::vector<Tag>())) {
    create.conditions["aws:requesttag/" + to_lower(tag.key)] = {tag.value};
    create.conditions["aws:tagkeys"].push_back(tag.key);
  }
  aws::Accesses all = {std::move(create)};
  if (input.role_arn) all.push_back(pass_role(*input.role_arn));
  return all;
}

aws::Accesses CloudFormation::access(const aws::Request& request, const DeleteStackInput& input) {
  aws::Accesses all = {one_access(request, "DeleteStack", input.stack_name)};
  if (input.role_arn) {
    all[0].conditions["cloudformation:rolearn"] = {*input.role_arn};
    all.push_back(pass_role(*input.role_arn));
  }
  return all;
}

aws::Accesses CloudFormation::access(const aws::Request& request, const DescribeStackEventsInput& input) {
  return {one_access(request, "DescribeStackEvents", input.stack_name)};
}
aws::Accesses CloudFormation::access(const aws::Request& request, const DescribeStackResourceInput& input) {
  return {one_access(request, "DescribeStackResource", input.stack_name)};
}
aws::Accesses CloudFormation::access(const aws::Request& request, const DescribeStackResourcesInput& input) {
  return {one_access(request, "DescribeStackResources", input.stack_name.value_or(""))};
}
aws::Accesses CloudFormation::access(const aws::Request& request, const DescribeStacksInput& input) {
  return {one_access(request, "DescribeStacks", input.stack_name.value_or(""))};
}
aws::Accesses CloudFormation::access(const aws::Request& request, const GetTemplateInput& input) {
  return {one_access(request, "GetTemplate", input.stack_name.value_or(""))};
}
aws::Accesses CloudFormation::access(const aws::Request& request, const GetTemplateSummaryInput& input) {
  if (input.stack_name) return {one_access(request, "GetTemplateSummary", *input.stack_name)};
  return {{.action = "cloudformation:GetTemplateSummary", .resource = "*"}};
}
aws::Accesses CloudFormation::access(const aws::Request& request, const ListStackResourcesInput& input) {
  return {one_access(request, "ListStackResources", input.stack_name)};
}
aws::Accesses CloudFormation::access(const aws::Request&, const ListExportsInput&) {
  return {{.action = "cloudformation:ListExports", .resource = "*"}};
}
aws::Accesses CloudFormation::access(const aws::Request&, const ListImportsInput&) {
  return {{.action = "cloudformation:ListImports", .resource = "*"}};
}
aws::Accesses CloudFormation::access(const aws::Request&, const ListStacksInput&) {
  return {{.action = "cloudformation:ListStacks", .resource = "*"}};
}
aws::Accesses CloudFormation::access(const aws::Request&, const ValidateTemplateInput&) {
  return {{.action = "cloudformation:ValidateTemplate", .resource = "*"}};
}

}  // namespace standpipe::cloudformation
