// Log groups and streams as they are kept in metadata, and the keys of everything that this service keeps:
//
//   <account>/<region>/logs/group/<name>                     a group
//   <account>/<region>/logs/stream/<group id>/<name>         a stream
//   <account>/<region>/logs/event/<stream id>/…              events (event_store.h)
//   -/-/logs/place/<account>/<region>                        where there may be groups: what the sweeper visits
//   -/-/logs/trash/<account>/<region>/<stream id>            deleted streams whose events are still to be removed
//
// Ids are random, so that a group that is made again under its name has nothing of the old one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "aws/request.h"
#include "metadata/metadata.h"

namespace standpipe::logs {

// An account's part of a region.
struct Place {
  std::string account, region;

  explicit Place(const aws::Request& request) : account(request.account), region(request.region) {}
  Place(std::string account_id, std::string region_name)
      : account(std::move(account_id)), region(std::move(region_name)) {}
  std::string prefix() const { return account + "/" + region + "/logs/"; }
  std::string group_prefix() const { return prefix() + "group/"; }
  std::string stream_prefix(std::string_view group_id) const {
    return prefix() + "stream/" + std::string(group_id) + "/";
  }
};

inline constexpr std::string_view kPlaces = "-/-/logs/place/";
inline constexpr std::string_view kTrash = "-/-/logs/trash/";

struct StoredGroup {
  std::string name, id;
  int64_t created_ms = 0;
  int32_t retention_days = 0;  // 0: for ever
  int64_t bytes = 0;
  std::map<std::string, std::string> tags;

  // Events before this time are gone, whether they have been swept already or not.
  int64_t expired_before_ms(int64_t now_ms) const {
    return retention_days == 0 ? INT64_MIN : now_ms - int64_t{retention_days} * 24 * 3600 * 1000;
  }
};

struct StoredStream {
  std::string name, id;
  int64_t created_ms = 0;
  int64_t next_sequence = 1;  // of the next PutLogEvents
  int64_t bytes = 0;
  // Only if there is, or was, an event.
  std::optional<int64_t> first_event_ms, last_event_ms, last_ingestion_ms;
};

std::string print_group(const StoredGroup& group);
StoredGroup parse_group(std::string_view document);
std::string print_stream(const StoredStream& stream);
StoredStream parse_stream(std::string_view document);

std::string group_arn(const Place& place, std::string_view name);  // without ":*"
// The name in "name", "arn:…:log-group:name" or "arn:…:log-group:name:*".
std::string group_name_of(std::string_view identifier);

}  // namespace standpipe::logs
