#include "services/lambda/archive.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "services/lambda/zip_maker.h"
#include "storage/temporary_directory.h"

namespace standpipe::lambda {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Archive, UnpacksFilesFoldersAndLinks) {
  const TemporaryDirectory folder;
  const std::string zip = make_zip({{"main.py", "one"},
                                    {"a/b/c.txt", "two", S_IFREG | 0600},
                                    {"run", "#!", S_IFREG | 04755},
                                    {"link", "a/b", S_IFLNK | 0777}});
  EXPECT_EQ(check_archive(zip), 3u + 3 + 2 + 3);
  unpack_archive(zip, folder.path());
  EXPECT_EQ(text_of(folder.path() / "main.py"), "one");
  EXPECT_EQ(text_of(folder.path() / "link/c.txt"), "two");
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder.path() / "run").permissions()), 0755u);        // not set-uid
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder.path() / "a/b/c.txt").permissions()), 0644u);  // readable inside
}

TEST(Archive, MergesLaterOverEarlier) {
  const TemporaryDirectory folder;
  unpack_archive(make_zip({{"python/x.py", "old"}, {"python/y.py", "y"}}), folder.path());
  unpack_archive(make_zip({{"python/x.py", "new"}}), folder.path());
  EXPECT_EQ(text_of(folder.path() / "python/x.py"), "new");
  EXPECT_EQ(text_of(folder.path() / "python/y.py"), "y");
}

TEST(Archive, RefusesNamesThatLeadOut) {
  for (const char* name : {"../evil", "a/../../evil", "/etc/evil"}) {
    EXPECT_THROW(check_archive(make_zip({{name, "x"}})), BadArchive) << name;
  }
}

TEST(Archive, WritesNothingThroughLinks) {
  const TemporaryDirectory folder;
  fs::create_directory(folder.path() / "in");
  fs::create_directory(folder.path() / "out");
  const fs::path in = folder.path() / "in";
  const std::string link = make_zip({{"d", "../out", S_IFLNK | 0777}});
  unpack_archive(link, in);
  EXPECT_THROW(unpack_archive(make_zip({{"d/evil", "x"}}), in), BadArchive);
  EXPECT_THROW(unpack_archive(make_zip({{"d", "../out", S_IFLNK | 0777}, {"d/evil", "x"}}), in), BadArchive);
  EXPECT_TRUE(fs::is_empty(folder.path() / "out"));
  unpack_archive(make_zip({{"d", "a file now"}}), in);
  EXPECT_EQ(text_of(in / "d"), "a file now");
}

TEST(Archive, RefusesWhatIsNoArchive) {
  EXPECT_THROW(check_archive(""), BadArchive);
  EXPECT_THROW(check_archive("not a zip"), BadArchive);
  std::string damaged = make_zip({{"a", std::string(1000, 'x') + "y"}});
  damaged[40] = static_cast<char>(~damaged[40]);
  EXPECT_THROW(check_archive(damaged), BadArchive);
  const std::string whole = make_zip({{"a", "text"}});
  EXPECT_THROW(check_archive(whole.substr(0, whole.size() - 8)), BadArchive);
}

TEST(Archive, MeasuresWhatUnpacksNotWhatIsSaid) {
  const std::string bomb = make_zip({{"zeros", std::string(kUnzippedBytesMax + 1, '\0')}});
  EXPECT_LT(bomb.size(), kUnzippedBytesMax / 100);
  EXPECT_THROW(check_archive(bomb), ArchiveTooLarge);
}

}  // namespace
}  // namespace standpipe::lambda
