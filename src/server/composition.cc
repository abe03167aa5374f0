#include "server/composition.h"

#include <fcntl.h>
#include <unistd.h>

#include "aws/caller.h"
#include "aws/dispatcher.h"
#include "aws/remembering_authorizer.h"
#include "base/random.h"
#include "metadata/sqlite.h"
#include "net/certificates.h"
#include "net/connect_proxy.h"
#include "net/server.h"
#include "objects/files.h"
#include "search/search.h"
#include "services/cloudformation/cloudformation.h"
#include "services/cloudwatch/cloudwatch.h"
#include "services/console/console.h"
#include "services/firehose/firehose.h"
#include "services/iam/accounts.h"
#include "services/iam/authorizer.h"
#include "services/iam/credentials.h"
#include "services/iam/iam.h"
#include "services/iam/key_usage.h"
#include "services/iam/sessions.h"
#include "services/iam/sign_in.h"
#include "services/kinesis/get_records_shortcut.h"
#include "services/kinesis/kinesis.h"
#include "services/kinesis/put_records_shortcut.h"
#include "services/kinesis/waiting_reader.h"
#include "services/lambda/lambda.h"
#include "services/lambda/runtime/sources.h"
#include "services/lambda/sandbox/bubblewrap_factory.h"
#include "services/lambda/sandbox/server_front.h"
#include "services/logs/logs.h"
#include "services/opensearch/opensearch_data_plane.h"
#include "services/opensearchserverless/opensearchserverless.h"
#include "services/s3/s3.h"
#include "services/ssm/ssm.h"
#include "services/sts/sts.h"
#include "streamlog/embedded/embedded_streamlog.h"

namespace standpipe::server {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSealingKeyBytes = 32;

// The key that seals secrets and session tokens: made once, in a file that only the owner reads.
std::string sealing_key(const fs::path& file) {
  std::string key(kSealingKeyBytes, '\0');
  int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0) {
    const ssize_t got = read(descriptor, key.data(), key.size());
    close(descriptor);
    if (got == static_cast<ssize_t>(key.size())) return key;
    throw std::runtime_error(file.string() + " is damaged: it must hold 32 bytes");
  }
  key = random_bytes(kSealingKeyBytes);
  const std::string fresh = file.string() + ".new";
  descriptor = open(fresh.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  const bool written = descriptor >= 0 &&
                       write(descriptor, key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
                       fsync(descriptor) == 0;
  if (descriptor >= 0) close(descriptor);
  if (!written || rename(fresh.c_str(), file.c_str()) != 0) {
    throw std::system_error(errno, std::generic_category(), file.string());
  }
  return key;
}

iam::Settings iam_settings(const Ground& ground) {
  iam::Settings settings;
  settings.root_access_key_id = ground.settings.root_access_key;
  settings.root_secret_access_key = ground.settings.root_secret_key;
  settings.permissive = ground.settings.permissive;
  settings.sealing_key = sealing_key(ground.data / "sealing.key");
  return settings;
}

// The way of functions to our AWS endpoints: the main handler, at AWS's ports inside the sandbox.
net::EndpointOptions function_endpoint(const Ground& ground, net::Handler aws) {
  net::EndpointOptions options;
  options.handler = std::move(aws);
  options.certificates = ground.certificates;
  options.body_limit = [](const net::Request&) { return uint64_t{5} << 30; };
  return options;
}

sandbox::FactorySettings factory_settings(const Ground& ground) {
  sandbox::FactorySettings settings;
  settings.folder = ground.data / "sandboxes";
  settings.runtimes = ground.settings.runtimes.empty() ? ground.data / "runtimes" : fs::path(ground.settings.runtimes);
  settings.own_ca = ground.certificates->ca_pem();
  settings.bootstrap = lambda::bootstrap_source();
  settings.more_variables = sandbox::pip_variables_of_host();
  settings.proxied = ground.settings.internet == "open";
  return settings;
}

net::ProxyOptions proxy_options(const Ground& ground) {
  net::ProxyOptions options;
  options.open = ground.settings.internet == "open";
  return options;
}

lambda::Settings lambda_settings(const Ground& ground) {
  lambda::Settings settings;
  settings.folder = ground.data / "functions";
  return settings;
}

console::Settings console_settings(const Ground& ground) {
  return {ground.settings.region, STANDPIPE_VERSION, ground.settings.permissive, ground.settings.console_hosts};
}

}  // namespace

// In the order of construction: engines, access, the way to each other, services, the way in.
struct Composition::Parts {
  Parts(const Ground& ground, net::Handler aws)
      : metadata(open_sqlite_metadata(ground.data / "metadata.db")),
        objects(open_file_objects(ground.data / "objects")),
        packages(open_file_objects(ground.data / "packages")),
        log(open_embedded_streamlog(ground.data / "streams", ground.clock)),
        engine(search::open_embedded_search(ground.data / "search", ground.clock)),
        accounts(*metadata, iam_settings(ground)),
        credentials(accounts, ground.clock),
        authorizer(accounts, key_usage, ground.clock),
        refusals(ground.clock),
        roles(accounts, ground.clock, &refusals),
        sessions(accounts, ground.clock),
        sign_in(accounts, credentials),
        remembering(authorizer, refusals),
        caller(authorizer, &refusals),
        cloudwatch(*metadata, ground.clock),
        sts(sessions),
        iam(accounts, key_usage, ground.clock),
        ssm(*metadata, ground.clock),
        logs(*metadata, ground.clock),
        s3(*metadata, *objects, ground.clock, remembering),
        kinesis(*metadata, *log, ground.clock, cloudwatch, {.limit_throughput = ground.settings.kinesis_limits}),
        kinesis_service(kinesis::make_service(kinesis)),
        put_records(kinesis),
        get_records(kinesis),
        reader(kinesis, *kinesis_service, caller),
        opensearchserverless(*metadata, *engine, ground.clock, {.permissive = ground.settings.permissive}),
        data_plane(*engine, opensearchserverless, caller, cloudwatch, *metadata),
        firehose(*metadata, {caller, roles, reader, *log, ground.clock}, data_plane, cloudwatch,
                 {.buffer_interval_s = ground.settings.firehose_buffer_s}),
        proxy(proxy_options(ground), ground.workers),
        front(ground.server, function_endpoint(ground, std::move(aws)),
              ground.settings.internet == "open" ? &proxy : nullptr),
        sandboxes(factory_settings(ground), front, ground.clock),
        lambda(*metadata, *packages, caller, roles, ground.clock, cloudwatch, sandboxes, reader, ground.workers,
               lambda_settings(ground)),
        cloudformation(*metadata, caller, remembering, roles, ground.clock, ground.workers,
                       {.cfnresponse_source = std::string(lambda::cfnresponse_source())}),
        console({caller, sign_in, refusals, data_plane, opensearchserverless, ground.clock}, console_settings(ground),
                console::embedded_assets()),
        dispatcher(caller, credentials, ground.clock, ground.settings.region) {
    dispatcher.add(console);
    dispatcher.add(data_plane);
    dispatcher.add(cloudformation.answers());
    add(*kinesis_service);
    dispatcher.add(put_records);
    dispatcher.add(get_records);
    add(sts::make_service(sts));
    add(iam::make_service(iam));
    add(ssm::make_service(ssm));
    add(logs::make_service(logs));
    add(cloudwatch::make_service(cloudwatch));
    add(s3::make_service(s3));
    add(opensearchserverless::make_service(opensearchserverless));
    add(firehose::make_service(firehose));
    add(lambda::make_service(lambda));
    add(cloudformation::make_service(cloudformation));
    // From here on everybody can be called, so what was under way may go on.
    cloudwatch.start();
    logs.start();
    s3.start();
    firehose.start();
    lambda.start();
    cloudformation.start();
  }

  ~Parts() { cloudformation.stop(); }

  void add(aws::Service& service) {
    caller.add(service);
    dispatcher.add(service);
  }
  void add(std::unique_ptr<aws::Service> service) {
    add(*service);
    services.push_back(std::move(service));
  }

  std::unique_ptr<Metadata> metadata;
  std::unique_ptr<Objects> objects, packages;  // of buckets; of functions and layers
  std::unique_ptr<EmbeddedStreamLog> log;
  std::unique_ptr<search::SearchEngine> engine;
  iam::Accounts accounts;
  iam::KeyUsage key_usage;
  iam::IamCredentials credentials;
  iam::IamAuthorizer authorizer;
  aws::Refusals refusals;
  iam::IamRoles roles;
  iam::IamSessions sessions;
  iam::IamSignIn sign_in;
  aws::RememberingAuthorizer remembering;
  aws::Caller caller;
  std::vector<std::unique_ptr<aws::Service>> services;  // outlive whoever calls them
  cloudwatch::CloudWatch cloudwatch;
  sts::Sts sts;
  iam::Iam iam;
  ssm::Ssm ssm;
  logs::Logs logs;
  s3::S3 s3;
  kinesis::Kinesis kinesis;
  std::unique_ptr<aws::Service> kinesis_service;
  kinesis::PutRecordsShortcut put_records;
  kinesis::GetRecordsShortcut get_records;
  kinesis::WaitingReader reader;
  opensearchserverless::OpenSearchServerless opensearchserverless;
  opensearch::OpenSearchDataPlane data_plane;
  firehose::Firehose firehose;
  net::ConnectProxy proxy;
  sandbox::ServerFront front;
  sandbox::BubblewrapFactory sandboxes;
  lambda::Lambda lambda;
  cloudformation::CloudFormation cloudformation;
  console::Console console;
  aws::Dispatcher dispatcher;
};

Composition::Composition(const Ground& ground, net::Handler aws)
    : parts_(std::make_unique<Parts>(ground, std::move(aws))) {}
Composition::~Composition() = default;

net::Response Composition::serve(net::Request& http) { return parts_->dispatcher.serve(http); }
uint64_t Composition::body_limit(const net::Request& head) const { return parts_->dispatcher.body_limit(head); }
net::Response Composition::refusal(const net::Request& head, int status) const {
  return parts_->dispatcher.refusal(head, status);
}
std::string Composition::metrics() const { return parts_->cloudwatch.prometheus(); }
bool Composition::flush(Deadline deadline) { return parts_->firehose.flush(deadline); }
void Composition::interrupt() {
  parts_->lambda.interrupt();
  parts_->kinesis.end_subscriptions();
}

}  // namespace standpipe::server
