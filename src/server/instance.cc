#include "server/instance.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>

#include "base/json.h"
#include "base/logging.h"

namespace standpipe::server {
namespace {

namespace fs = std::filesystem;

constexpr auto kFlushTime = std::chrono::seconds(30);
// What a reset keeps: clients trust the authority, and the lock is ours.
constexpr std::string_view kKept[] = {"tls", "lock", "runtimes"};

fs::path make_data_folder(const Settings& settings) {
  if (settings.ephemeral) {
    std::string pattern = fs::temp_directory_path() / "standpipe-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::system_error(errno, std::generic_category(), pattern);
    return pattern;
  }
  fs::create_directories(settings.data);
  fs::permissions(settings.data, fs::perms::owner_all);
  return fs::absolute(settings.data);
}

int lock_folder(const fs::path& folder) {
  const std::string file = folder / "lock";
  const int descriptor = open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), file);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    close(descriptor);
    throw std::runtime_error("another server uses " + folder.string());
  }
  return descriptor;
}

}  // namespace

Instance::Instance(const Settings& settings)
    : settings_(settings),
      clock_(settings.clock_offset_s),
      started_(clock_.now()),
      data_(make_data_folder(settings)),
      lock_(lock_folder(data_)),
      certificates_(std::make_shared<net::CertificateAuthority>(data_ / "tls")),
      admin_(settings_, {.health = [this] { return health(); },
                         .metrics = [this] { return metrics(); },
                         .flush = [this] { return flush(); },
                         .reset = [this] { reset(); }}) {
  fs::create_directories(data_ / "spool");
  net::ServerOptions options;
  options.spool_dir = data_ / "spool";
  options.clock = &clock_;
  server_ = std::make_unique<net::Server>(options, workers_);
  const Ground ground{settings_, data_, clock_, workers_, *server_, certificates_};
  composition_ = std::make_shared<Composition>(ground, [this](net::Request& http) { return serve(http); });
  if (settings_.permissive) logging::warning("permissive: requests are authenticated, but everything is allowed");
  std::string host = settings_.host();
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  endpoint_ = server_->listen(host, settings_.port(), endpoint());
}

Instance::~Instance() {
  if (server_) stop(Deadline::in(std::chrono::seconds(1)));
  if (lock_ >= 0) close(lock_);
  if (settings_.ephemeral) fs::remove_all(data_);
}

net::EndpointOptions Instance::endpoint() {
  net::EndpointOptions options;
  options.handler = [this](net::Request& http) { return serve(http); };
  options.tls = net::Tls::optional;
  options.certificates = certificates_;
  options.body_limit = [this](const net::Request& head) {
    const std::shared_lock lock(composing_);
    return composition_->body_limit(head);
  };
  options.refusal = [this](const net::Request& head, int status) {
    const std::shared_lock lock(composing_);
    return composition_->refusal(head, status);
  };
  return options;
}

std::string Instance::address() const { return settings_.host() + ":" + std::to_string(server_->port(endpoint_)); }

net::Response Instance::serve(net::Request& http) {
  if (Admin::serves(http)) return admin_.serve(http);
  auto lock = std::make_shared<std::shared_lock<std::shared_mutex>>(composing_);
  net::Response response = composition_->serve(http);
  // Who writes piece by piece uses the composition until the end, on this same thread.
  if (auto* streamed = std::get_if<net::StreamedBody>(&response.body)) {
    *streamed = [lock, body = std::move(*streamed)](net::BodyWriter& writer) { body(writer); };
  }
  return response;
}

std::string Instance::health() const {
  json::Object health{{"status", "running"},
                      {"version", STANDPIPE_VERSION},
                      {"region", settings_.region},
                      {"uptime_ms", epoch_ms(clock_.now()) - epoch_ms(started_)}};
  if (settings_.permissive) health["warning"] = "permissive: everything is allowed";
  return json::print(health) + "\n";
}

std::string Instance::metrics() const {
  const std::shared_lock lock(composing_);
  return composition_->metrics();
}

bool Instance::flush() {
  const std::shared_lock lock(composing_);
  return composition_->flush(Deadline::in(kFlushTime));
}

void Instance::reset() {
  {
    const std::shared_lock lock(composing_);
    composition_->interrupt();
  }
  const std::unique_lock lock(composing_);
  composition_.reset();
  for (const auto& entry : fs::directory_iterator(data_)) {
    bool kept = entry.path().filename() == "spool";
    for (const std::string_view name : kKept) kept |= entry.path().filename() == name;
    if (!kept) fs::remove_all(entry.path());
  }
  const Ground ground{settings_, data_, clock_, workers_, *server_, certificates_};
  composition_ = std::make_shared<Composition>(ground, [this](net::Request& http) { return serve(http); });
  logging::info("reset: the server is empty");
}

bool Instance::stop(Deadline deadline) {
  if (!server_) return true;
  composition_->interrupt();
  // Handlers that still run use the composition, so it may only go when they have ended.
  if (!server_->stop(deadline)) return false;
  composition_.reset();
  server_.reset();
  return true;
}

void Instance::abandon() {
  if (settings_.ephemeral) {
    std::error_code ignored;
    fs::remove_all(data_, ignored);
  }
  _exit(0);
}

}  // namespace standpipe::server
