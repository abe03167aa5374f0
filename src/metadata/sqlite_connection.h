// One connection to the metadata database with its prepared statements. Used by one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "metadata/metadata.h"

struct sqlite3;
struct sqlite3_stmt;

namespace standpipe {

struct SqliteError : std::runtime_error {
  SqliteError(int sqlite_code, const std::string& message) : std::runtime_error(message), code(sqlite_code) {}
  int code;  // extended result code
};

class SqliteConnection final : public MetadataTransaction {
 public:
  enum class Mode { reader, writer };
  SqliteConnection(const std::filesystem::path& file, Mode mode);
  ~SqliteConnection() override;

  std::optional<Document> get(std::string_view key) override;
  std::vector<Document> scan(std::string_view prefix, std::string_view after, size_t count_max) override;
  int64_t put(std::string_view key, std::string_view value, int64_t expected_version) override;
  bool remove(std::string_view key, int64_t expected_version) override;
  void clear();
  void execute(const char* sql);
  bool in_transaction() const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;
  class Use;

  sqlite3_stmt* prepared(Statement& slot, const char* sql);
  int64_t number(const char* sql);
  void create_schema();
  int64_t version_of(std::string_view key);
  [[noreturn]] void fail(int code) const;

  std::filesystem::path file_;
  sqlite3* database_ = nullptr;
  Statement get_, scan_, scan_all_, version_, put_, remove_;
};

}  // namespace standpipe
