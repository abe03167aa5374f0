#include "base/bytes.h"
#include "services/firehose/destination.h"

namespace standpipe::firehose {
namespace {

constexpr int kTooManyRequests = 429;

// Firehose sends one JSON object a record, on one line.
bool is_document(const std::string& data) {
  try {
    return json::parse(data).is_object();
  } catch (const json::ParseError&) {
    return false;
  }
}

class CollectionDestination final : public Destination {
 public:
  CollectionDestination(const Surroundings& surroundings, opensearch::DataPlane& data_plane,
                        const Configuration& stream)
      : surroundings_(surroundings),
        data_plane_(data_plane),
        stream_(stream),
        target_{stream.collection->endpoint, stream.collection->index} {}

  std::string unacceptable(const SourceRecord& record) const override {
    return is_document(record.data) ? "" : "The record is not a JSON object.";
  }

  Attempt deliver(const Span& span, std::span<const SourceRecord> records) override {
    Attempt attempt;
    try {
      write(span, records, attempt);
    } catch (const aws::Error& error) {  // the role is gone
      attempt.failed.clear();
      fail_all(records.size(), "AOSS.AccessDenied", error.what(), attempt);
      attempt.auth_failure = true;
    }
    return attempt;
  }

  std::optional<Remembered> remembered(const std::string& source) override {
    const auto position = data_plane_.checkpoint(request(aws::Principal{}), target_, checkpoint_name(source));
    if (!position) return std::nullopt;
    // "<after> <last>", and behind another space what the engine refused of the batch.
    const std::vector<std::string> parts = split(*position, ' ');
    if (parts.size() < 2) return std::nullopt;
    Remembered found{{source, parts[0] == "-" ? "" : parts[0], parts[1]}, {}};
    if (parts.size() > 2) {
      for (const std::string& index : split(parts[2], ',')) found.refused.push_back(std::stoull(index));
    }
    return found;
  }

 private:
  std::string checkpoint_name(const std::string& source) const {
    return stream_.arn() + "/" + stream_.id + "/" + source;
  }

  aws::Request request(aws::Principal principal) const {
    aws::Request request;
    request.id = aws::new_request_id();
    request.account = stream_.account;
    request.region = stream_.region;
    request.principal = std::move(principal);
    request.source_arn = stream_.arn();
    request.secure = true;
    return request;
  }

  static void fail_all(size_t count, const std::string& code, const std::string& message, Attempt& attempt) {
    for (size_t i = 0; i < count; ++i) attempt.failed.push_back({i, code, message, true});
  }

  void write(const Span& span, std::span<const SourceRecord> records, Attempt& attempt) {
    const aws::Request as = request(act_as(surroundings_, stream_, stream_.collection->role_arn));
    std::vector<search::WriteOperation> operations(records.size());
    for (size_t i = 0; i < records.size(); ++i) operations[i].source = records[i].data;
    const search::Checkpoint checkpoint{checkpoint_name(span.source),
                                        (span.after.empty() ? "-" : span.after) + " " + span.last};
    const opensearch::BulkResult result = data_plane_.write(as, target_, operations, checkpoint);
    if (result.status >= 300) {
      attempt.auth_failure = result.status == 401 || result.status == 403;
      const std::string code = attempt.auth_failure ? "AccessDenied" : std::to_string(result.status);
      fail_all(records.size(), "AOSS." + code, result.body, attempt);
      return;
    }
    for (size_t i = 0; i < result.documents.size(); ++i) {
      const search::WriteOutcome& outcome = result.documents[i];
      if (outcome.accepted()) continue;
      const bool denied = outcome.status == 401 || outcome.status == 403;
      attempt.auth_failure |= denied;
      const json::Object message{
          {"status", outcome.status}, {"type", outcome.error_type}, {"reason", outcome.error_reason}};
      attempt.failed.push_back({i, denied ? "AOSS.AccessDenied" : "AOSS." + std::to_string(outcome.status),
                                json::print(message),
                                denied || outcome.status == kTooManyRequests || outcome.status >= 500});
    }
  }

  const Surroundings& surroundings_;
  opensearch::DataPlane& data_plane_;
  const Configuration stream_;
  const opensearch::Target target_;
};

}  // namespace

std::unique_ptr<Destination> collection_destination(const Surroundings& surroundings, opensearch::DataPlane& data_plane,
                                                    const Configuration& stream) {
  return std::make_unique<CollectionDestination>(surroundings, data_plane, stream);
}

}  // namespace standpipe::firehose
