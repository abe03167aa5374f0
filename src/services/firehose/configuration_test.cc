#include "services/firehose/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace standpipe::firehose {
namespace {

using testing::HasSubstr;

CreateDeliveryStreamInput collection_input() {
  CreateDeliveryStreamInput input;
  input.delivery_stream_name = "orders";
  input.delivery_stream_type = "KinesisStreamAsSource";
  input.kinesis_stream_source_configuration = {"arn:aws:kinesis:eu-west-1:1:stream/s", "arn:aws:iam::1:role/read"};
  auto& collection = input.amazon_open_search_serverless_destination_configuration.emplace();
  collection.role_arn = "arn:aws:iam::1:role/write";
  collection.collection_endpoint = "https://abc.eu-west-1.aoss.amazonaws.com";
  collection.index_name = "orders";
  collection.s3_configuration.bucket_arn = "arn:aws:s3:::backup";
  collection.s3_configuration.role_arn = "arn:aws:iam::1:role/back-up";
  collection.s3_configuration.compression_format = "GZIP";
  collection.s3_configuration.prefix = "firehose/";
  return input;
}

std::string refusal(const CreateDeliveryStreamInput& input) {
  try {
    configuration_of(input);
  } catch (const aws::Error& error) {
    return error.what();
  }
  return "";
}

TEST(Configuration, DescribesWhatWasGivenWithDefaults) {
  const auto described = describe(configuration_of(collection_input()), Defaults{.buffer_interval_s = 300});
  const auto& collection = *described.destinations.front().amazon_open_search_serverless_destination_description;
  EXPECT_EQ(collection.buffering_hints->interval_in_seconds, 300);
  EXPECT_EQ(collection.buffering_hints->size_in_mbs, 5);
  EXPECT_EQ(collection.retry_options->duration_in_seconds, 300);
  EXPECT_EQ(collection.s3_backup_mode, "FailedDocumentsOnly");
  EXPECT_EQ(collection.s3_destination_description->compression_format, "GZIP");
}

TEST(Configuration, SurvivesBeingStored) {
  Configuration configuration = configuration_of(collection_input());
  configuration.tags = {{"team", "data"}, {"empty", std::nullopt}};
  const json::Value stored = to_json(configuration);
  EXPECT_EQ(to_json(from_json(stored)), stored);
}

TEST(Configuration, NamesWhatItDoesNotSupport) {
  auto input = collection_input();
  input.amazon_open_search_serverless_destination_configuration->processing_configuration.emplace().enabled = true;
  EXPECT_THAT(refusal(input), HasSubstr("ProcessingConfiguration"));
  input = collection_input();
  input.amazon_open_search_serverless_destination_configuration->s3_configuration.compression_format = "Snappy";
  EXPECT_THAT(refusal(input), HasSubstr("Snappy"));
  input = collection_input();
  input.splunk_destination_configuration.emplace();
  EXPECT_THAT(refusal(input), HasSubstr("SplunkDestinationConfiguration"));
}

TEST(Configuration, WantsExactlyOneDestination) {
  auto input = collection_input();
  input.s3_destination_configuration.emplace();
  EXPECT_THAT(refusal(input), HasSubstr("Exactly one destination"));
  input.s3_destination_configuration.reset();
  input.amazon_open_search_serverless_destination_configuration.reset();
  EXPECT_THAT(refusal(input), HasSubstr("Exactly one destination"));
}

TEST(Configuration, WantsTheSourceThatTheTypeNames) {
  auto input = collection_input();
  input.kinesis_stream_source_configuration.reset();
  EXPECT_THAT(refusal(input), HasSubstr("KinesisStreamSourceConfiguration must be specified"));
  input = collection_input();
  input.delivery_stream_type = "DirectPut";
  EXPECT_THAT(refusal(input), HasSubstr("only supported"));
  input.delivery_stream_type = "MSKAsSource";
  EXPECT_THAT(refusal(input), HasSubstr("MSKAsSource"));
}

}  // namespace
}  // namespace standpipe::firehose
