#include "net/certificates.h"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

namespace standpipe::net {
namespace {

class CertificatesTest : public testing::Test {
 protected:
  CertificatesTest() {
    char folder[] = "/tmp/standpipe-ca-XXXXXX";
    dir_ = ::mkdtemp(folder);
  }
  ~CertificatesTest() override { std::filesystem::remove_all(dir_); }
  std::filesystem::path dir_;
};

bool matches(const CertificateAuthority::Leaf& leaf, const char* name) {
  return X509_check_host(leaf.certificate.get(), name, 0, 0, nullptr) == 1;
}

TEST_F(CertificatesTest, SurvivesARestart) {
  const std::string first = CertificateAuthority(dir_).ca_pem();
  EXPECT_EQ(CertificateAuthority(dir_).ca_pem(), first);
  struct stat status;
  ASSERT_EQ(::stat((dir_ / "ca.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(CertificatesTest, CompletesAnInterruptedFirstStart) {
  { CertificateAuthority first(dir_); }
  std::filesystem::remove(dir_ / "ca.pem");
  EXPECT_FALSE(CertificateAuthority(dir_).ca_pem().empty());
  EXPECT_TRUE(std::filesystem::exists(dir_ / "ca.pem"));
}

TEST_F(CertificatesTest, RefusesFilesThatDoNotBelongTogether) {
  { CertificateAuthority first(dir_); }
  std::filesystem::create_directory(dir_ / "other");
  { CertificateAuthority other(dir_ / "other"); }
  std::filesystem::copy_file(dir_ / "other" / "ca.pem", dir_ / "ca.pem",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THROW(CertificateAuthority{dir_}, std::runtime_error);
  std::filesystem::remove(dir_ / "ca.key");
  EXPECT_THROW(CertificateAuthority{dir_}, std::runtime_error);
}

TEST_F(CertificatesTest, IssuesExactlyTheServedNames) {
  CertificateAuthority authority(dir_);
  const auto collection = authority.leaf("AbC.us-east-1.aoss.amazonaws.com");
  EXPECT_TRUE(matches(collection, "abc.us-east-1.aoss.amazonaws.com"));
  EXPECT_TRUE(matches(collection, "other.us-east-1.aoss.amazonaws.com"));
  EXPECT_FALSE(matches(collection, "amazonaws.com"));
  EXPECT_FALSE(matches(authority.leaf("s3.amazonaws.com"), "sts.amazonaws.com"));
  EXPECT_TRUE(matches(authority.leaf("my.dotted.bucket.s3.us-east-1.amazonaws.com"),
                      "my.dotted.bucket.s3.us-east-1.amazonaws.com"));
  const std::string long_name = std::string(63, 'a') + ".s3.ap-northeast-1.amazonaws.com";
  EXPECT_TRUE(matches(authority.leaf(long_name), long_name.c_str()));
  for (const char* name : {"example.com", "", "amazonaws.com.example.com", "evilamazonaws.com", "a,DNS:x.amazonaws.com",
                           "a\n.amazonaws.com", "10.0.0.1", ".amazonaws.com"}) {
    EXPECT_FALSE(is_served_name(name)) << name;
    EXPECT_TRUE(matches(authority.leaf(name), "localhost")) << name;
  }
  EXPECT_EQ(X509_check_ip_asc(authority.leaf("").certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(authority.leaf("127.0.0.7").certificate.get(), "127.0.0.7", 0), 1);
  EXPECT_EQ(authority.leaf("s3.amazonaws.com").certificate, authority.leaf("s3.amazonaws.com").certificate);
}

TEST_F(CertificatesTest, CombinesTheBundles) {
  CertificateAuthority authority(dir_);
  const auto file = dir_ / "bundle.pem";
  write_combined_bundle(authority, file);
  std::ifstream stream(file);
  const std::string bundle{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_TRUE(bundle.ends_with(authority.ca_pem()));
  EXPECT_EQ(host_ca_bundle().empty(), bundle.size() == authority.ca_pem().size());
}

}  // namespace
}  // namespace standpipe::net
