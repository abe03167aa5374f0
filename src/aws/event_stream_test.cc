#include "aws/event_stream.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "generated/kinesis.h"

namespace standpipe::aws {
namespace {

class Collected final : public net::BodyWriter {
 public:
  bool write(std::string_view bytes) override {
    text.append(bytes);
    return ++writes < writes_max;
  }
  std::string text;
  int writes = 0, writes_max = 100;
};

struct Message {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string payload;
};

uint32_t number(std::string_view bytes, size_t at, int length = 4) {
  uint32_t value = 0;
  for (int i = 0; i < length; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<size_t>(i)]);
  return value;
}

// Reads messages and checks both sums of each.
std::vector<Message> messages(std::string_view bytes) {
  std::vector<Message> found;
  while (!bytes.empty()) {
    const uint32_t total = number(bytes, 0), headers = number(bytes, 4);
    EXPECT_EQ(number(bytes, 8), crc32(bytes.substr(0, 8)));
    EXPECT_EQ(number(bytes, total - 4), crc32(bytes.substr(0, total - 4)));
    Message message;
    for (size_t at = 12; at < 12 + headers;) {
      const size_t name = number(bytes, at, 1), value = number(bytes, at + 2 + name, 2);
      EXPECT_EQ(bytes[at + 1 + name], 7);
      message.headers.emplace_back(bytes.substr(at + 1, name), bytes.substr(at + 4 + name, value));
      at += 4 + name + value;
    }
    message.payload = bytes.substr(12 + headers, total - headers - 16);
    found.push_back(std::move(message));
    bytes.remove_prefix(total);
  }
  return found;
}

std::string answer(Collected& into, const kinesis::SubscribeToShardOutput& output, Protocol protocol = Protocol::json) {
  Wire wire;
  wire.rest = false;
  wire.protocol = protocol;
  const OperationModel* operation = find_operation(kinesis::model(), "SubscribeToShard");
  net::Response response = encode(kinesis::model(), wire, *operation, &output, "request-1");
  EXPECT_EQ(response.headers.get("x-amzn-requestid"), "request-1");
  std::get<net::StreamedBody>(response.body)(into);
  return response.headers.get("content-type");
}

kinesis::SubscribeToShardOutput one_event(int times) {
  kinesis::SubscribeToShardOutput output;
  output.event_stream = Events<kinesis::SubscribeToShardEvent>([times](auto& writer) {
    kinesis::SubscribeToShardEvent event;
    event.continuation_sequence_number = "42";
    for (int i = 0; i < times; ++i) {
      if (!writer.write(event)) return;
    }
    throw kinesis::ResourceInUseException("taken over");
  });
  return output;
}

TEST(EventStream, FramesAsInAwsExamples) {
  // The example of the format's specification: one empty message.
  EXPECT_EQ(hex_encode(event_message({}, "")), "000000100000000005c248eb7d98c8ff");
}

TEST(EventStream, BeginsWithTheInitialResponseAndEndsWithTheError) {
  Collected body;
  EXPECT_EQ(answer(body, one_event(2)), "application/vnd.amazon.eventstream");
  const auto found = messages(body.text);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].headers[1].second, "initial-response");
  EXPECT_EQ(found[0].payload, "{}");
  EXPECT_EQ(found[1].headers[0].second, "event");
  EXPECT_EQ(found[1].headers[1].second, "SubscribeToShardEvent");
  EXPECT_EQ(found[1].payload, R"({"Records":[],"ContinuationSequenceNumber":"42","MillisBehindLatest":0})");
  EXPECT_EQ(found[3].headers[0].second, "exception");
  EXPECT_EQ(found[3].headers[1].second, "ResourceInUseException");
  EXPECT_EQ(found[3].payload, R"({"message":"taken over"})");
}

TEST(EventStream, SpeaksCborToThoseWhoDo) {
  Collected body;
  answer(body, one_event(1), Protocol::cbor);
  const auto found = messages(body.text);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].payload, "\xa0");
  EXPECT_EQ(found[1].payload.substr(0, 9), "\xa3" "gRecords");
}

TEST(EventStream, StopsWhenTheReaderIsGone) {
  Collected body;
  body.writes_max = 2;
  answer(body, one_event(50));
  EXPECT_EQ(body.writes, 2);
}

}  // namespace
}  // namespace standpipe::aws
