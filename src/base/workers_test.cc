#include "base/workers.h"

#include <gtest/gtest.h>

#include <future>

namespace standpipe {
namespace {

TEST(Workers, TasksMayWaitForLaterTasks) {
  Workers workers(4);
  std::promise<int> inner;
  std::promise<int> outer;
  ASSERT_TRUE(workers.run([&] { outer.set_value(inner.get_future().get() + 1); }));
  ASSERT_TRUE(workers.run([&] { inner.set_value(1); }));
  EXPECT_EQ(outer.get_future().get(), 2);
}

TEST(Workers, RefusesBeyondTheCap) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  Workers workers(2);
  EXPECT_TRUE(workers.run([released] { released.wait(); }));
  EXPECT_TRUE(workers.run([released] { released.wait(); }));
  EXPECT_FALSE(workers.run([] {}));
  release.set_value();
}

TEST(Workers, PauseEndsWhenStopped) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(pause(Deadline::in(std::chrono::hours(1)), source.get_token()));
  EXPECT_TRUE(pause(Deadline::in(Duration{1}), {}));
}

}  // namespace
}  // namespace standpipe
