#include "objects/files.h"

#include <filesystem>
#include <fstream>

#include "objects/objects_suite.h"
#include "storage/temporary_directory.h"

namespace standpipe {
namespace {

class FilesEngine {
 public:
  Objects& objects() { return *objects_; }
  void reopen() {
    objects_.reset();
    objects_ = open_file_objects(directory_.path() / "blobs");
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Objects> objects_ = open_file_objects(directory_.path() / "blobs");
};

INSTANTIATE_TYPED_TEST_SUITE_P(Files, ObjectsSuite, FilesEngine);

TEST(FileObjects, ForgetsUnfinishedPuts) {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.path() / "unfinished");
  const auto rest = directory.path() / "unfinished" / "abcdefghijklmnopqrstuvwxyz012345";
  std::ofstream(rest) << "half";
  const auto objects = open_file_objects(directory.path());
  EXPECT_TRUE(objects->list().empty());
  EXPECT_FALSE(std::filesystem::exists(rest));
}

}  // namespace
}  // namespace standpipe
