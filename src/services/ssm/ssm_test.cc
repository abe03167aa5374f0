#include "services/ssm/ssm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "metadata/sqlite.h"

namespace standpipe::ssm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SsmTest : public testing::Test {
 protected:
  SsmTest() {
    char path[] = "/tmp/ssm_test_XXXXXX";
    folder_ = mkdtemp(path);
    metadata_ = open_sqlite_metadata(folder_ / "metadata.db");
    ssm_.emplace(*metadata_, clock_);
    request_.account = "000000000000";
    request_.region = "eu-west-1";
    request_.principal.arn = "arn:aws:iam::000000000000:user/ann";
  }
  ~SsmTest() override {
    metadata_.reset();
    std::filesystem::remove_all(folder_);
  }

  int64_t put(const std::string& name, const std::string& value, bool overwrite = false) {
    return *ssm_->put_parameter(request_, {.name = name, .value = value, .type = "String", .overwrite = overwrite})
                .version;
  }
  std::string get(const std::string& name) { return *ssm_->get_parameter(request_, {.name = name}).parameter->value; }
  template <class Body>
  std::string code_of(Body body, const std::string& message = "") {
    try {
      body();
    } catch (const aws::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
      return error.code;
    }
    return "none";
  }
  std::vector<std::string> names(const std::optional<std::vector<Parameter>>& parameters) {
    std::vector<std::string> result;
    for (const Parameter& parameter : *parameters) result.push_back(*parameter.name);
    return result;
  }

  std::filesystem::path folder_;
  FakeClock clock_;
  std::unique_ptr<Metadata> metadata_;
  std::optional<Ssm> ssm_;
  aws::Request request_;
};

TEST_F(SsmTest, KeepsVersions) {
  EXPECT_EQ(put("/app/url", "one"), 1);
  EXPECT_EQ(code_of([&] { put("/app/url", "two"); }, "The parameter already exists. To overwrite"),
            "ParameterAlreadyExists");
  EXPECT_EQ(put("/app/url", "two", true), 2);
  EXPECT_EQ(get("/app/url"), "two");
  EXPECT_EQ(get("/app/url:1"), "one");
  EXPECT_EQ(get("/app/url:2"), "two");
  EXPECT_EQ(get("arn:aws:ssm:eu-west-1:000000000000:parameter/app/url"), "two");
  EXPECT_EQ(code_of([&] { get("/app/url:3"); }), "ParameterVersionNotFound");
  EXPECT_EQ(code_of([&] { get("/app/url:live"); }), "ParameterVersionNotFound");
  EXPECT_EQ(code_of([&] { get("/app"); }), "ParameterNotFound");
  const Parameter parameter = *ssm_->get_parameter(request_, {.name = "/app/url:1"}).parameter;
  EXPECT_EQ(parameter.selector, ":1");
  EXPECT_EQ(parameter.arn, "arn:aws:ssm:eu-west-1:000000000000:parameter/app/url");
  EXPECT_EQ(parameter.data_type, "text");
}

TEST_F(SsmTest, KeepsAHundredVersions) {
  for (int i = 0; i < 103; ++i) put("many", std::to_string(i), true);
  EXPECT_EQ(code_of([&] { get("many:3"); }), "ParameterVersionNotFound");
  EXPECT_EQ(get("many:4"), "3");
  EXPECT_EQ(get("many"), "102");
}

TEST_F(SsmTest, RefusesWhatItCannotKeep) {
  const auto refused = [&](PutParameterInput input, const std::string& message) {
    return code_of([&] { ssm_->put_parameter(request_, input); }, message);
  };
  EXPECT_EQ(refused({.name = "a", .value = "v", .type = "SecureString"}, "SecureString"), "UnsupportedParameterType");
  EXPECT_EQ(refused({.name = "a", .value = "v"}, "A parameter type is required"), "ValidationException");
  EXPECT_EQ(refused({.name = "a/b", .value = "v", .type = "String"}, "fully qualified"), "ValidationException");
  EXPECT_EQ(refused({.name = "awsome", .value = "v", .type = "String"}, "can't be prefixed"), "ValidationException");
  EXPECT_EQ(refused({.name = "/aws/x", .value = "v", .type = "String"}, "No access to reserved"),
            "AccessDeniedException");
  EXPECT_EQ(refused({.name = "/a b", .value = "v", .type = "String"}, "Invalid parameter name"), "ValidationException");
  std::string deep;
  for (int i = 0; i < 16; ++i) deep += "/x";
  EXPECT_EQ(refused({.name = deep, .value = "v", .type = "String"}, "15 levels"),
            "HierarchyLevelLimitExceededException");
  EXPECT_EQ(refused({.name = "a", .value = std::string(4097, 'v'), .type = "String"}, "4096"), "ValidationException");
  EXPECT_EQ(refused({.name = "a", .value = "v", .type = "String", .data_type = "aws:ec2:image"}, "aws:ec2:image"),
            "ValidationException");
  EXPECT_EQ(refused({.name = "a", .value = "v", .type = "String", .policies = "[]"}, "Policies"),
            "ValidationException");
  EXPECT_EQ(
      refused({.name = "a", .value = "v", .type = "String", .allowed_pattern = "^\\d+$"}, "allowedPattern: ^\\d+$"),
      "ParameterPatternMismatchException");
  EXPECT_EQ(refused({.name = "a", .value = "v", .type = "String", .allowed_pattern = "("}, "regular"),
            "InvalidAllowedPatternException");
}

TEST_F(SsmTest, AdvancedTierHoldsMoreAndStays) {
  PutParameterInput input{
      .name = "big", .value = std::string(8192, 'v'), .type = "String", .tier = "Intelligent-Tiering"};
  EXPECT_EQ(ssm_->put_parameter(request_, input).tier, "Advanced");
  input.overwrite = true;
  input.value = "small";
  EXPECT_EQ(ssm_->put_parameter(request_, input).tier, "Advanced");
  input.tier = "Standard";
  EXPECT_EQ(code_of([&] { ssm_->put_parameter(request_, input); }, "can't downgrade"), "ValidationException");
}

TEST_F(SsmTest, ListsByPathInPages) {
  for (const char* name : {"/a/1", "/a/2", "/a/b/3", "/ab/4", "plain"}) put(name, "v");
  EXPECT_THAT(names(ssm_->get_parameters_by_path(request_, {.path = "/a"}).parameters), ElementsAre("/a/1", "/a/2"));
  EXPECT_THAT(names(ssm_->get_parameters_by_path(request_, {.path = "/a/", .recursive = true}).parameters),
              ElementsAre("/a/1", "/a/2", "/a/b/3"));
  EXPECT_THAT(names(ssm_->get_parameters_by_path(request_, {.path = "/"}).parameters), ElementsAre("plain"));
  const auto page = ssm_->get_parameters_by_path(request_, {.path = "/", .recursive = true, .max_results = 3});
  EXPECT_THAT(names(page.parameters), ElementsAre("/a/1", "/a/2", "/a/b/3"));
  const auto rest = ssm_->get_parameters_by_path(
      request_, {.path = "/", .recursive = true, .max_results = 3, .next_token = page.next_token});
  EXPECT_THAT(names(rest.parameters), ElementsAre("/ab/4", "plain"));
  EXPECT_FALSE(rest.next_token);
  EXPECT_EQ(code_of([&] { ssm_->get_parameters_by_path(request_, {.path = "a"}); }, "forward slash"),
            "ValidationException");
}

TEST_F(SsmTest, DescribesWithFilters) {
  for (const char* name : {"/a/1", "/a/b/2", "/c/3"}) put(name, "v");
  const auto described = [&](ParameterStringFilter filter) {
    std::vector<std::string> result;
    const auto output = ssm_->describe_parameters(
        request_, {.parameter_filters = std::vector<ParameterStringFilter>{std::move(filter)}});
    for (const ParameterMetadata& entry : *output.parameters) result.push_back(*entry.name);
    return result;
  };
  using Values = std::vector<std::string>;
  EXPECT_THAT(described({.key = "Path", .option = "Recursive", .values = Values{"/a"}}), ElementsAre("/a/1", "/a/b/2"));
  EXPECT_THAT(described({.key = "Path", .values = Values{"/a"}}), ElementsAre("/a/1"));
  EXPECT_THAT(described({.key = "Name", .option = "BeginsWith", .values = Values{"/c", "/x"}}), ElementsAre("/c/3"));
  EXPECT_THAT(described({.key = "Name", .option = "Contains", .values = Values{"b"}}), ElementsAre("/a/b/2"));
  EXPECT_THAT(described({.key = "Type", .values = Values{"StringList"}}), ElementsAre());
  EXPECT_EQ(code_of([&] { described({.key = "Label", .values = Values{"x"}}); }, "Label"), "InvalidFilterKey");
  EXPECT_EQ(code_of([&] { described({.key = "Type", .option = "Contains", .values = Values{"x"}}); }, "Contains"),
            "InvalidFilterOption");
}

TEST_F(SsmTest, DeletesWithHistoryAndTags) {
  put("x", "1");
  put("x", "2", true);
  ssm_->add_tags_to_resource(request_,
                             {.resource_type = "Parameter", .resource_id = "x", .tags = {{"k", "v"}, {"l", "w"}}});
  ssm_->remove_tags_from_resource(request_, {.resource_type = "Parameter", .resource_id = "x", .tag_keys = {"l"}});
  const auto tags = ssm_->list_tags_for_resource(request_, {.resource_type = "Parameter", .resource_id = "x"});
  ASSERT_EQ(tags.tag_list->size(), 1u);
  EXPECT_EQ(tags.tag_list->front().value, "v");
  const auto deleted = ssm_->delete_parameters(request_, {.names = {"x", "y"}});
  EXPECT_THAT(*deleted.deleted_parameters, ElementsAre("x"));
  EXPECT_THAT(*deleted.invalid_parameters, ElementsAre("y"));
  EXPECT_EQ(put("x", "3"), 1);
  EXPECT_EQ(code_of([&] { get("x:2"); }), "ParameterVersionNotFound");
  EXPECT_EQ(code_of([&] { ssm_->delete_parameter(request_, {.name = "y"}); }), "ParameterNotFound");
  EXPECT_EQ(code_of([&] { ssm_->list_tags_for_resource(request_, {.resource_type = "Document", .resource_id = "x"}); }),
            "InvalidResourceType");
}

TEST_F(SsmTest, RegionsAreApart) {
  put("x", "1");
  request_.region = "us-east-1";
  const auto output = ssm_->get_parameters(request_, {.names = {"x", "x:1"}});
  EXPECT_THAT(*output.invalid_parameters, ElementsAre("x", "x:1"));
}

TEST_F(SsmTest, NamesWhatMustBeAllowed) {
  const auto accesses = ssm_->access(request_, GetParametersInput{.names = {"/a/b", "c:2"}});
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_EQ(accesses[0].action, "ssm:GetParameters");
  EXPECT_EQ(accesses[0].resource, "arn:aws:ssm:eu-west-1:000000000000:parameter/a/b");
  EXPECT_EQ(accesses[1].resource, "arn:aws:ssm:eu-west-1:000000000000:parameter/c");
}

}  // namespace
}  // namespace standpipe::ssm
