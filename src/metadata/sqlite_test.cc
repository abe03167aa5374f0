#include "metadata/sqlite.h"

#include <fstream>

#include "metadata/metadata_suite.h"
#include "storage/temporary_directory.h"

namespace standpipe {
namespace {

class SqliteEngine {
 public:
  Metadata& metadata() { return *metadata_; }
  void reopen() {
    metadata_.reset();
    metadata_ = open_sqlite_metadata(directory_.path() / "metadata.db");
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Metadata> metadata_ = open_sqlite_metadata(directory_.path() / "metadata.db");
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, MetadataSuite, SqliteEngine);

TEST(SqliteMetadata, RefusesAFileThatIsNoDatabase) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "metadata.db";
  std::ofstream(file) << std::string(4096, 'x');
  EXPECT_THROW(open_sqlite_metadata(file), std::runtime_error);
}

TEST(SqliteMetadata, RefusesAMissingDirectory) {
  const TemporaryDirectory directory;
  EXPECT_THROW(open_sqlite_metadata(directory.path() / "absent" / "metadata.db"), std::runtime_error);
}

}  // namespace
}  // namespace standpipe
