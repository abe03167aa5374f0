#include "base/compress.h"
#include "generated/s3.h"
#include "services/firehose/destination.h"
#include "services/firehose/object_name.h"

namespace standpipe::firehose {
namespace {

class S3Destination final : public Destination {
 public:
  S3Destination(const Surroundings& surroundings, const Configuration& stream)
      : surroundings_(surroundings), stream_(stream) {}

  std::string unacceptable(const SourceRecord&) const override { return {}; }

  Attempt deliver(const Span&, std::span<const SourceRecord> records) override {
    Attempt attempt;
    try {
      put_records(surroundings_, stream_, object_key(stream_, stream_.s3, records.front().arrival),
                  concatenated(records));
    } catch (const aws::Error& error) {
      const bool denied = error.status == 403 || error.code.starts_with("AccessDenied");
      attempt.auth_failure = denied;
      for (size_t i = 0; i < records.size(); ++i) {
        attempt.failed.push_back({i, "S3." + (denied ? std::string("AccessDenied") : error.code), error.what(), true});
      }
    }
    return attempt;
  }

  std::optional<Remembered> remembered(const std::string&) override { return std::nullopt; }

 private:
  const Surroundings& surroundings_;
  const Configuration stream_;
};

}  // namespace

std::string concatenated(std::span<const SourceRecord> records) {
  std::string content;
  for (const SourceRecord& record : records) content += record.data;
  return content;
}

void put_records(const Surroundings& surroundings, const Configuration& stream, const std::string& key,
                 const std::string& content) {
  s3::PutObjectInput input;
  input.bucket = stream.s3.bucket();
  input.key = key;
  input.content_type = "application/octet-stream";
  const bool gzip = stream.s3.compression == "GZIP";
  if (gzip) input.content_encoding = "gzip";
  input.body = aws::Stream{.body = net::Body(gzip ? gzip_compress(content) : content)};
  surroundings.caller.as(act_as(surroundings, stream, stream.s3.role_arn), stream.region)
      .on_behalf_of(stream.arn())
      .call(input);
}

std::unique_ptr<Destination> s3_destination(const Surroundings& surroundings, const Configuration& stream) {
  return std::make_unique<S3Destination>(surroundings, stream);
}

}  // namespace standpipe::firehose
