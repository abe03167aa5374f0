// What retention has expired and what deleted streams left, removed a few hundred documents at a time so that writers
// are not kept waiting.
#include "base/bytes.h"
#include "base/logging.h"
#include "services/logs/logs.h"

namespace standpipe::logs {
namespace {

constexpr size_t kDocumentsMax = 500;
constexpr size_t kScanBatch = 100;
constexpr Duration kSweepInterval = std::chrono::minutes(1);

}  // namespace

void Logs::start() {
  sweeper_ = Background("logs-sweep", [this](std::stop_token stop) {
    do {
      try {
        sweep(stop);
      } catch (const std::exception& error) {
        logging::warning("logs: sweeping failed, trying again in a minute: {}", error.what());
      }
    } while (pause(Deadline::in(kSweepInterval), stop));
  });
}

void Logs::sweep(std::stop_token stop) {
  sweep_trash(stop);
  for (const Document& document : metadata_.scan(kPlaces)) {
    const std::vector<std::string> parts = split(std::string_view(document.key).substr(kPlaces.size()), '/');
    if (parts.size() != 2) continue;
    const Place place(parts[0], parts[1]);
    std::string after;
    while (!stop.stop_requested()) {
      const std::vector<Document> batch = metadata_.scan(place.group_prefix(), after, kScanBatch);
      for (const Document& group_document : batch) {
        const StoredGroup stored = parse_group(group_document.value);
        if (stored.retention_days != 0) sweep_group(place, stored, stop);
      }
      if (batch.size() < kScanBatch) break;
      after = batch.back().key;
    }
  }
}

void Logs::sweep_trash(std::stop_token stop) {
  for (const Document& document : metadata_.scan(kTrash)) {
    const std::vector<std::string> parts = split(std::string_view(document.key).substr(kTrash.size()), '/');
    if (parts.size() != 3) continue;
    const EventStore events(metadata_, Place(parts[0], parts[1]));
    for (bool complete = false; !complete && !stop.stop_requested();) {
      metadata_.transaction([&](MetadataTransaction& transaction) {
        complete = events.remove_before(transaction, parts[2], INT64_MAX, kDocumentsMax).complete;
        if (complete) transaction.remove(document.key);
      });
    }
  }
}

void Logs::sweep_group(const Place& place, const StoredGroup& stored_group, std::stop_token stop) {
  const EventStore events(metadata_, place);
  const int64_t expired_second = second_of(std::max<int64_t>(stored_group.expired_before_ms(now_ms()), 0));
  std::string after;
  while (!stop.stop_requested()) {
    const std::vector<Document> batch = metadata_.scan(place.stream_prefix(stored_group.id), after, kScanBatch);
    for (const Document& document : batch) {
      const StoredStream read = parse_stream(document.value);
      const auto oldest = events.next_second(read.id, 0);
      if (!oldest || *oldest >= expired_second) continue;
      for (bool complete = false; !complete && !stop.stop_requested();) {
        metadata_.transaction([&](MetadataTransaction& transaction) {
          const auto removed = events.remove_before(transaction, read.id, expired_second, kDocumentsMax);
          complete = removed.complete;
          const auto stream_document = transaction.get(document.key);
          const std::string group_key = place.group_prefix() + stored_group.name;
          const auto group_document = transaction.get(group_key);
          if (!stream_document || !group_document) return;  // deleted meanwhile: the trash has it
          StoredStream current = parse_stream(stream_document->value);
          StoredGroup group_now = parse_group(group_document->value);
          current.bytes -= removed.bytes;
          group_now.bytes -= removed.bytes;
          transaction.put(document.key, print_stream(current));
          transaction.put(group_key, print_group(group_now));
        });
      }
    }
    if (batch.size() < kScanBatch) return;
    after = batch.back().key;
  }
}

}  // namespace standpipe::logs
