// The cloudformation service: stacks are stored, made and removed by the engine, as whoever asked for them.
// Thread-safe. `start` when every other service can be called; `stop` before any of them goes away.
#pragma once

#include <optional>
#include <string>

#include "aws/access.h"
#include "aws/caller.h"
#include "base/clock.h"
#include "base/workers.h"
#include "generated/cloudformation.h"
#include "metadata/metadata.h"
#include "services/cloudformation/engine/answers.h"
#include "services/cloudformation/engine/engine.h"
#include "services/cloudformation/engine/store.h"
#include "services/cloudformation/template/template.h"

namespace standpipe::cloudformation {

struct Options {
  std::string cfnresponse_source;  // text of the Python module cfnresponse, for functions with inline code
};

class CloudFormation final : public Operations {
 public:
  CloudFormation(Metadata& metadata, aws::Caller& caller, aws::Authorizer& authorizer, aws::Roles& roles, Clock& clock,
                 Workers& workers, Options options);
  ~CloudFormation() override { stop(); }

  void start() { engine_.resume(); }
  void stop() { engine_.stop(); }
  // Where custom resources send their answers; to be registered with the dispatcher before s3.
  aws::RawService& answers() { return answers_; }

  CreateStackOutput create_stack(const aws::Request&, const CreateStackInput&) override;
  DeleteStackOutput delete_stack(const aws::Request&, const DeleteStackInput&) override;
  DescribeStackEventsOutput describe_stack_events(const aws::Request&, const DescribeStackEventsInput&) override;
  DescribeStackResourceOutput describe_stack_resource(const aws::Request&, const DescribeStackResourceInput&) override;
  DescribeStackResourcesOutput describe_stack_resources(const aws::Request&,
                                                        const DescribeStackResourcesInput&) override;
  DescribeStacksOutput describe_stacks(const aws::Request&, const DescribeStacksInput&) override;
  GetTemplateOutput get_template(const aws::Request&, const GetTemplateInput&) override;
  GetTemplateSummaryOutput get_template_summary(const aws::Request&, const GetTemplateSummaryInput&) override;
  ListExportsOutput list_exports(const aws::Request&, const ListExportsInput&) override;
  ListImportsOutput list_imports(const aws::Request&, const ListImportsInput&) override;
  ListStackResourcesOutput list_stack_resources(const aws::Request&, const ListStackResourcesInput&) override;
  ListStacksOutput list_stacks(const aws::Request&, const ListStacksInput&) override;
  ValidateTemplateOutput validate_template(const aws::Request&, const ValidateTemplateInput&) override;

  aws::Accesses access(const aws::Request&, const CreateStackInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteStackInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeStackEventsInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeStackResourceInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeStackResourcesInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeStacksInput&) override;
  aws::Accesses access(const aws::Request&, const GetTemplateInput&) override;
  aws::Accesses access(const aws::Request&, const GetTemplateSummaryInput&) override;
  aws::Accesses access(const aws::Request&, const ListExportsInput&) override;
  aws::Accesses access(const aws::Request&, const ListImportsInput&) override;
  aws::Accesses access(const aws::Request&, const ListStackResourcesInput&) override;
  aws::Accesses access(const aws::Request&, const ListStacksInput&) override;
  aws::Accesses access(const aws::Request&, const ValidateTemplateInput&) override;

 private:
  // By name (living stacks) or by id (deleted ones too).
  std::optional<StackState> find(const aws::Request& request, const std::string& name_or_id);
  StackState get(const aws::Request& request, const std::string& name_or_id);  // "Stack with id x does not exist"
  std::string arn(const aws::Request& request, const std::string& name_or_id);
  aws::Access one_access(const aws::Request& request, std::string_view operation, const std::string& name_or_id);
  aws::Access pass_role(const std::string& role_arn) const;
  aws::Calls calls(const aws::Request& request, const std::string& role_arn, const std::string& stack_id);
  // Throws ValidationError unless exactly one is given.
  std::string template_text(const aws::Request& request, const std::optional<std::string>& body,
                            const std::optional<std::string>& url, const std::string& role_arn);

  std::optional<std::string> resource_metadata(const StackState& stack, const std::string& id);

  aws::Caller& caller_;
  aws::Roles& roles_;
  Clock& clock_;
  Store store_;
  Answers answers_;
  Engine engine_;
};

}  // namespace standpipe::cloudformation
