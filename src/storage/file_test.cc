#include "storage/file.h"

#include <gtest/gtest.h>

#include <system_error>

#include "storage/faulty_disk.h"
#include "storage/temporary_directory.h"

namespace standpipe {
namespace {

TEST(SystemDisk, WritesReadsAndReserves) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "file";
  Disk& disk = system_disk();
  EXPECT_THROW(disk.open(path), std::system_error);
  const auto file = disk.create(path);
  EXPECT_THROW(disk.create(path), std::system_error);
  file->write_at(3, "abc");
  file->sync();
  file->allocate(100);
  file->allocate(10);
  EXPECT_EQ(file->size(), 100u);
  char bytes[200];
  EXPECT_EQ(file->read_at(0, bytes, sizeof bytes), 100u);
  EXPECT_EQ(std::string_view(bytes, 7), std::string_view("\0\0\0abc\0", 7));
  file->truncate(4);
  EXPECT_EQ(file->read_at(3, bytes, 10), 1u);
}

TEST(SystemDisk, NamesThePathInErrors) {
  try {
    system_disk().open("/absent/file");
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("/absent/file"), std::string::npos);
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
  }
}

TEST(SystemDisk, ReplacesFilesWhole) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "state";
  EXPECT_FALSE(read_file(system_disk(), path));
  replace_file(system_disk(), path, "one");
  replace_file(system_disk(), path, "two");
  EXPECT_EQ(read_file(system_disk(), path), "two");
  EXPECT_EQ(system_disk().list(directory.path()), std::vector<std::string>{"state"});
}

TEST(FaultyDisk, ReplacedFilesAreOldOrNewAfterACrash) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    FaultyDisk disk(seed);
    disk.make_directory("/d");
    replace_file(disk, "/d/state", "one");
    disk.fail(0.3, 0.3);
    bool replaced = false;
    try {
      replace_file(disk, "/d/state", "two");
      replaced = true;
    } catch (const std::system_error&) {
    }
    disk.crash();
    const auto found = read_file(disk, "/d/state");
    ASSERT_TRUE(found) << seed;
    EXPECT_TRUE(*found == "two" || (!replaced && *found == "one")) << seed << *found;
  }
}

TEST(FaultyDisk, ForgetsWhatWasNotSynced) {
  int lost = 0, torn = 0;
  for (uint32_t seed = 0; seed < 100; ++seed) {
    FaultyDisk disk(seed);
    disk.make_directory("/d");
    const auto file = disk.create("/d/f");
    file->write_at(0, "kept");
    file->sync();
    disk.sync_directory("/d");
    file->write_at(4, std::string(2000, 'x'));
    disk.crash();
    EXPECT_THROW(file->size(), std::system_error);
    const std::string bytes = disk.bytes("/d/f");
    EXPECT_EQ(bytes.substr(0, 4), "kept");
    lost += bytes.size() == 4;
    torn += bytes.size() > 4 && bytes != "kept" + std::string(2000, 'x');
  }
  EXPECT_GT(lost, 0);
  EXPECT_GT(torn, 0);
}

}  // namespace
}  // namespace standpipe
