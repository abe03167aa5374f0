#include "metadata/sqlite.h"

#include <sqlite3.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>

#include "base/check.h"
#include "metadata/sqlite_connection.h"
#include "storage/file.h"

namespace standpipe {
namespace {

constexpr size_t kReadersMax = 8;
constexpr size_t kBatchMax = 256;  // transactions that share one commit

thread_local bool inside_transaction = false;

// Connections for reading, made on demand, at most kReadersMax.
class Readers {
 public:
  explicit Readers(std::filesystem::path file) : file_(std::move(file)) {}

  template <class Read>
  auto with(const Read& read) {
    Lease lease(*this);
    return read(*lease.connection);
  }

 private:
  struct Lease {
    explicit Lease(Readers& from) : readers(from), connection(from.take()) {}
    ~Lease() { readers.give(std::move(connection)); }
    Readers& readers;
    std::unique_ptr<SqliteConnection> connection;
  };

  std::unique_ptr<SqliteConnection> take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !idle_.empty() || made_ < kReadersMax; });  // reads are short and bounded
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++made_;
    lock.unlock();
    try {
      return std::make_unique<SqliteConnection>(file_, SqliteConnection::Mode::reader);
    } catch (...) {
      lock.lock();
      --made_;
      throw;
    }
  }
  void give(std::unique_ptr<SqliteConnection> connection) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
    returned_.notify_one();
  }

  const std::filesystem::path file_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
  size_t made_ = 0;
};

class SqliteMetadata final : public Metadata {
 public:
  explicit SqliteMetadata(const std::filesystem::path& file)
      : writer_(file, SqliteConnection::Mode::writer), readers_(file) {}

  void transaction(const std::function<void(MetadataTransaction&)>& body) override {
    run([&body](SqliteConnection& connection) { body(connection); });
  }
  std::optional<Document> get(std::string_view key) override {
    check(!inside_transaction, "Metadata used inside its own transaction");
    return readers_.with([&](SqliteConnection& reader) { return reader.get(key); });
  }
  std::vector<Document> scan(std::string_view prefix, std::string_view after, size_t count_max) override {
    check(!inside_transaction, "Metadata used inside its own transaction");
    return readers_.with([&](SqliteConnection& reader) { return reader.scan(prefix, after, count_max); });
  }
  void clear() override {
    run([](SqliteConnection& connection) { connection.clear(); });
  }

 private:
  struct Waiting {
    const std::function<void(SqliteConnection&)>& body;
    std::exception_ptr failure = nullptr;
    bool done = false;
  };

  void run(const std::function<void(SqliteConnection&)>& body);
  std::vector<Waiting*> next_batch();
  void commit(const std::vector<Waiting*>& batch);
  void attempt(Waiting& waiting);
  void roll_back();

  std::mutex mutex_;  // guards queue_, leading_ and what is in the queue
  std::condition_variable progress_;
  std::deque<Waiting*> queue_;
  bool leading_ = false;

  SqliteConnection writer_;  // the leader's
  bool poisoned_ = false;    // the leader's: a sync failed, so nobody knows what is on disk
  Readers readers_;
};

void SqliteMetadata::run(const std::function<void(SqliteConnection&)>& body) {
  check(!inside_transaction, "Metadata used inside its own transaction");
  Waiting mine{body};
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  while (!mine.done) {
    if (leading_) {
      progress_.wait(lock);
      continue;
    }
    leading_ = true;
    const auto batch = next_batch();
    lock.unlock();
    commit(batch);
    lock.lock();
    for (Waiting* waiting : batch) waiting->done = true;
    leading_ = false;
    progress_.notify_all();
  }
  lock.unlock();
  if (mine.failure) std::rethrow_exception(mine.failure);
}

std::vector<SqliteMetadata::Waiting*> SqliteMetadata::next_batch() {
  std::vector<Waiting*> batch;
  while (!queue_.empty() && batch.size() < kBatchMax) {
    batch.push_back(queue_.front());
    queue_.pop_front();
  }
  return batch;
}

void SqliteMetadata::commit(const std::vector<Waiting*>& batch) {
  try {
    if (poisoned_) throw std::runtime_error("metadata: an earlier disk sync failed; restart to recover");
    writer_.execute("BEGIN IMMEDIATE");
    for (Waiting* waiting : batch) attempt(*waiting);
    writer_.execute("COMMIT");
  } catch (const std::exception& failed) {
    if (const auto* error = dynamic_cast<const SqliteError*>(&failed)) {
      poisoned_ = poisoned_ || error->code == SQLITE_IOERR_FSYNC || error->code == SQLITE_IOERR_DIR_FSYNC;
    }
    roll_back();
    for (Waiting* waiting : batch) {
      if (!waiting->failure) waiting->failure = std::current_exception();
    }
  }
}

// A body's own failure undoes that body only; a failure of the database ends the batch.
void SqliteMetadata::attempt(Waiting& waiting) {
  writer_.execute("SAVEPOINT body");
  inside_transaction = true;
  try {
    waiting.body(writer_);
    inside_transaction = false;
  } catch (...) {
    inside_transaction = false;
    waiting.failure = std::current_exception();
    writer_.execute("ROLLBACK TO body");
  }
  writer_.execute("RELEASE body");
}

void SqliteMetadata::roll_back() {
  try {
    if (writer_.in_transaction()) writer_.execute("ROLLBACK");
  } catch (const SqliteError&) {
    poisoned_ = true;
  }
}

}  // namespace

std::unique_ptr<Metadata> open_sqlite_metadata(const std::filesystem::path& file) {
  auto metadata = std::make_unique<SqliteMetadata>(file);
  system_disk().sync_directory(file.parent_path());  // SQLite syncs the file it made, not its name
  return metadata;
}

}  // namespace standpipe
