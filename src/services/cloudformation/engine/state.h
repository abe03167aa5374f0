// What is known about stacks and their resources, as it is kept in Metadata.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/request.h"
#include "base/clock.h"
#include "base/json.h"
#include "services/cloudformation/template/parameters.h"

namespace standpipe::cloudformation {

struct StackOutput {
  std::string key, value, description, export_name;  // export_name: empty if it is not exported
};

struct StackState {
  std::string uuid, name, account, region;
  std::string status, reason;
  std::string description;
  ParameterValues parameters;
  std::vector<std::string> no_echo;  // names of parameters whose values are not shown
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::string> capabilities;
  std::vector<StackOutput> outputs;
  std::string on_failure = "ROLLBACK";  // ROLLBACK, DELETE or DO_NOTHING
  bool disable_rollback = false;        // as given, for DescribeStacks
  bool retain_except_on_create = false;
  int timeout_minutes = 0;  // 0: none
  bool termination_protection = false;
  std::string role_arn;            // empty: the stack acts as `principal`
  aws::Principal principal;        // who asked for the operation that runs
  std::string parent, root;        // uuids; empty for stacks that are not nested
  std::string parent_id, root_id;  // ARNs
  int nesting = 0;                 // how many stacks are around it
  std::string client_request_token;
  std::vector<std::string> retained;  // logical ids that DeleteStack was told to keep
  Timestamp created{};
  std::optional<Timestamp> deleted;

  std::string id() const;  // ARN
  bool in_progress() const { return status.ends_with("_IN_PROGRESS"); }
};

struct ResourceState {
  std::string id, type, status, reason;  // id: logical
  std::string name;                      // chosen before anything is called
  std::string physical_id;
  std::string custom_request;       // id of the request that a custom resource has to answer
  bool custom_invoked = false;      // its function may have seen a request
  bool custom_accepted = false;     // lambda keeps the request that waits for its answer
  bool no_echo = false;             // attributes are not shown
  std::optional<Timestamp> called;  // when the call that makes the resource was first made
  json::Object properties;          // evaluated and checked
  json::Object attributes;
  Timestamp updated{};
};

struct StackEventRecord {
  std::string event_id, logical_id, physical_id, type, status, reason, properties, client_request_token;
  Timestamp time{};
};

std::string print(const StackState& stack);
std::string print(const ResourceState& resource);
std::string print(const StackEventRecord& event);
StackState parse_stack(std::string_view text);
ResourceState parse_resource(std::string_view text);
StackEventRecord parse_event(std::string_view text);

json::Value principal_to_json(const aws::Principal& principal);
aws::Principal principal_from_json(const json::Value& value);

}  // namespace standpipe::cloudformation
