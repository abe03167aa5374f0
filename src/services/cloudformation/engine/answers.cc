#include "services/cloudformation/engine/answers.h"

#include <fmt/core.h>

#include <map>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/random.h"

namespace standpipe::cloudformation {
namespace {

constexpr std::string_view kHost = "cloudformation-custom-resource-response-";
constexpr std::string_view kSecretKey = "-/-/cloudformation/secret";
constexpr auto kLife = std::chrono::seconds(7200);
// More than CloudFormation accepts, so that it can say what was wrong with a long answer; the rest is cut off.
constexpr size_t kKeptMax = 8192;

std::string question_key(const std::string& request) { return "-/-/cloudformation/question/" + request; }

net::Response s3_error(int status, std::string_view code, std::string_view message) {
  return net::Response::text(status,
                             fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}"
                                         "</Message></Error>",
                                         code, message),
                             "application/xml");
}

net::Response denied(std::string_view message) { return s3_error(403, "AccessDenied", message); }

std::map<std::string, std::string> query_of(const net::Request& http) {
  std::map<std::string, std::string> result;
  if (const auto pairs = net::parse_query(http.query())) {
    for (const auto& [name, value] : *pairs) result.emplace(name, value);
  }
  return result;
}

}  // namespace

Answers::Answers(Metadata& metadata, Clock& clock) : metadata_(metadata), clock_(clock) {
  metadata_.transaction([&](MetadataTransaction& transaction) {
    if (const auto kept = transaction.get(kSecretKey)) {
      secret_ = hex_decode(kept->value).value_or(std::string());
    }
    if (secret_.size() == 32) return;
    secret_ = random_bytes(32);
    transaction.put(kSecretKey, hex_encode(secret_));
  });
}

std::string Answers::signature(const std::string& path, const std::string& date) const {
  return hex_encode(hmac_sha256(secret_, "PUT\n" + path + "\n" + date));
}

std::string Answers::open(const StackState& stack, const std::string& resource, const std::string& request) {
  metadata_.transaction([&](MetadataTransaction& transaction) {
    if (!transaction.get(question_key(request))) transaction.put(question_key(request), "{}");
  });
  const std::string path = "/" + stack.id() + "|" + resource + "|" + request;
  const std::string date = format_basic(clock_.now());
  return fmt::format(
      "https://{}{}.s3.{}.amazonaws.com{}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={}"
      "&X-Amz-SignedHeaders=host&X-Amz-Expires={}&X-Amz-Credential=cloudformation%2F{}%2F{}%2Fs3%2F"
      "aws4_request&X-Amz-Signature={}",
      kHost, replace_all(stack.region, "-", ""), stack.region, uri_encode(path, true), date, kLife.count(),
      date.substr(0, 8), stack.region, signature(path, date));
}

std::optional<std::string> Answers::answer(const std::string& request) {
  const auto document = metadata_.get(question_key(request));
  if (!document) return std::nullopt;
  const json::Value question = json::parse(document->value);
  const json::Value* body = question.find("body");
  return body == nullptr ? std::nullopt : base64_decode(body->string());
}

std::optional<std::string> Answers::wait(const std::string& request, Deadline deadline, std::stop_token stop) {
  for (;;) {
    uint64_t seen;
    {
      const std::scoped_lock lock(mutex_);
      seen = arrivals_;
    }
    if (auto body = answer(request)) return body;
    std::unique_lock lock(mutex_);
    const bool more = arrived_.wait_until(lock, stop, deadline.at(), [&] { return arrivals_ != seen; });
    if (!more) return std::nullopt;
  }
}

void Answers::close(const std::string& request) { metadata_.remove(question_key(request)); }

bool Answers::serves(const net::Request& http) const { return http.host().starts_with(kHost); }

net::Response Answers::refuse(const aws::Request&, const aws::Error& error) {
  return s3_error(error.status, error.code, error.what());
}

net::Response Answers::serve(const aws::Request&, net::Request& http) {
  if (http.method != "PUT") {
    return s3_error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
  }
  const auto path = uri_decode(http.path());
  const auto query = query_of(http);
  const auto date = query.find("X-Amz-Date"), given = query.find("X-Amz-Signature");
  if (!path || date == query.end() || given == query.end()) return denied("Access Denied");
  if (!constant_time_equal(signature(*path, date->second), given->second)) {
    return s3_error(403, "SignatureDoesNotMatch",
                    "The request signature we calculated does not match the signature you provided. Check your key and "
                    "signing method.");
  }
  const auto signed_at = parse_basic(date->second);
  if (!signed_at || clock_.now() > *signed_at + kLife) return denied("Request has expired");
  const std::string request = path->substr(path->rfind('|') + 1);
  bool taken = false;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const auto question = transaction.get(question_key(request));
    if (!question || json::parse(question->value).find("body") != nullptr) return;
    const std::string body = base64_encode(http.body.view().substr(0, kKeptMax));
    transaction.put(question_key(request), json::print(json::Object{{"body", body}}));
    taken = true;
  });
  if (!taken) return denied("Access Denied");
  {
    const std::scoped_lock lock(mutex_);
    ++arrivals_;
  }
  arrived_.notify_all();
  net::Response response = net::Response::text(200, "");
  response.headers.add("ETag", "\"" + hex_encode(md5(http.body.view())) + "\"");
  return response;
}

}  // namespace standpipe::cloudformation
