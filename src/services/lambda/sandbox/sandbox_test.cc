// Functions in real sandboxes. Where the machine does not allow one, the tests are skipped and say why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "base/json.h"
#include "net/certificates.h"
#include "services/lambda/runtime/sources.h"
#include "services/lambda/sandbox/bubblewrap_factory.h"
#include "services/lambda/sandbox/server_front.h"
#include "storage/temporary_directory.h"

namespace standpipe::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Deadline seconds(int count) { return Deadline::in(std::chrono::seconds(count)); }

class SandboxTest : public testing::TestWithParam<bool> {
 protected:
  SandboxTest() : authority_(std::make_shared<net::CertificateAuthority>(folder_.path() / "ca")) {
    ::chmod(folder_.path().c_str(), 0755);
    net::EndpointOptions aws;
    aws.handler = [](net::Request& request) { return net::Response::text(200, "host=" + request.host()); };
    aws.certificates = authority_;
    front_.emplace(*server_, aws, nullptr);
    FactorySettings settings;
    settings.folder = folder_.path() / "shared";
    settings.runtimes = folder_.path() / "runtimes";
    settings.own_ca = authority_->ca_pem();
    settings.bootstrap = lambda::bootstrap_source();
    settings.control_groups = GetParam();
    settings.helper = {SANDBOX_HELPER};
    fs::create_directories(settings.folder);
    factory_.emplace(settings, *front_, clock_);
  }

  void SetUp() override {
    environment_.code_folder = (folder_.path() / "code").string();
    fs::create_directories(environment_.code_folder);
    environment_.name = "test-" + std::to_string(::getpid());
    environment_.runtime = "python3.11";
    environment_.handler = "main.handler";
    environment_.variables = {{"AWS_LAMBDA_FUNCTION_NAME", "hello"}};
    if (!factory_->supports("python3.11")) GTEST_SKIP() << "no Python here";
    code("def handler(event, context): return 1\n");
    try {
      factory_->start(environment_);
    } catch (const std::runtime_error& refusal) {
      GTEST_SKIP() << refusal.what();
    }
  }

  void code(const std::string& text) { std::ofstream(fs::path(environment_.code_folder) / "main.py") << text; }

  Ending run(const std::string& text, const std::string& payload = "{}", int time = 10) {
    code(text);
    sandbox_ = factory_->start(environment_);
    const Ending ready = sandbox_->wait_ready(seconds(10));
    if (ready.kind != Ending::Kind::done) return ready;
    return again(payload, time);
  }

  Ending again(const std::string& payload = "{}", int time = 10) {
    return sandbox_->invoke(
        {"req-" + std::to_string(++requests_), payload, "arn:aws:lambda:f", "Root=1", "", clock_.now()}, seconds(time),
        [] {});
  }

  std::string output() {
    std::string text;
    for (const OutputLine& line : sandbox_->take_output(true)) text += line.text + "\n";
    return text;
  }

  TemporaryDirectory folder_;
  SystemClock clock_;
  Workers workers_;
  std::shared_ptr<net::CertificateAuthority> authority_;
  std::optional<net::Server> server_{std::in_place, net::ServerOptions{}, workers_};
  std::optional<ServerFront> front_;
  std::optional<BubblewrapFactory> factory_;
  Environment environment_;
  std::unique_ptr<Sandbox> sandbox_;
  int requests_ = 0;
};

TEST_P(SandboxTest, RunsAFunctionAgainAndAgain) {
  const Ending first =
      run("count = 0\n"
          "def handler(event, context):\n"
          "    global count; count += 1\n"
          "    print('called with', event['x'], context.aws_request_id, context.function_name)\n"
          "    return {'count': count}\n",
          R"({"x": "é"})");
  ASSERT_EQ(first.kind, Ending::Kind::done) << first.exit_reason << output();
  EXPECT_EQ(json::print(json::parse(first.body)), R"({"count":1})");
  EXPECT_EQ(output(), "called with é req-1 hello\n");
  EXPECT_EQ(json::print(json::parse(again(R"({"x": 2})").body)), R"({"count":2})");
  EXPECT_EQ(output(), "called with 2 req-2 hello\n");
  EXPECT_TRUE(sandbox_->usable());
  EXPECT_GT(sandbox_->memory_bytes_peak(), 1u << 20);
}

TEST_P(SandboxTest, ReportsWhatTheFunctionRaises) {
  const Ending ending = run("def handler(event, context): raise ValueError('no such thing')\n");
  ASSERT_EQ(ending.kind, Ending::Kind::error);
  const json::Value body = json::parse(ending.body);
  EXPECT_EQ(body.text("errorMessage"), "no such thing");
  EXPECT_EQ(body.text("errorType"), "ValueError");
  EXPECT_THAT(body.find("stackTrace")->array().back().string(), HasSubstr("/var/task/main.py"));
  EXPECT_THAT(output(), HasSubstr("[ERROR] ValueError: no such thing\nTraceback"));
  EXPECT_TRUE(sandbox_->usable());
}

TEST_P(SandboxTest, ReportsAModuleThatCannotBeImported) {
  const Ending ending = run("import nothing_like_this\n");
  ASSERT_EQ(ending.kind, Ending::Kind::error);
  EXPECT_EQ(json::parse(ending.body).text("errorType"), "Runtime.ImportModuleError");
  EXPECT_EQ(json::parse(ending.body).text("errorMessage"),
            "Unable to import module 'main': No module named 'nothing_like_this'");
  EXPECT_FALSE(sandbox_->usable());
}

TEST_P(SandboxTest, EndsAtTheTimeLimitWithAllItsChildren) {
  const Ending ending =
      run("import subprocess, time\n"
          "def handler(event, context):\n"
          "    subprocess.Popen(['sleep', '1000'], start_new_session=True); time.sleep(1000)\n",
          "{}", 1);
  EXPECT_EQ(ending.kind, Ending::Kind::timeout);
  EXPECT_FALSE(sandbox_->usable());
}

TEST_P(SandboxTest, ReportsTheEndOfTheProcess) {
  const Ending ending = run("import os\ndef handler(event, context): os._exit(3)\n");
  EXPECT_EQ(ending.kind, Ending::Kind::exited);
  EXPECT_EQ(ending.exit_reason, "exit status 3");
}

TEST_P(SandboxTest, KillsForMemory) {
  const Ending ending =
      run("def handler(event, context):\n"
          "    hoard = []\n"
          "    while True: hoard.append(bytearray(b'x' * 4000000))\n");
  EXPECT_EQ(ending.kind, Ending::Kind::memory);
  EXPECT_EQ(ending.exit_reason, "signal: killed");
  EXPECT_EQ(sandbox_->memory_bytes_peak(), 128ull << 20);
}

TEST_P(SandboxTest, HasAwsNamesWithVerifiedCertificatesAndNoOtherNetwork) {
  const Ending ending = run(R"(
import socket, urllib.request
def reach(address):
    try:
        socket.create_connection(address, timeout=2).close()
        return 'reached'
    except OSError as error:
        return type(error).__name__
def handler(event, context):
    return {
        'tls': urllib.request.urlopen('https://my-bucket.s3.eu-west-1.amazonaws.com/').read().decode(),
        'plain': urllib.request.urlopen('http://sts.amazonaws.com/').read().decode(),
        'outside': reach(('1.1.1.1', 443)),
        'name': reach(('example.com', 443)),
        'metadata': reach(('169.254.169.254', 80)),
        'interfaces': [name for _, name in socket.if_nameindex()],
    }
)");
  ASSERT_EQ(ending.kind, Ending::Kind::done) << ending.body << ending.exit_reason << output();
  const json::Value body = json::parse(ending.body);
  EXPECT_EQ(body.text("tls"), "host=my-bucket.s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(body.text("plain"), "host=sts.amazonaws.com");
  EXPECT_EQ(body.text("outside"), "OSError");
  EXPECT_EQ(body.text("name"), "gaierror");
  EXPECT_EQ(body.text("metadata"), "OSError");
  EXPECT_EQ(json::print(*body.find("interfaces")), R"(["lo"])");
}

TEST_P(SandboxTest, ShowsNothingOfTheServer) {
  ::setenv("STANDPIPE_TEST_SECRET", "do-not-show", 1);
  const Ending ending = run(R"(
import os
def attempt(action):
    try:
        return str(action())
    except OSError as error:
        return error.strerror
def handler(event, context):
    return {
        'environ of 1': open('/proc/1/environ').read(),
        'command of 1': open('/proc/1/cmdline').read(),
        'secret': os.environ.get('STANDPIPE_TEST_SECRET', ''),
        'ids': [os.getuid(), os.getgid()],
        'processes': len([p for p in os.listdir('/proc') if p.isdigit()]),
        'root': sorted(os.listdir('/')),
        'shadow': attempt(lambda: open('/etc/shadow').read()),
        'write code': attempt(lambda: open('/var/task/x', 'w')),
        'write root': attempt(lambda: open('/x', 'w')),
        'write dev': attempt(lambda: open('/dev/x', 'w')),
        'write etc': attempt(lambda: open('/etc/hosts', 'a')),
        'write tmp': attempt(lambda: open('/tmp/x', 'w').write('1')),
        'fds': sorted(os.listdir('/proc/self/fd')),
    }
)");
  ASSERT_EQ(ending.kind, Ending::Kind::done) << ending.body << output();
  const json::Value body = json::parse(ending.body);
  EXPECT_EQ(body.text("environ of 1"), "");
  EXPECT_THAT(body.text("command of 1"), testing::Not(HasSubstr(folder_.path().string())));
  EXPECT_EQ(body.text("secret"), "");
  EXPECT_EQ(json::print(*body.find("ids")), "[993,990]");
  EXPECT_LE(body.find("processes")->integer(), 3);
  EXPECT_EQ(body.text("shadow"), "No such file or directory");
  for (const char* name : {"write code", "write root", "write dev", "write etc"}) {
    EXPECT_THAT(body.text(name), testing::AnyOf("Read-only file system", "Permission denied")) << name;
  }
  EXPECT_EQ(body.text("write tmp"), "1");
}

INSTANTIATE_TEST_SUITE_P(Limits, SandboxTest, testing::Values(true, false),
                         [](const auto& test) { return test.param ? "ByControlGroup" : "ByWatching"; });

}  // namespace
}  // namespace standpipe::sandbox
