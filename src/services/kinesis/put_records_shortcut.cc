#include "services/kinesis/put_records_shortcut.h"

#include <algorithm>
#include <cstring>

#include "base/base64.h"
#include "base/json.h"
#include "services/kinesis/kinesis.h"
#include "services/kinesis/shown.h"

namespace standpipe::kinesis {
namespace {

constexpr size_t kPartitionKeyMax = 256, kStreamNameMax = 128, kHashKeyDigitsMax = 39, kArnMax = 2048,
                 kAccountDigits = 12;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }
bool names_stream(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-';
}

// Answers false at the first thing that it does not expect; nothing is undone then.
class Reader {
 public:
  explicit Reader(std::string_view body) : at_(body.data()), end_(body.data() + body.size()) {
    plain_.data = std::make_unique_for_overwrite<char[]>(body.size() / 4 * 3 + 3);
    free_ = plain_.data.get();
  }

  bool read() {
    return members([this](std::string_view name) { return member(name); }) && at_end() && !plain_.records.empty() &&
           plain_.stream_name.has_value() != plain_.stream_arn.has_value();
  }
  PlainPutRecords take() { return std::move(plain_); }

 private:
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool skip(char c) {
    skip_space();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool at_end() {
    skip_space();
    return at_ == end_;
  }
  // What stands between quotes; whether it is plain is for the caller to see.
  bool text(std::string_view& out) {
    if (!skip('"')) return false;
    const auto* quote = static_cast<const char*>(std::memchr(at_, '"', static_cast<size_t>(end_ - at_)));
    if (quote == nullptr) return false;
    out = {at_, static_cast<size_t>(quote - at_)};
    at_ = quote + 1;
    return true;
  }
  template <class Member>
  bool members(const Member& member) {
    if (!skip('{')) return false;
    do {
      std::string_view name;
      if (!text(name) || !skip(':') || !member(name)) return false;
    } while (skip(','));
    return skip('}');
  }

  bool member(std::string_view name) {
    if (name == "Records") return plain_.records.empty() && records();
    std::string_view value;
    if (!text(value)) return false;
    if (name == "StreamName") {
      if (plain_.stream_name || value.empty() || value.size() > kStreamNameMax) return false;
      plain_.stream_name = value;
      return std::ranges::all_of(value, names_stream);
    }
    if (name != "StreamARN" || plain_.stream_arn) return false;
    plain_.stream_arn = value;
    return is_plain_stream_arn(value);
  }

  bool records() {
    if (!skip('[')) return false;
    do {
      if (plain_.records.size() == kPutRecordsMax || !record()) return false;
    } while (skip(','));
    return skip(']');
  }

  bool record() {
    IncomingRecord& record = plain_.records.emplace_back();
    bool has_data = false;
    const bool read = members([&](std::string_view name) {
      std::string_view value;
      if (!text(value)) return false;
      if (name == "Data" && !std::exchange(has_data, true)) return data(value, record.data);
      if (name == "PartitionKey" && record.partition_key.empty()) return partition_key(value, record.partition_key);
      if (name == "ExplicitHashKey" && record.explicit_hash_key.empty()) return hash_key(value, record);
      return false;
    });
    return read && has_data && !record.partition_key.empty();
  }

  bool data(std::string_view value, std::string_view& out) {
    const auto size = base64_decode(value, free_);
    if (!size || *size > kPutRecordsBytesMax) return false;
    out = {free_, *size};
    free_ += *size;
    return true;
  }
  static bool partition_key(std::string_view value, std::string_view& out) {
    out = value;
    return !value.empty() && value.size() <= kPartitionKeyMax && std::ranges::all_of(value, is_plain);
  }
  static bool hash_key(std::string_view value, IncomingRecord& record) {
    record.explicit_hash_key = value;
    return !value.empty() && value.size() <= kHashKeyDigitsMax && std::ranges::all_of(value, is_digit) &&
           (value.front() != '0' || value.size() == 1);
  }

  const char* at_;
  const char* end_;
  char* free_;  // where the next record's data goes
  PlainPutRecords plain_;
};

}  // namespace

bool is_plain_stream_arn(std::string_view arn) {
  if (arn.size() > kArnMax || !std::ranges::all_of(arn, [](char c) { return is_plain(c) && c != ' '; })) return false;
  const auto name = parse_stream_arn(arn);
  return name && name->account.size() == kAccountDigits && std::ranges::all_of(name->account, is_digit);
}

std::optional<PlainPutRecords> read_plain_put_records(std::string_view body) {
  Reader reader(body);
  if (!reader.read()) return std::nullopt;
  return reader.take();
}

std::string print_put_records(const PutBatch& batch) {
  constexpr size_t kBytesPerRecord = 120;
  std::string out;
  out.reserve(64 + batch.outcomes.size() * kBytesPerRecord);
  const auto failed = std::ranges::count(batch.outcomes, false, &PutOutcome::stored);
  out.append("{\"FailedRecordCount\":").append(std::to_string(failed)).append(",\"Records\":[");
  for (const PutOutcome& outcome : batch.outcomes) {
    if (&outcome != batch.outcomes.data()) out += ',';
    if (outcome.stored()) {
      out.append("{\"SequenceNumber\":\"");
      out.append(sequence_number_of(*outcome.shard, outcome.position, outcome.arrival));
      out.append("\",\"ShardId\":\"").append(outcome.shard->id()).append("\"}");
    } else {
      out.append("{\"ErrorCode\":\"").append(outcome.error_code).append("\",\"ErrorMessage\":");
      json::append_quoted(out, batch.error_message(outcome));
      out += '}';
    }
  }
  out += "]}";
  return out;
}

std::optional<std::string> PutRecordsShortcut::serve(const aws::Request& request, std::string_view body,
                                                     const Authorize& authorize) {
  return kinesis_.put_plain_records(request, body, authorize);
}

}  // namespace standpipe::kinesis
