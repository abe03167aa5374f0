// Opens a log whose bytes were changed at will. Whatever was changed: no crash, no invented or reordered entry, and the
// log goes on.
#include <cstdint>

#include "base/check.h"
#include "base/logging.h"
#include "storage/append_log.h"
#include "storage/corrupt_data.h"
#include "storage/faulty_disk.h"
#include "storage/little_endian.h"

namespace {

using namespace standpipe;

constexpr const char* kSegment = "/log/0000000000000000.log";
constexpr uint32_t kEntries = 6;

std::string entry_bytes(uint64_t number) { return std::to_string(number) + std::string(number * 37 % 90, 'e'); }

void make_log(FaultyDisk& disk) {
  AppendLog log("/log", {.disk = &disk});
  for (uint32_t i = 0; i < kEntries; ++i) log.append(entry_bytes(i));
}

// Three bytes each: where, and what to write there.
void change(FaultyDisk& disk, std::string_view edits) {
  const auto file = disk.open(kSegment);
  const uint64_t size = file->size();
  for (; edits.size() >= 3; edits.remove_prefix(3)) {
    const uint64_t offset = load<uint16_t>(edits.data());
    if (offset >= size) file->truncate(offset % size);
    else file->write_at(offset, edits.substr(2, 1));
  }
}

void expect_kept(std::string_view bytes, uint64_t sequence, uint64_t& next) {
  check(sequence >= next, "entries out of order");
  check(bytes == entry_bytes(sequence), "an entry that nobody wrote");
  next = sequence + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  logging::set_level(logging::Level::error);
  FaultyDisk disk(1);
  make_log(disk);
  change(disk, {reinterpret_cast<const char*>(data), std::min<size_t>(size, 60)});
  try {
    uint64_t next = 0;
    AppendLog log("/log", {.disk = &disk},
                  [&](const LoggedEntry& entry) { expect_kept(entry.bytes, entry.sequence, next); });
    const uint64_t fresh = log.append(entry_bytes(log.sequence_end()));
    check(fresh >= next, "a sequence number was used twice");
    next = 0;
    AppendLog::Reader reader(log, log.begin());
    LoggedEntry entry;
    while (reader.next(entry)) expect_kept(entry.bytes, entry.sequence, next);
    check(next == fresh + 1, "the new entry is not last");
  } catch (const CorruptData&) {  // the only segment's header is gone
  }
  return 0;
}
