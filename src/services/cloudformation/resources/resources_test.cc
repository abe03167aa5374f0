// What rows share: checked properties, names, archives of inline code.
#include <gtest/gtest.h>
#include <re2/re2.h>
#include <zip.h>

#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/resources/function_archive.h"
#include "services/cloudformation/resources/property.h"
#include "services/cloudformation/resources/resource_type.h"

namespace standpipe::cloudformation {
namespace {

constexpr Property kInner[] = {{.name = "Key", .required = true}, {.name = "Count", .kind = PropertyKind::integer}};
constexpr Property kDeclared[] = {{.name = "Name"},
                                  {.name = "Flag", .kind = PropertyKind::boolean},
                                  {.name = "Size", .kind = PropertyKind::integer},
                                  {.name = "Document", .kind = PropertyKind::document},
                                  {.name = "Texts", .kind = PropertyKind::texts},
                                  {.name = "Map", .kind = PropertyKind::text_map},
                                  {.name = "Inner", .kind = PropertyKind::object, .members = kInner},
                                  {.name = "List", .kind = PropertyKind::objects, .members = kInner},
                                  refused("Later")};

std::string checked(const std::string& given) {
  try {
    return json::print(check_properties("AWS::T::X", kDeclared, json::parse(given).object()));
  } catch (const ResourceError& error) {
    return error.what();
  }
}

TEST(CheckProperties, ConvertsScalars) {
  EXPECT_EQ(
      checked(
          R"({"Name":24,"Flag":"TRUE","Size":"512","Texts":[1,true],"Map":{"a":1.5},"Inner":{"Key":1,"Count":"3"}})"),
      R"({"Name":"24","Flag":true,"Size":512,"Texts":["1","true"],"Map":{"a":"1.5"},"Inner":{"Key":"1","Count":3}})");
  EXPECT_EQ(checked(R"({"Document":{"Version":"2012-10-17"}})"), R"({"Document":{"Version":"2012-10-17"}})");
}

TEST(CheckProperties, NamesEveryViolation) {
  EXPECT_EQ(
      checked(R"({"Foo":1,"Size":"x","Flag":"maybe","Inner":{},"List":[{"Key":"k","Bar":1}],"Later":{}})"),
      "Property validation failure: [Value of property {/Size} does not match type {Integer}, Value of property "
      "{/Flag} "
      "does not match type {Boolean}, The property {/Inner/Key} is required, Encountered unsupported properties in "
      "{/List/0}: [Bar], Property {/Later} of AWS::T::X is not supported, Encountered unsupported properties in {/}: "
      "[Foo]]");
  EXPECT_EQ(
      checked(R"({"Texts":"x","Map":{"a":[]},"Name":{}})"),
      "Property validation failure: [Value of property {/Texts} does not match type {List}, Value of property {/Map/a} "
      "does not match type {String}, Value of property {/Name} does not match type {String}]");
}

TEST(GenerateName, StaysWithinTheLimit) {
  EXPECT_TRUE(RE2::FullMatch(generate_name({.length_max = 64}, "stack", "Logical"), "stack-Logical-[A-Z0-9]{12}"));
  EXPECT_TRUE(RE2::FullMatch(generate_name({.length_max = 255, .prefix = "CFN"}, "stack", "Logical"),
                             "CFN-Logical-[A-Z0-9]{12}"));
  EXPECT_TRUE(RE2::FullMatch(generate_name({.length_max = 63, .lower_case = true}, "Stack", "Logical"),
                             "stack-logical-[a-z0-9]{12}"));
  const std::string longest = generate_name({.length_max = 64}, std::string(128, 's'), std::string(200, 'L'));
  EXPECT_TRUE(RE2::FullMatch(longest, "s{25}-L{25}-[A-Z0-9]{12}")) << longest;
  const std::string long_stack = generate_name({.length_max = 64}, std::string(128, 's'), "Role");
  EXPECT_TRUE(RE2::FullMatch(long_stack, "s{46}-Role-[A-Z0-9]{12}")) << long_stack;
}

std::map<std::string, std::string> files_of(const std::string& archive) {
  zip_error_t error;
  zip_source_t* source = zip_source_buffer_create(archive.data(), archive.size(), 0, &error);
  zip_t* zip = zip_open_from_source(source, ZIP_RDONLY, &error);
  std::map<std::string, std::string> files;
  for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); ++i) {
    zip_stat_t stat;
    zip_stat_index(zip, static_cast<zip_uint64_t>(i), 0, &stat);
    std::string text(stat.size, '\0');
    zip_file_t* file = zip_fopen_index(zip, static_cast<zip_uint64_t>(i), 0);
    zip_fread(file, text.data(), text.size());
    zip_fclose(file);
    files[stat.name] = text;
  }
  zip_discard(zip);
  return files;
}

TEST(InlineCode, IsPackedWithWhatItImports) {
  using Files = std::map<std::string, std::string>;
  EXPECT_EQ(files_of(inline_code_archive("python3.8", "pass\n", "R")), (Files{{"index.py", "pass\n"}}));
  EXPECT_EQ(files_of(inline_code_archive("python3.12", "import cfnresponse\n", "R")),
            (Files{{"index.py", "import cfnresponse\n"}, {"cfnresponse.py", "R"}}));
  EXPECT_EQ(files_of(inline_code_archive("nodejs20.x", "x", "R")), (Files{{"index.js", "x"}}));
  EXPECT_EQ(inline_code_archive("python3.8", "pass", "R"), inline_code_archive("python3.8", "pass", "R"));
  EXPECT_THROW(inline_code_archive("java21", "x", "R"), ResourceError);
  EXPECT_THROW(inline_code_archive("python3.8", std::string((4 << 20) + 1, ' '), "R"), ResourceError);
}

TEST(ResourceTypes, AreFoundByName) {
  for (const char* name :
       {"AWS::CloudFormation::Stack", "AWS::CloudFormation::CustomResource", "Custom::Anything", "AWS::IAM::User",
        "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::Kinesis::Stream",
        "AWS::KinesisFirehose::DeliveryStream", "AWS::OpenSearchServerless::Collection",
        "AWS::OpenSearchServerless::AccessPolicy", "AWS::OpenSearchServerless::SecurityPolicy", "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion", "AWS::Lambda::Permission", "AWS::S3::Bucket", "AWS::SSM::Parameter",
        "AWS::Logs::LogGroup", "AWS::Logs::LogStream"}) {
    EXPECT_NE(find_resource_type(name), nullptr) << name;
  }
  EXPECT_EQ(find_resource_type("AWS::EC2::VPC"), nullptr);
  EXPECT_EQ(find_resource_type("Custom::"), nullptr);
}

}  // namespace
}  // namespace standpipe::cloudformation
