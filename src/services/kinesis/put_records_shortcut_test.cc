#include "services/kinesis/put_records_shortcut.h"

#include "base/bytes.h"
#include "base/json.h"
#include "services/kinesis/kinesis_fixture.h"
#include "services/kinesis/put_records_testing.h"

namespace standpipe::kinesis {
namespace {

std::string body_of(const std::string& records, const std::string& stream = R"("StreamName":"s")") {
  return "{" + stream + ",\"Records\":[" + records + "]}";
}

TEST(PlainPutRecords, ReadsWhatSdksSend) {
  const std::string record = R"({"Data":"aGVsbG8=","PartitionKey":"k"})";
  for (const std::string& body :
       {body_of(record), body_of(record + "," + record), body_of(R"({"PartitionKey":"a b/~","Data":""})"),
        body_of(R"({"Data":"AA==","ExplicitHashKey":"0","PartitionKey":"k"})"),
        body_of(R"({"Data":"AA==","ExplicitHashKey":"340282366920938463463374607431768211455","PartitionKey":"k"})"),
        R"( { "Records" : [ { "Data" : "AA==" , "PartitionKey" : "k" } ] , "StreamName" : "s" } )" + std::string("\n"),
        body_of(record, R"("StreamARN":"arn:aws:kinesis:eu-west-1:000000000000:stream/s")")}) {
    EXPECT_EQ(compare_readings(body), Reading::alike) << body;
  }
}

TEST(PlainPutRecords, LeavesEverythingElseToTheGeneralDecoder) {
  const std::string record = R"({"Data":"aGVsbG8=","PartitionKey":"k"})";
  std::string many = record;
  for (int i = 0; i < 500; ++i) many += "," + record;
  for (const std::string& body :
       {std::string(), std::string("{}"), std::string("null"), body_of(""), body_of(record) + "x", body_of(many),
        "[" + body_of(record) + "]", body_of(record, R"("StreamName":null)"), body_of(record, R"("StreamName":"s s")"),
        body_of(record, R"("StreamName":"s","StreamId":"x")"), body_of(record, R"("Unknown":"s","StreamName":"s")"),
        body_of(record, R"("StreamName":"s","StreamARN":"arn:aws:kinesis:eu-west-1:000000000000:stream/s")"),
        body_of(record, R"("StreamARN":"arn:aws:s3:::s")"),
        body_of(record, R"("StreamARN":"arn:aws:kinesis:eu-west-1:000000t000000:stream/s")"),
        body_of(record, R"("StreamARN":"arn:aws:kinesis:eu-west-1:000000000000:stream/s s")"),
        body_of(record, R"("StreamName":"s","StreamName":"t")"),
        body_of(R"({"Data":"aGVsbG8","PartitionKey":"k"})"), body_of(R"({"Data":"aGVs\nbG8=","PartitionKey":"k"})"),
        body_of(R"({"Data":"AA==","PartitionKey":"\u006b"})"), body_of(R"({"Data":"AA==","PartitionKey":"é"})"),
        body_of(R"({"Data":"AA==","PartitionKey":""})"), body_of(R"({"Data":"AA=="})"),
        body_of(R"({"PartitionKey":"k"})"),
        body_of(R"({"Data":"AA==","PartitionKey":")" + std::string(257, 'k') + "\"}"),
        body_of(R"({"Data":"AA==","Data":"AA==","PartitionKey":"k"})"), body_of(R"({"Data":1,"PartitionKey":"k"})"),
        body_of(R"({"Data":"AA==","PartitionKey":"k","ExplicitHashKey":"01"})"),
        body_of(R"({"Data":"AA==","PartitionKey":"k","ExplicitHashKey":"-1"})"),
        body_of(record + ","), body_of(record).substr(0, 30), body_of(R"({"Data":"AA==","PartitionKey":"k",})")}) {
    EXPECT_EQ(compare_readings(body), Reading::not_plain) << body.substr(0, 200);
  }
}

class PutRecordsShortcutTest : public KinesisTest {
 protected:
  std::optional<json::Value> serve(const std::string& body) {
    PutRecordsShortcut shortcut(*kinesis_);
    const auto answer = shortcut.serve(request_, body, [&](const void* input) {
      asked_ = static_cast<const PutRecordsInput*>(input)->stream_name;
      if (!allowed_) throw aws::Error("AccessDeniedException", 400, "no");
    });
    if (!answer) return std::nullopt;
    return json::parse(*answer);
  }
  bool allowed_ = true;
  std::optional<std::string> asked_;
};

TEST_F(PutRecordsShortcutTest, StoresAndAnswersLikeTheOperation) {
  create("s", 2);
  const auto answer = serve(body_of(R"({"Data":"MQ==","PartitionKey":"a","ExplicitHashKey":"0"},)"
                                    R"({"Data":"Mg==","PartitionKey":"b","ExplicitHashKey":"1"})"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(asked_, "s");
  EXPECT_EQ(answer->find("FailedRecordCount")->integer(), 0);
  EXPECT_THAT(texts(iterator({})), testing::ElementsAre("1", "2"));
  const auto records = kinesis_->get_records(request_, {.shard_iterator = iterator({})}).records;
  ASSERT_EQ(records.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const json::Value& told = answer->find("Records")->array().at(i);
    EXPECT_EQ(told.find("SequenceNumber")->string(), records[i].sequence_number);
    EXPECT_EQ(told.find("ShardId")->string(), "shardId-000000000000");
  }
}

TEST_F(PutRecordsShortcutTest, RefusesBeforeAnythingIsStored) {
  create("s");
  allowed_ = false;
  EXPECT_EQ(code_of([&] { serve(body_of(R"({"Data":"MQ==","PartitionKey":"a"})")); }), "AccessDeniedException");
  EXPECT_THAT(texts(iterator({})), testing::IsEmpty());
}

TEST_F(PutRecordsShortcutTest, LeavesWhatIsTooLongToTheOperation) {
  create("s");
  const std::string data = base64_encode(std::string(1u << 20, 'x'));
  EXPECT_FALSE(serve(body_of(R"({"Data":")" + data + R"(","PartitionKey":"a"})")));
  EXPECT_THAT(texts(iterator({})), testing::IsEmpty());
}

TEST_F(PutRecordsShortcutTest, TellsWhichRecordsWereTooMany) {
  create("s");
  std::string records = R"({"Data":"MQ==","PartitionKey":"a"})";
  for (int i = 1; i < 400; ++i) records += R"(,{"Data":"MQ==","PartitionKey":"a"})";
  int64_t failed = 0;
  std::string last;
  for (int i = 0; i < 3; ++i) {
    const auto answer = serve(body_of(records));
    failed = answer->find("FailedRecordCount")->integer();
    last = json::print(answer->find("Records")->array().back());
  }
  EXPECT_EQ(failed, 200);  // of a thousand a second
  EXPECT_EQ(last, R"({"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":)"
                  R"("Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000."})");
}

TEST_F(PutRecordsShortcutTest, KnowsNoOtherStreams) {
  EXPECT_EQ(code_of([&] { serve(body_of(R"({"Data":"MQ==","PartitionKey":"a"})")); }, "not found"),
            "ResourceNotFoundException");
}

}  // namespace
}  // namespace standpipe::kinesis
