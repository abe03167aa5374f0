#include "metadata/sqlite_connection.h"

#include <sqlite3.h>

#include <limits>

#include "base/check.h"

namespace standpipe {
namespace {

constexpr int64_t kSchemaVersion = 1;

// The first string in byte order that does not begin with `prefix`; nullopt if there is none.
std::optional<std::string> end_of_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

void bind_bytes(sqlite3_stmt* statement, int index, std::string_view bytes) {
  // A null pointer would bind NULL, which compares with nothing.
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  const int code = sqlite3_bind_blob64(statement, index, data, bytes.size(), SQLITE_STATIC);
  check(code == SQLITE_OK, "sqlite3_bind_blob64");
}

std::string column(sqlite3_stmt* statement, int index) {
  const void* data = sqlite3_column_blob(statement, index);
  const int size = sqlite3_column_bytes(statement, index);
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), static_cast<size_t>(size));
}

void expect(int64_t expected, int64_t actual, std::string_view key) {
  if (expected == kAnyVersion || expected == actual) return;
  throw Conflict("expected version " + std::to_string(expected) + " of " + std::string(key) + ", found " +
                 std::to_string(actual));
}

}  // namespace

void SqliteConnection::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

// A statement in use: reset at the end, so that no read transaction stays open behind it.
class SqliteConnection::Use {
 public:
  Use(const SqliteConnection& owner, sqlite3_stmt* statement) : owner_(owner), statement_(statement) {}
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  bool step() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) owner_.fail(code);
    return code == SQLITE_ROW;
  }

 private:
  const SqliteConnection& owner_;
  sqlite3_stmt* statement_;
};

SqliteConnection::SqliteConnection(const std::filesystem::path& file, Mode mode) : file_(file) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (mode == Mode::writer ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(file.c_str(), &database_, flags, nullptr);
  try {
    if (code != SQLITE_OK) fail(code);
    sqlite3_extended_result_codes(database_, 1);
    sqlite3_busy_timeout(database_, 10'000);
    execute("PRAGMA synchronous=FULL");
    execute("PRAGMA cache_size=-256");  // KiB: documents are small and the system's page cache stands behind
    execute("PRAGMA temp_store=MEMORY");
    if (mode == Mode::writer) {
      execute("PRAGMA journal_mode=WAL");
      execute("PRAGMA journal_size_limit=4194304");
      create_schema();
    } else {
      execute("PRAGMA query_only=1");
    }
  } catch (...) {
    sqlite3_close_v2(database_);
    throw;
  }
}

SqliteConnection::~SqliteConnection() {
  for (Statement* statement : {&get_, &scan_, &scan_all_, &version_, &put_, &remove_}) statement->reset();
  sqlite3_close_v2(database_);
}

void SqliteConnection::create_schema() {
  const int64_t version = number("PRAGMA user_version");
  if (version > kSchemaVersion) {
    throw std::runtime_error(file_.string() + " was written by a later version (schema " + std::to_string(version) +
                             ", known " + std::to_string(kSchemaVersion) + ")");
  }
  if (version == kSchemaVersion) return;
  execute("BEGIN IMMEDIATE");
  execute("CREATE TABLE document(key BLOB PRIMARY KEY, version INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID");
  execute(("PRAGMA user_version=" + std::to_string(kSchemaVersion)).c_str());
  execute("COMMIT");
}

std::optional<Document> SqliteConnection::get(std::string_view key) {
  sqlite3_stmt* statement = prepared(get_, "SELECT version, value FROM document WHERE key = ?1");
  Use use(*this, statement);
  bind_bytes(statement, 1, key);
  if (!use.step()) return std::nullopt;
  return Document{std::string(key), column(statement, 1), sqlite3_column_int64(statement, 0)};
}

std::vector<Document> SqliteConnection::scan(std::string_view prefix, std::string_view after, size_t count_max) {
  const auto end = end_of_prefix(prefix);
  sqlite3_stmt* statement =
      end ? prepared(scan_, "SELECT key, version, value FROM document "
                            "WHERE key >= ?1 AND key > ?2 AND key < ?4 ORDER BY key LIMIT ?3")
          : prepared(scan_all_, "SELECT key, version, value FROM document "
                                "WHERE key >= ?1 AND key > ?2 ORDER BY key LIMIT ?3");
  Use use(*this, statement);
  bind_bytes(statement, 1, prefix);
  bind_bytes(statement, 2, after);
  constexpr auto kMax = static_cast<size_t>(std::numeric_limits<int64_t>::max());
  sqlite3_bind_int64(statement, 3, static_cast<int64_t>(std::min(count_max, kMax)));
  if (end) bind_bytes(statement, 4, *end);
  std::vector<Document> found;
  while (use.step()) {
    found.push_back({column(statement, 0), column(statement, 2), sqlite3_column_int64(statement, 1)});
  }
  return found;
}

int64_t SqliteConnection::version_of(std::string_view key) {
  sqlite3_stmt* statement = prepared(version_, "SELECT version FROM document WHERE key = ?1");
  Use use(*this, statement);
  bind_bytes(statement, 1, key);
  return use.step() ? sqlite3_column_int64(statement, 0) : kAbsent;
}

int64_t SqliteConnection::put(std::string_view key, std::string_view value, int64_t expected_version) {
  check(!key.empty(), "a document needs a key");
  const int64_t version = version_of(key);
  expect(expected_version, version, key);
  sqlite3_stmt* statement = prepared(put_, "INSERT INTO document(key, version, value) VALUES(?1, ?2, ?3) "
                                           "ON CONFLICT(key) DO UPDATE SET version = ?2, value = ?3");
  Use use(*this, statement);
  bind_bytes(statement, 1, key);
  sqlite3_bind_int64(statement, 2, version + 1);
  bind_bytes(statement, 3, value);
  use.step();
  return version + 1;
}

bool SqliteConnection::remove(std::string_view key, int64_t expected_version) {
  expect(expected_version, version_of(key), key);
  sqlite3_stmt* statement = prepared(remove_, "DELETE FROM document WHERE key = ?1");
  Use use(*this, statement);
  bind_bytes(statement, 1, key);
  use.step();
  return sqlite3_changes(database_) > 0;
}

void SqliteConnection::clear() { execute("DELETE FROM document"); }

void SqliteConnection::execute(const char* sql) {
  const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }

sqlite3_stmt* SqliteConnection::prepared(Statement& slot, const char* sql) {
  if (!slot) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail(code);
    slot.reset(statement);
  }
  return slot.get();
}

int64_t SqliteConnection::number(const char* sql) {
  Statement statement;
  prepared(statement, sql);
  Use use(*this, statement.get());
  return use.step() ? sqlite3_column_int64(statement.get(), 0) : 0;
}

void SqliteConnection::fail(int code) const {
  const char* text = database_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database_);
  throw SqliteError(code, file_.string() + ": " + text);
}

}  // namespace standpipe
