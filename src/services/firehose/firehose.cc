#include "services/firehose/firehose.h"

#include <algorithm>
#include <condition_variable>
#include <set>

#include "base/logging.h"
#include "base/random.h"
#include "generated/kinesis.h"
#include "services/firehose/object_name.h"

namespace standpipe::firehose {
namespace {

constexpr std::string_view kStreams = "/firehose/stream/";
constexpr std::chrono::hours kDirectRetention{24};
constexpr size_t kTagsMax = 50;

std::string prefix(const aws::Request& request) {
  return request.account + "/" + request.region + std::string(kStreams);
}

aws::Error not_found(const aws::Request& request, const std::string& name) {
  return ResourceNotFoundException("Firehose " + name + " under account " + request.account + " not found.");
}

std::unique_ptr<Destination> open_destination(const Surroundings& surroundings, opensearch::DataPlane& data_plane,
                                              const Configuration& stream) {
  return stream.collection ? collection_destination(surroundings, data_plane, stream)
                           : s3_destination(surroundings, stream);
}

// A prefix with an expression that does not exist is refused when it is configured, not when it is used.
void check_prefixes(const Configuration& stream) {
  const std::string kind = "error";
  if (stream.s3.prefix) evaluate_prefix(*stream.s3.prefix, stream.created, nullptr);
  if (stream.s3.error_prefix) evaluate_prefix(*stream.s3.error_prefix, stream.created, &kind);
}

}  // namespace

struct Firehose::Running {
  Running(const Surroundings& surroundings, MetricSink& metrics, Configuration configuration)
      : stream(std::move(configuration)), report(surroundings, metrics, stream) {}
  const Configuration stream;
  DeliveryReport report;
  std::mutex mutex;  // guards all below but `opener`
  std::condition_variable_any changed;
  uint64_t looks_wanted = 1, looks_done = 0;  // for shards: at the start, and when one has ended
  bool looked() const { return looks_done == looks_wanted; }
  std::set<std::string> opened;
  std::vector<std::unique_ptr<Delivery>> deliveries;
  Background opener;  // waits for the source to be there, and for its new shards; last, so that it ends first
};

Firehose::Firehose(Metadata& metadata, const Surroundings& surroundings, opensearch::DataPlane& data_plane,
                   MetricSink& metrics, Defaults defaults)
    : metadata_(metadata),
      surroundings_(surroundings),
      data_plane_(data_plane),
      metrics_(metrics),
      defaults_(defaults) {}

Firehose::~Firehose() { reset(); }

void Firehose::reset() {
  std::map<std::string, std::shared_ptr<Running>> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(running_);
  }
  for (auto& [id, running] : ended) {  // all stop at once, then each is joined
    running->opener.stop();
    const std::lock_guard lock(running->mutex);
    for (auto& delivery : running->deliveries) delivery->stop();
  }
}

void Firehose::start() {
  // Keys are "<account>/<region>/firehose/stream/<name>".
  for (const Document& document : metadata_.scan("")) {
    if (document.key.find(kStreams) == std::string::npos) continue;
    run(from_json(json::parse(document.value)));
  }
}

void Firehose::run(const Configuration& stream) {
  auto running = std::make_shared<Running>(surroundings_, metrics_, stream);
  {
    const std::lock_guard lock(mutex_);
    running_[stream.id] = running;
  }
  // The source's role may not exist yet after a restart in the middle of a stack's deletion, so opening is tried again.
  Running* self = running.get();
  running->opener = Background("deliveries", [this, self](std::stop_token stop) { follow_shards(*self, stop); });
}

void Firehose::follow_shards(Running& running, std::stop_token stop) {
  for (Duration wait{100}; !stop.stop_requested();) {
    try {
      open_deliveries(running);
      wait = Duration{100};
      std::unique_lock lock(running.mutex);
      running.changed.wait(lock, stop, [&] { return !running.looked(); });
      continue;
    } catch (const std::exception& error) {
      running.report.log_destination("Kinesis.AccessDenied", error.what());
    }
    pause(Deadline::in(wait), stop);
    wait = std::min(wait * 2, Duration{5000});
  }
}

void Firehose::open_deliveries(Running& running) {
  std::unique_lock lock(running.mutex);
  const uint64_t look = running.looks_wanted;
  lock.unlock();
  auto sources = open_sources(surroundings_, running.stream);
  lock.lock();
  for (auto& source : sources) {
    const std::string name = source->name();
    if (running.opened.contains(name)) continue;
    const auto at_end = [&running] {
      const std::lock_guard ended(running.mutex);
      ++running.looks_wanted;
      running.changed.notify_all();
    };
    auto destination = open_destination(surroundings_, data_plane_, running.stream);
    running.deliveries.push_back(std::make_unique<Delivery>(surroundings_, metadata_, running.report, running.stream,
                                                            defaults_, std::move(source), std::move(destination),
                                                            at_end));
    running.opened.insert(name);
  }
  running.looks_done = look;
  running.changed.notify_all();
}

bool Firehose::flush(Deadline deadline) {
  std::vector<std::shared_ptr<Running>> all;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, running] : running_) all.push_back(running);
  }
  bool done = true;
  for (const auto& running : all) {
    // Deliveries are only ever added; those of new shards come while others are flushed.
    std::unique_lock lock(running->mutex);
    for (size_t flushed = 0;; ++flushed) {
      done &= running->changed.wait_until(lock, deadline.at(), [&] { return running->looked(); });
      if (flushed >= running->deliveries.size()) break;
      Delivery& delivery = *running->deliveries[flushed];
      lock.unlock();
      done &= delivery.flush(deadline);
      lock.lock();
    }
  }
  return done;
}

std::optional<Document> Firehose::document(const aws::Request& request, const std::string& name) {
  return metadata_.get(prefix(request) + name);
}

Configuration Firehose::configuration(const aws::Request& request, const std::string& name) {
  const auto found = document(request, name);
  if (!found) throw not_found(request, name);
  return from_json(json::parse(found->value));
}

void Firehose::check_roles(const Configuration& stream) {
  std::vector<std::string> roles = {stream.s3.role_arn};
  if (stream.collection) roles.push_back(stream.collection->role_arn);
  if (!stream.source_role_arn.empty()) roles.push_back(stream.source_role_arn);
  for (const std::string& role : roles) {
    if (!surroundings_.roles.assume(role, "firehose.amazonaws.com", stream.name, stream.arn())) {
      throw InvalidArgumentException("Firehose is unable to assume role " + role + ". Please check the role provided.");
    }
  }
  if (stream.source_arn.empty()) return;
  try {
    kinesis::DescribeStreamInput input;
    input.stream_arn = stream.source_arn;
    surroundings_.caller.as(act_as(surroundings_, stream, stream.source_role_arn), stream.region)
        .on_behalf_of(stream.arn())
        .call(input);
  } catch (const aws::Error& error) {
    throw InvalidArgumentException(error.what());
  }
}

CreateDeliveryStreamOutput Firehose::create_delivery_stream(const aws::Request& request,
                                                            const CreateDeliveryStreamInput& input) {
  Configuration stream = configuration_of(input);
  stream.account = request.account;
  stream.region = request.region;
  stream.id = random_text(20, kLowerAlphanumeric);
  stream.created = surroundings_.clock.now();
  check_prefixes(stream);
  check_roles(stream);
  if (document(request, stream.name)) {
    throw ResourceInUseException("Firehose " + stream.name + " under accountId " + request.account + " already exists");
  }
  if (stream.source_arn.empty()) surroundings_.log.create(direct_log(stream), 1, kDirectRetention);
  try {
    metadata_.put(prefix(request) + stream.name, json::print(to_json(stream)), kAbsent);
  } catch (const Conflict&) {
    if (stream.source_arn.empty()) surroundings_.log.remove(direct_log(stream));
    throw ResourceInUseException("Firehose " + stream.name + " under accountId " + request.account + " already exists");
  }
  run(stream);
  CreateDeliveryStreamOutput output;
  output.delivery_stream_arn = stream.arn();
  return output;
}

DeleteDeliveryStreamOutput Firehose::delete_delivery_stream(const aws::Request& request,
                                                            const DeleteDeliveryStreamInput& input) {
  const Configuration stream = configuration(request, input.delivery_stream_name);
  std::shared_ptr<Running> ended;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = running_.find(stream.id); found != running_.end()) {
      ended = found->second;
      running_.erase(found);
    }
  }
  metadata_.transaction([&](MetadataTransaction& transaction) {
    transaction.remove(prefix(request) + stream.name);
    const std::string positions = stream.account + "/" + stream.region + "/firehose/position/" + stream.id + "/";
    for (const Document& position : transaction.scan(positions)) transaction.remove(position.key);
  });
  ended.reset();  // ends its threads
  if (stream.source_arn.empty()) surroundings_.log.remove(direct_log(stream));
  return {};
}

DescribeDeliveryStreamOutput Firehose::describe_delivery_stream(const aws::Request& request,
                                                                const DescribeDeliveryStreamInput& input) {
  return {describe(configuration(request, input.delivery_stream_name), defaults_)};
}

ListDeliveryStreamsOutput Firehose::list_delivery_streams(const aws::Request& request,
                                                          const ListDeliveryStreamsInput& input) {
  const size_t limit = static_cast<size_t>(input.limit.value_or(10));
  const std::string after =
      input.exclusive_start_delivery_stream_name ? prefix(request) + *input.exclusive_start_delivery_stream_name : "";
  ListDeliveryStreamsOutput output;
  for (const Document& found : metadata_.scan(prefix(request), after)) {
    const Configuration stream = from_json(json::parse(found.value));
    if (input.delivery_stream_type && *input.delivery_stream_type != stream.type) continue;
    if (output.delivery_stream_names.size() == limit) {
      output.has_more_delivery_streams = true;
      break;
    }
    output.delivery_stream_names.push_back(stream.name);
  }
  return output;
}

void Firehose::update_tags(const aws::Request& request, const std::string& name,
                           const std::function<void(std::vector<Tag>&)>& change) {
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const auto found = transaction.get(prefix(request) + name);
    if (!found) throw not_found(request, name);
    Configuration stream = from_json(json::parse(found->value));
    change(stream.tags);
    if (stream.tags.size() > kTagsMax) throw LimitExceededException("You cannot have more than 50 tags.");
    transaction.put(found->key, json::print(to_json(stream)), found->version);
  });
}

TagDeliveryStreamOutput Firehose::tag_delivery_stream(const aws::Request& request,
                                                      const TagDeliveryStreamInput& input) {
  update_tags(request, input.delivery_stream_name, [&](std::vector<Tag>& tags) {
    for (const Tag& tag : input.tags) {
      std::erase_if(tags, [&](const Tag& old) { return old.key == tag.key; });
      tags.push_back(tag);
    }
  });
  return {};
}

UntagDeliveryStreamOutput Firehose::untag_delivery_stream(const aws::Request& request,
                                                          const UntagDeliveryStreamInput& input) {
  update_tags(request, input.delivery_stream_name, [&](std::vector<Tag>& tags) {
    std::erase_if(tags, [&](const Tag& tag) {
      return std::find(input.tag_keys.begin(), input.tag_keys.end(), tag.key) != input.tag_keys.end();
    });
  });
  return {};
}

ListTagsForDeliveryStreamOutput Firehose::list_tags_for_delivery_stream(const aws::Request& request,
                                                                        const ListTagsForDeliveryStreamInput& input) {
  std::vector<Tag> tags = configuration(request, input.delivery_stream_name).tags;
  std::sort(tags.begin(), tags.end(), [](const Tag& left, const Tag& right) { return left.key < right.key; });
  ListTagsForDeliveryStreamOutput output;
  for (const Tag& tag : tags) {
    if (input.exclusive_start_tag_key && tag.key <= *input.exclusive_start_tag_key) continue;
    if (output.tags.size() == static_cast<size_t>(input.limit.value_or(static_cast<int32_t>(kTagsMax)))) {
      output.has_more_tags = true;
      break;
    }
    output.tags.push_back(tag);
  }
  return output;
}

}  // namespace standpipe::firehose
