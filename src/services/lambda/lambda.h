// Functions, layers, their invocation, and the event source mappings that invoke them with the records of streams.
// State is in metadata, code in objects; each account and region has its own. Functions run in sandboxes, which stay
// warm for a while. Asynchronous events are durable once accepted. Thread-safe.
//
// What differs from AWS on purpose: a function is active as soon as it has been created (the answer says Pending, as
// AWS's does), versions and aliases other than $LATEST do not exist, and architectures are accepted as written but run
// on this machine's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "aws/access.h"
#include "aws/caller.h"
#include "base/metrics.h"
#include "generated/lambda.h"
#include "metadata/metadata.h"
#include "objects/objects.h"
#include "services/lambda/code_cache.h"
#include "services/lambda/environments.h"
#include "services/lambda/event_source/event_sources.h"
#include "services/lambda/event_queue.h"
#include "services/lambda/runner.h"
#include "services/lambda/settings.h"
#include "services/lambda/stored.h"

namespace standpipe::lambda {

class Lambda final : public Operations {
 public:
  // `objects` holds nothing but what this service puts there.
  Lambda(Metadata& metadata, Objects& objects, aws::Caller& caller, aws::Roles& roles, Clock& clock,
         MetricSink& metrics, sandbox::SandboxFactory& sandboxes, kinesis::RecordReader& reader, Workers& workers,
         Settings settings);

  // Begins to deliver asynchronous events, those of an earlier process too, and removes blobs that nothing refers to.
  // To be called when all services can be called.
  void start();
  // Ends all idle sandboxes and forgets waiting events: for /_standpipe/reset, after metadata has been cleared.
  void reset();
  // Kills what runs: the server stops. Asynchronous events that were being delivered stay on disk.
  void interrupt();
  // Delivers what is due now and waits for it; for tests.
  void deliver_due_events() { queue_.deliver_due(); }

  CreateFunctionOutput create_function(const aws::Request&, const CreateFunctionInput&) override;
  GetFunctionOutput get_function(const aws::Request&, const GetFunctionInput&) override;
  GetFunctionConfigurationOutput get_function_configuration(const aws::Request&,
                                                            const GetFunctionConfigurationInput&) override;
  ListFunctionsOutput list_functions(const aws::Request&, const ListFunctionsInput&) override;
  UpdateFunctionCodeOutput update_function_code(const aws::Request&, const UpdateFunctionCodeInput&) override;
  UpdateFunctionConfigurationOutput update_function_configuration(const aws::Request&,
                                                                  const UpdateFunctionConfigurationInput&) override;
  DeleteFunctionOutput delete_function(const aws::Request&, const DeleteFunctionInput&) override;
  InvokeOutput invoke(const aws::Request&, const InvokeInput&) override;

  PublishLayerVersionOutput publish_layer_version(const aws::Request&, const PublishLayerVersionInput&) override;
  GetLayerVersionOutput get_layer_version(const aws::Request&, const GetLayerVersionInput&) override;
  GetLayerVersionByArnOutput get_layer_version_by_arn(const aws::Request&, const GetLayerVersionByArnInput&) override;
  ListLayerVersionsOutput list_layer_versions(const aws::Request&, const ListLayerVersionsInput&) override;
  ListLayersOutput list_layers(const aws::Request&, const ListLayersInput&) override;
  DeleteLayerVersionOutput delete_layer_version(const aws::Request&, const DeleteLayerVersionInput&) override;

  AddPermissionOutput add_permission(const aws::Request&, const AddPermissionInput&) override;
  RemovePermissionOutput remove_permission(const aws::Request&, const RemovePermissionInput&) override;
  GetPolicyOutput get_policy(const aws::Request&, const GetPolicyInput&) override;
  TagResourceOutput tag_resource(const aws::Request&, const TagResourceInput&) override;
  UntagResourceOutput untag_resource(const aws::Request&, const UntagResourceInput&) override;
  ListTagsOutput list_tags(const aws::Request&, const ListTagsInput&) override;

  CreateEventSourceMappingOutput create_event_source_mapping(const aws::Request&,
                                                             const CreateEventSourceMappingInput&) override;
  GetEventSourceMappingOutput get_event_source_mapping(const aws::Request&,
                                                       const GetEventSourceMappingInput&) override;
  ListEventSourceMappingsOutput list_event_source_mappings(const aws::Request&,
                                                           const ListEventSourceMappingsInput&) override;
  UpdateEventSourceMappingOutput update_event_source_mapping(const aws::Request&,
                                                             const UpdateEventSourceMappingInput&) override;
  DeleteEventSourceMappingOutput delete_event_source_mapping(const aws::Request&,
                                                             const DeleteEventSourceMappingInput&) override;

  aws::Accesses access(const aws::Request&, const CreateFunctionInput&) override;
  aws::Accesses access(const aws::Request&, const GetFunctionInput&) override;
  aws::Accesses access(const aws::Request&, const GetFunctionConfigurationInput&) override;
  aws::Accesses access(const aws::Request&, const ListFunctionsInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateFunctionCodeInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateFunctionConfigurationInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteFunctionInput&) override;
  aws::Accesses access(const aws::Request&, const InvokeInput&) override;
  aws::Accesses access(const aws::Request&, const PublishLayerVersionInput&) override;
  aws::Accesses access(const aws::Request&, const GetLayerVersionInput&) override;
  aws::Accesses access(const aws::Request&, const GetLayerVersionByArnInput&) override;
  aws::Accesses access(const aws::Request&, const ListLayerVersionsInput&) override;
  aws::Accesses access(const aws::Request&, const ListLayersInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteLayerVersionInput&) override;
  aws::Accesses access(const aws::Request&, const AddPermissionInput&) override;
  aws::Accesses access(const aws::Request&, const RemovePermissionInput&) override;
  aws::Accesses access(const aws::Request&, const GetPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const TagResourceInput&) override;
  aws::Accesses access(const aws::Request&, const UntagResourceInput&) override;
  aws::Accesses access(const aws::Request&, const ListTagsInput&) override;
  aws::Accesses access(const aws::Request&, const CreateEventSourceMappingInput&) override;
  aws::Accesses access(const aws::Request&, const GetEventSourceMappingInput&) override;
  aws::Accesses access(const aws::Request&, const ListEventSourceMappingsInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateEventSourceMappingInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteEventSourceMappingInput&) override;

 private:
  struct CodeSource {  // of functions and of layers
    const std::optional<aws::Blob>& zip_file;
    const std::optional<std::string>&s3_bucket, &s3_key, &s3_object_version;
  };
  std::optional<StoredFunction> find(const FunctionName& name);
  StoredFunction function(const FunctionName& name);  // throws ResourceNotFoundException
  std::optional<StoredLayer> find_layer(const LayerName& name);
  StoredLayer layer(const aws::Request& request, const LayerName& name);  // throws ResourceNotFoundException
  std::vector<StoredArchive> layer_archives(const aws::Request& request, const std::vector<std::string>& arns);

  StoredArchive store_code(const aws::Request& request, const CodeSource& source, const char* operation);
  std::string read_s3(const aws::Request& request, const CodeSource& source);
  void check_role(const StoredFunction& function);
  void check_runtime(const StoredFunction& function);
  // Reads, changes and writes a function in one transaction, with a new revision; answers what it became. An archive
  // that is no longer used is removed.
  StoredFunction change(const FunctionName& name, const std::optional<std::string>& revision,
                        const std::function<void(StoredFunction&)>& change);
  FunctionConfiguration describe(const StoredFunction& function);
  FunctionConfiguration describe_changed(const StoredFunction& function);
  Execution run(const FunctionName& name, Call call);
  aws::Access on_function(const aws::Request& request, std::string action, const std::string& text,
                          const std::optional<std::string>& qualifier = std::nullopt);
  aws::Accesses layer_accesses(const aws::Request& request, const std::optional<std::vector<std::string>>& arns);
  void remove_orphans();

  StoredMapping mapping(const aws::Request& request, const std::string& uuid);  // throws ResourceNotFoundException
  aws::Access on_tagged(const aws::Request& request, std::string action, const std::string& arn);
  aws::Access on_mapping(const aws::Request& request, std::string action, const std::string& uuid);
  EventSourceMappingConfiguration show(const StoredMapping& mapping) const;
  StoredMapping change_mapping(const aws::Request& request, const std::string& uuid, const std::string& action,
                               const std::function<void(StoredMapping&)>& change);
  StoredMapping tagged_mapping(const aws::Request& request, const std::string& arn);
  void change_tags(const aws::Request& request, const std::string& arn,
                   const std::function<void(std::map<std::string, std::string>&)>& change);

  Metadata& metadata_;
  Objects& objects_;
  aws::Caller& caller_;
  aws::Roles& roles_;
  Clock& clock_;
  sandbox::SandboxFactory& sandboxes_;
  const Settings settings_;
  CodeCache code_;
  Environments environments_;
  Runner runner_;
  EventQueue queue_;
  EventSources sources_;
};

}  // namespace standpipe::lambda
