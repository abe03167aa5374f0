#include "server/composition.h"

#include <fcntl.h>
#include <unistd.h>

#include "aws/caller.h"
#include "aws/dispatcher.h"
#include "base/random.h"
#include "metadata/sqlite.h"
#include "objects/files.h"
#include "services/iam/accounts.h"
#include "services/iam/authorizer.h"
#include "services/iam/credentials.h"
#include "services/iam/iam.h"
#include "services/iam/key_usage.h"
#include "services/iam/sessions.h"
#include "services/logs/logs.h"
#include "services/s3/s3.h"
#include "services/ssm/ssm.h"

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
  const bool written = descriptor >= 0 && write(descriptor, key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
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

}  // namespace

// In the order of construction: engines, access, the way to each other, services, the way in.
struct Composition::Parts {
  Parts(const Ground& ground)
      : metadata(open_sqlite_metadata(ground.data / "metadata.db")),
        objects(open_file_objects(ground.data / "objects")),
        accounts(*metadata, iam_settings(ground)),
        credentials(accounts, ground.clock),
        authorizer(accounts, key_usage, ground.clock),
        roles(accounts, ground.clock),
        caller(authorizer),
        iam(accounts, key_usage, ground.clock),
        ssm(*metadata, ground.clock),
        logs(*metadata, ground.clock),
        s3(*metadata, *objects, ground.clock, authorizer),
        dispatcher(caller, credentials, ground.clock, ground.settings.region) {
    add(iam::make_service(iam));
    add(ssm::make_service(ssm));
    add(logs::make_service(logs));
    add(s3::make_service(s3));
    logs.start();
    s3.start();
  }

  void add(std::unique_ptr<aws::Service> service) {
    caller.add(*service);
    dispatcher.add(*service);
    services.push_back(std::move(service));
  }

  std::unique_ptr<Metadata> metadata;
  std::unique_ptr<Objects> objects;
  iam::Accounts accounts;
  iam::KeyUsage key_usage;
  iam::IamCredentials credentials;
  iam::IamAuthorizer authorizer;
  iam::IamRoles roles;
  aws::Caller caller;
  iam::Iam iam;
  ssm::Ssm ssm;
  logs::Logs logs;
  s3::S3 s3;
  aws::Dispatcher dispatcher;
  std::vector<std::unique_ptr<aws::Service>> services;
};

Composition::Composition(const Ground& ground, net::Handler) : parts_(std::make_unique<Parts>(ground)) {}
Composition::~Composition() = default;

net::Response Composition::serve(net::Request& http) { return parts_->dispatcher.serve(http); }
uint64_t Composition::body_limit(const net::Request& head) const { return parts_->dispatcher.body_limit(head); }
net::Response Composition::refusal(const net::Request& head, int status) const {
  return parts_->dispatcher.refusal(head, status);
}
std::string Composition::metrics() const { return ""; }
bool Composition::flush(Deadline) { return true; }
void Composition::interrupt() {}

}  // namespace standpipe::server
