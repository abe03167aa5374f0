#include "services/lambda/sandbox/name_server.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace standpipe::sandbox {
namespace {

std::string query(const std::string& name, uint16_t type) {
  std::string message("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  for (const std::string& label : split(name, '.')) {
    message.push_back(static_cast<char>(label.size()));
    message += label;
  }
  message.push_back('\0');
  message.push_back(static_cast<char>(type >> 8));
  message.push_back(static_cast<char>(type & 0xff));
  return message.append("\x00\x01", 2);
}

TEST(NameServer, AnswersAwsNamesOfAnyDepthWithOurAddress) {
  for (const char* name :
       {"sts.amazonaws.com", "abc.ap-northeast-1.aoss.amazonaws.com", "B.S3.amazonaws.COM", "x.on.aws"}) {
    const auto answer = answer_name_query(query(name, 1));
    ASSERT_TRUE(answer) << name;
    EXPECT_EQ(hex_encode(answer->substr(0, 8)), "1234858000010001") << name;
    EXPECT_EQ(hex_encode(answer->substr(answer->size() - 4)), "a9fe6402") << name;  // 169.254.100.2
  }
}

TEST(NameServer, KnowsNothingElse) {
  for (const char* name : {"example.com", "evilamazonaws.com", "amazonaws.com.evil.org"}) {
    const auto answer = answer_name_query(query(name, 1));
    ASSERT_TRUE(answer) << name;
    EXPECT_EQ((*answer)[3] & 0x0f, 3) << name;
  }
}

TEST(NameServer, SaysThatAwsNamesHaveNoAddressOfVersionSix) {
  const auto answer = answer_name_query(query("sts.amazonaws.com", 28));
  ASSERT_TRUE(answer);
  EXPECT_EQ(hex_encode(answer->substr(0, 8)), "1234858000010000");
}

TEST(NameServer, RefusesWhatIsNotOneQuestion) {
  EXPECT_FALSE(answer_name_query("short"));
  std::string response = query("sts.amazonaws.com", 1);
  response[2] = static_cast<char>(0x81);
  EXPECT_FALSE(answer_name_query(response));  // answers are not answered: no loops
  std::string compressed = query("a", 1);
  compressed[12] = static_cast<char>(0xc0);
  EXPECT_EQ((*answer_name_query(compressed))[3] & 0x0f, 1);
  std::string cut = query("sts.amazonaws.com", 1);
  cut.resize(20);
  EXPECT_EQ((*answer_name_query(cut))[3] & 0x0f, 1);
}

}  // namespace
}  // namespace standpipe::sandbox
