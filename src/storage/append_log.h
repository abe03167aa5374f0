// A durable sequence of entries in a directory of segment files (FORMAT.md). Entries of concurrent appends are written
// and synced together: the first waiting thread leads, the others are its batch.
//
// An entry is a head, made when its place in the log is known, and a body, made and checksummed before by the thread
// that appends it. The body is a row of chunks, so that a reader looks only at those it is after.
//
// Thread-safe. Entries have sequence numbers 0, 1, 2 … that never repeat, also across a crash; `append` returns when
// its entry is on the disk. Readers never block appends and see durable entries only.
// Opening recovers: a bad batch at the tail is what a crash left and is cut off; a bad batch before valid ones is
// damage: it is skipped, reported by `damage()` and left in place.
// Errors: std::system_error when the disk refuses; after a failed sync every later append is refused. A failed write
// ends its batch only; so does a full disk (ENOSPC), and when there is room again, appending goes on.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/file.h"
#include "storage/log_format.h"
#include "storage/spare_segments.h"

namespace standpipe {

struct LogExpectation;

// Where a batch of entries begins. Ordered like the log; valid until its segment is dropped.
struct LogPlace {
  uint64_t segment = 0;  // sequence number of the segment's first entry
  uint64_t offset = 0;   // in bytes, of the batch
  auto operator<=>(const LogPlace&) const = default;
};

struct LoggedEntry : log_format::EntryHead {  // valid until the reader's next step
  uint64_t sequence = 0;
  LogPlace batch;            // start a reader here to come to this entry
  uint64_t body_offset = 0;  // of its first chunk, in its segment; the others follow
};

struct LogDamage {
  std::filesystem::path file;
  uint64_t offset = 0, bytes = 0;
  uint64_t sequence_from = 0, sequence_to = 0;  // entries [from, to) are lost
};

struct LogSegment {
  uint64_t sequence_from = 0, sequence_to = 0;  // holds entries [from, to)
  uint64_t bytes = 0;
};

struct AppendLogOptions {
  uint64_t segment_bytes_max = 64u << 20;
  uint64_t batch_bytes_max = 4u << 20;  // an entry may exceed it and then is a batch of its own
  bool durable = true;                  // false: never syncs; what is lost with the machine's memory does not matter
  uint64_t replay_from = 0;             // entries before this sequence number need not be replayed
  // Appending is refused when less than this would remain free, or a sixteenth of the disk if that is less. So there
  // is room for what must be written to make room.
  uint64_t free_bytes_min = 0;
  SpareSegments* spares = nullptr;      // of files with segment_bytes_max; must outlive the log
  std::function<void()> rolled;         // a new segment has been begun; called by an appending thread
  Disk* disk = nullptr;                 // the system's if null
};

struct LogBody {
  std::string_view bytes;
  std::span<const LogChunk> chunks;  // of all the bytes, in order
};

// An append that decides about its bytes when its place in the log is known. Calls come in log order from one thread
// at a time (which may be another appender's), never concurrently for one log.
class LogWriting {
 public:
  virtual ~LogWriting() = default;
  virtual void encode(uint64_t sequence, std::string& into) = 0;  // appends the entry's head to `into`
  virtual LogBody body() const { return {}; }                     // lives until `append` returns
  virtual void published(uint64_t sequence, LogPlace batch) noexcept = 0;  // it is durable; before `append` returns
  virtual void abandoned() noexcept = 0;  // after encode: it could not be written; `append` will throw
};

class AppendLog {
 public:
  using Options = AppendLogOptions;
  using Replay = std::function<void(const LoggedEntry&)>;

  // Opens or creates the log and hands every kept entry (from options.replay_from on) to `replay`, in order.
  AppendLog(const std::filesystem::path& directory, Options options = {}, const Replay& replay = {});
  ~AppendLog();  // no append may be under way
  AppendLog(const AppendLog&) = delete;
  AppendLog& operator=(const AppendLog&) = delete;

  uint64_t append(std::string_view bytes);  // → sequence number; durable
  uint64_t append(LogWriting& writing);

  // Walks durable entries from a place on. Used by one thread at a time; must not outlive the log.
  // A batch that has gone bad, or was in a segment that was not replayed, is reported as damage and passed over.
  class Reader {
   public:
    Reader(const AppendLog& log, LogPlace from);
    ~Reader();
    // False at the durable end; a later call may find more. What was dropped meanwhile is passed over.
    bool next(LoggedEntry& entry);
    // A chunk of the entry last answered; `offset` is in its segment. nullopt: it has gone bad, and is reported.
    std::optional<std::string_view> chunk(const LoggedEntry& entry, uint64_t offset, LogChunk chunk);
    // Keeps the bytes of the chunk last answered, also when its segment is dropped.
    std::shared_ptr<const void> keeper() const { return body_; }

   private:
    struct Held;
    bool load();
    bool load_here();
    bool advance();
    void find_end();
    void pass_over();
    std::string_view view(std::shared_ptr<const Held>& in, uint64_t offset, uint64_t size);
    const AppendLog& log_;
    LogPlace at_;            // batch to load next
    LogPlace batch_;         // batch being walked
    uint64_t sequence_ = 0;  // of the entry to answer next
    uint64_t left_ = 0;      // entries left in the batch
    std::string_view rest_;  // their heads
    uint64_t body_offset_ = 0;  // of the next one's first chunk
    std::shared_ptr<File> file_;
    std::shared_ptr<const void> use_;  // of its segment
    uint64_t file_segment_ = UINT64_MAX;
    uint64_t end_ = 0;  // durable end of that file
    uint64_t sequence_to_ = 0;  // and of its entries
    std::shared_ptr<const Held> front_, body_;
  };

  LogPlace begin() const;               // of the oldest kept batch
  uint64_t sequence_begin() const;      // of the oldest kept entry; equals sequence_end() if there is none
  uint64_t sequence_end() const;        // one past the newest durable entry
  std::vector<LogSegment> segments() const;  // oldest first; the last one is being written
  std::vector<LogDamage> damage() const;
  // Begins a new segment unless the current one is empty, so that the others can be dropped.
  void roll();
  // Removes segments all of whose entries are before `sequence`; never the current one.
  void drop_before(uint64_t sequence);

 private:
  static constexpr uint64_t kUnknownEnd = UINT64_MAX;
  struct Waiting;
  struct Segment {
    uint64_t sequence_from, sequence_to;
    uint64_t end;  // durable bytes; or kUnknownEnd: where the file ends
    std::map<uint64_t, uint64_t> holes = {};  // damaged [offset, end)
    std::shared_ptr<const void> use = std::make_shared<char>();  // shared by those who read in it
  };

  uint64_t run(Waiting& mine);
  void hand_over();
  void commit(const std::vector<Waiting*>& waiting);
  size_t encode(const std::vector<Waiting*>& waiting, size_t from, std::vector<Waiting*>& batch);
  void write(const std::vector<Waiting*>& batch);
  void make_room(uint64_t bytes);
  void claim(uint64_t bytes) const;
  void start_segment(bool by_spare = false);
  std::shared_ptr<File> make_segment(const std::filesystem::path& path, bool& by_spare);
  void remove_leftover();
  void give_back_space() noexcept;
  void discard(uint64_t segment, bool in_use);
  void add_damage(const LogDamage& damage) const;
  void recover(const Replay& replay);
  uint32_t find_log_id(const std::vector<uint64_t>& found) const;
  bool is_unfinished(uint64_t segment) const;
  void replay_segment(uint64_t segment, uint64_t sequence_to, bool first, LogExpectation& expected,
                      const Replay& replay);
  void settle();
  std::filesystem::path path_of(uint64_t segment) const;

  const std::filesystem::path directory_;
  const Options options_;
  Disk& disk_;

  mutable std::mutex mutex_;  // guards queue_, leading_, segments_, damage_
  std::condition_variable free_;  // nobody leads
  std::vector<Waiting*> queue_;
  bool leading_ = false;
  mutable std::map<uint64_t, Segment> segments_;  // by first sequence number; readers find holes
  mutable std::vector<LogDamage> damage_;
  mutable std::set<LogPlace> bad_chunks_;  // reported

  std::mutex dropping_;  // one at a time; taken before mutex_
  std::deque<std::pair<uint64_t, std::shared_ptr<const void>>> dropped_;  // segments whose files are to be removed

  // The leader's, or whoever set leading_.
  std::shared_ptr<File> file_;
  uint64_t segment_ = 0;        // the current one
  uint64_t end_ = 0;            // where the next batch goes
  uint64_t last_batch_ = 0;     // found when the log was opened
  uint64_t allocated_ = 0;
  uint64_t sequence_ = 0;       // of the next entry
  uint32_t previous_ = 0;       // checksum of the last batch's header: the chain
  uint32_t log_id_ = 0;
  bool poisoned_ = false;
  std::optional<std::filesystem::path> leftover_;  // of a segment that could not be made
  std::string front_;                    // of the batch being made: header and heads
  std::vector<std::string_view> pieces_;  // and all of it
  uint64_t body_bytes_ = 0;
};

}  // namespace standpipe
