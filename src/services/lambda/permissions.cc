// The resource policy of a function, and its tags.
#include <algorithm>

#include "base/bytes.h"
#include "services/lambda/lambda.h"

namespace standpipe::lambda {
namespace {

constexpr size_t kPolicyBytesMax = 20480;
constexpr size_t kTagsMax = 50;

bool is_account(const std::string& text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string::npos;
}

json::Value principal_value(const std::string& principal) {
  if (principal == "*") return "*";
  if (is_account(principal)) return json::Object{{"AWS", "arn:aws:iam::" + principal + ":root"}};
  if (principal.starts_with("arn:")) return json::Object{{"AWS", principal}};
  if (principal.find('.') != std::string::npos) return json::Object{{"Service", principal}};
  throw InvalidParameterValueException("The provided principal was invalid. Please check the principal and try again.");
}

json::Value statement_value(const AddPermissionInput& input, const std::string& function_arn) {
  json::Object conditions;
  const auto add = [&](std::string_view name, std::string_view key, const std::optional<std::string>& value) {
    if (!value) return;
    if (!conditions.contains(name)) conditions.append(std::string(name), json::Object{});
    conditions[name].object().append(std::string(key), *value);
  };
  add("StringEquals", "AWS:SourceAccount", input.source_account);
  add("StringEquals", "lambda:EventSourceToken", input.event_source_token);
  add("StringEquals", "aws:PrincipalOrgID", input.principal_org_id);
  add("StringEquals", "lambda:FunctionUrlAuthType", input.function_url_auth_type);
  add("ArnLike", "AWS:SourceArn", input.source_arn);
  json::Object statement{{"Sid", input.statement_id},
                         {"Effect", "Allow"},
                         {"Principal", principal_value(input.principal)},
                         {"Action", input.action},
                         {"Resource", function_arn}};
  if (!conditions.empty()) statement.append("Condition", conditions);
  return statement;
}

constexpr std::string_view kMappingArn = ":event-source-mapping:";

bool is_mapping(const std::string& arn) { return arn.find(kMappingArn) != std::string::npos; }

void check_count(const std::map<std::string, std::string>& tags) {
  if (tags.size() > kTagsMax) throw InvalidParameterValueException("Number of tags exceeds resource tag limit.");
}

FunctionName tagged_function(const aws::Request& request, const std::string& arn) {
  if (!arn.starts_with("arn:")) throw InvalidParameterValueException("Invalid function ARN: " + arn);
  return parse_function_name(request, arn);
}

}  // namespace

AddPermissionOutput Lambda::add_permission(const aws::Request& request, const AddPermissionInput& input) {
  if (input.invoked_via_function_url.value_or(false)) {
    throw InvalidParameterValueException("The parameter InvokedViaFunctionUrl is not supported by this server.");
  }
  const FunctionName name = parse_function_name(request, input.function_name, input.qualifier);
  if (name.qualifier == "$LATEST") {
    throw InvalidParameterValueException("We currently do not support adding policies for $LATEST.");
  }
  const json::Value statement = statement_value(input, name.arn());
  change(name, input.revision_id, [&](StoredFunction& function) {
    for (const json::Value& present : function.statements) {
      if (present.text("Sid") == input.statement_id) {
        throw ResourceConflictException("The statement id (" + input.statement_id +
                                        ") provided already exists. Please "
                                        "provide a new statement id, or remove the existing statement.")
            .with("Type", "User");
      }
    }
    function.statements.push_back(statement);
    if (function.policy().size() > kPolicyBytesMax) {
      throw PolicyLengthExceededException("The final policy size (" + std::to_string(function.policy().size()) +
                                          ") is bigger than the limit (20480).");
    }
  });
  return {.statement = json::print(statement)};
}

RemovePermissionOutput Lambda::remove_permission(const aws::Request& request, const RemovePermissionInput& input) {
  const FunctionName name = parse_function_name(request, input.function_name, input.qualifier);
  change(name, input.revision_id, [&](StoredFunction& function) {
    const auto removed = std::erase_if(
        function.statements, [&](const json::Value& statement) { return statement.text("Sid") == input.statement_id; });
    if (function.statements.empty() && removed == 0) {
      throw ResourceNotFoundException("No policy is associated with the given resource.").with("Type", "User");
    }
    if (removed == 0) {
      throw ResourceNotFoundException("Statement " + input.statement_id + " is not found in resource policy.")
          .with("Type", "User");
    }
  });
  return {};
}

GetPolicyOutput Lambda::get_policy(const aws::Request& request, const GetPolicyInput& input) {
  const StoredFunction found = function(parse_function_name(request, input.function_name, input.qualifier));
  if (found.statements.empty()) {
    throw ResourceNotFoundException("The resource you requested does not exist.").with("Type", "User");
  }
  return {.policy = found.policy(), .revision_id = found.revision};
}

TagResourceOutput Lambda::tag_resource(const aws::Request& request, const TagResourceInput& input) {
  const auto add = [&](std::map<std::string, std::string>& tags) {
    for (const auto& [key, text] : input.tags) tags[key] = text;
    check_count(tags);
  };
  if (is_mapping(input.resource)) {
    change_tags(request, input.resource, add);
  } else {
    change(tagged_function(request, input.resource), std::nullopt,
           [&](StoredFunction& function) { add(function.tags); });
  }
  return {};
}

UntagResourceOutput Lambda::untag_resource(const aws::Request& request, const UntagResourceInput& input) {
  const auto remove = [&](std::map<std::string, std::string>& tags) {
    for (const std::string& key : input.tag_keys) tags.erase(key);
  };
  if (is_mapping(input.resource)) {
    change_tags(request, input.resource, remove);
  } else {
    change(tagged_function(request, input.resource), std::nullopt,
           [&](StoredFunction& function) { remove(function.tags); });
  }
  return {};
}

ListTagsOutput Lambda::list_tags(const aws::Request& request, const ListTagsInput& input) {
  if (is_mapping(input.resource)) return {.tags = tagged_mapping(request, input.resource).tags};
  return {.tags = function(tagged_function(request, input.resource)).tags};
}

}  // namespace standpipe::lambda
