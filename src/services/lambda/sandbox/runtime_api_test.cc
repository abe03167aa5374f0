#include "services/lambda/sandbox/runtime_api.h"

#include <gtest/gtest.h>

#include "base/workers.h"

namespace standpipe::sandbox {
namespace {

net::Response call(RuntimeApi& api, const char* method, const std::string& path, const std::string& body = {}) {
  net::Request request;
  request.method = method;
  request.target = "/2018-06-01/runtime/" + path;
  request.body = net::Body(body);
  return api.serve(request);
}

Deadline soon() { return Deadline::in(std::chrono::seconds(10)); }

TEST(RuntimeApi, HandsOutAnInvocationAndTakesItsAnswer) {
  RuntimeApi api;
  net::Response next;
  Background runtime("runtime", [&](std::stop_token) {
    next = call(api, "GET", "invocation/next");
    call(api, "POST", "invocation/id-1/response", "\"out\"");
  });
  ASSERT_TRUE(api.wait_until_idle(soon()));
  api.give({"id-1", "{}", "arn:f", "trace", "", from_epoch_ms(5000)});
  const auto answer = api.wait_for_answer(soon());
  runtime.join();
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->is_error);
  EXPECT_EQ(answer->body, "\"out\"");
  EXPECT_EQ(next.headers.get("lambda-runtime-aws-request-id"), "id-1");
  EXPECT_EQ(next.headers.get("lambda-runtime-deadline-ms"), "5000");
}

TEST(RuntimeApi, RefusesAnswersToWhatWasNotAsked) {
  RuntimeApi api;
  EXPECT_EQ(call(api, "POST", "invocation/other/response", "1").status, 400);
  api.give({"id-1", "{}", "", "", "", {}});
  EXPECT_EQ(call(api, "POST", "invocation/other/response", "1").status, 400);
  EXPECT_EQ(call(api, "POST", "invocation/id-1/response", "1").status, 202);
  EXPECT_EQ(call(api, "POST", "invocation/id-1/response", "2").status, 400);
  EXPECT_EQ(api.wait_for_answer(soon())->body, "1");
  EXPECT_EQ(call(api, "GET", "invocation/elsewhere").status, 404);
  EXPECT_EQ(call(api, "POST", "init/error", "{}").status, 403);
}

TEST(RuntimeApi, TurnsALongAnswerIntoAnError) {
  RuntimeApi api;
  api.give({"id-1", "{}", "", "", "", {}});
  EXPECT_EQ(call(api, "POST", "invocation/id-1/response", std::string(RuntimeApi::kPayloadBytesMax + 1, 'x')).status,
            413);
  EXPECT_EQ(api.wait_for_answer(soon())->error_type, "Function.ResponseSizeTooLarge");
}

TEST(RuntimeApi, EndsEveryWaitWithTheProcess) {
  RuntimeApi api;
  Background runtime("runtime", [&](std::stop_token) { EXPECT_EQ(call(api, "GET", "invocation/next").status, 500); });
  ASSERT_TRUE(api.wait_until_idle(soon()));
  EXPECT_EQ(call(api, "GET", "invocation/next").status, 400);  // one at a time
  api.end();
  runtime.join();
  EXPECT_FALSE(api.wait_for_answer(soon()));
  EXPECT_FALSE(api.wait_until_idle(soon()));
}

TEST(RuntimeApi, TellsWhyInitialisationFailed) {
  RuntimeApi api;
  EXPECT_EQ(call(api, "POST", "init/error", R"({"errorType":"X"})").status, 202);
  EXPECT_FALSE(api.wait_until_idle(soon()));
  EXPECT_EQ(api.init_error()->body, R"({"errorType":"X"})");
}

}  // namespace
}  // namespace standpipe::sandbox
