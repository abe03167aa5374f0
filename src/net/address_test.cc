#include "net/address.h"

#include <gtest/gtest.h>
#include <ifaddrs.h>

#include <stdexcept>

#include "net/dial.h"

namespace standpipe::net {
namespace {

TEST(Address, KnowsWhatIsPublic) {
  for (const char* text : {"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(is_public(*IpAddress::parse(text))) << text;
  }
  for (const char* text : {"127.0.0.1",
                           "0.0.0.0",
                           "10.1.2.3",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "198.18.0.1",
                           "::1",
                           "::",
                           "fe80::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "ff02::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::7f00:1",
                           "2002:7f00:1::",
                           "2001::1"}) {
    EXPECT_FALSE(is_public(*IpAddress::parse(text))) << text;
  }
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "0x7f.1", "2130706433", "a::g", "1.2.3.4 "}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(Network, ContainsItsAddresses) {
  const auto network = Network::parse("10.1.0.0/15");
  ASSERT_TRUE(network);
  EXPECT_TRUE(network->contains(*IpAddress::parse("10.0.0.1")));
  EXPECT_TRUE(network->contains(*IpAddress::parse("::ffff:10.1.255.255")));
  EXPECT_FALSE(network->contains(*IpAddress::parse("10.2.0.0")));
  EXPECT_TRUE(Network::parse("::1")->contains(*IpAddress::parse("::1")));
  EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains(*IpAddress::parse("1.2.3.4")));
  EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains(*IpAddress::parse("2606:4700::1")));
  for (const char* text : {"10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "x/8"})
    EXPECT_FALSE(Network::parse(text)) << text;
}

TEST(AddressPolicy, RefusesWhatIsNotAllowed) {
  const AddressPolicy strict;
  EXPECT_TRUE(strict.allows("pypi.org", *IpAddress::parse("151.101.0.223")));
  EXPECT_FALSE(strict.allows("pypi.org", *IpAddress::parse("127.0.0.1")));
  const AddressPolicy some({"10.0.0.0/8", "*.corp.example"});
  EXPECT_TRUE(some.allows("any", *IpAddress::parse("10.9.9.9")));
  EXPECT_TRUE(some.allows("git.Corp.example", *IpAddress::parse("192.168.0.1")));
  EXPECT_FALSE(some.allows("corp.example", *IpAddress::parse("192.168.0.1")));
  EXPECT_FALSE(strict.allows_name("localhost"));
  EXPECT_FALSE(strict.allows_name("metadata.google.internal."));
  EXPECT_TRUE(strict.allows_name("pypi.org"));
  EXPECT_THROW(AddressPolicy({"10.0.0.0/99"}), std::invalid_argument);
}

TEST(AddressPolicy, RefusesTheMachineItselfAndItsNeighbours) {
  ifaddrs* first = nullptr;
  ASSERT_EQ(::getifaddrs(&first), 0);
  for (const ifaddrs* one = first; one; one = one->ifa_next) {
    const auto own = one->ifa_addr ? IpAddress::from(*one->ifa_addr) : std::nullopt;
    if (!own) continue;
    EXPECT_FALSE(AddressPolicy().allows("x", *own)) << own->text();
    EXPECT_TRUE(AddressPolicy({own->text()}).allows("x", *own)) << own->text();
  }
  ::freeifaddrs(first);
}

TEST(ParseAuthority, SplitsHostAndPort) {
  EXPECT_EQ(parse_authority("Example.com:443")->host, "example.com");
  EXPECT_EQ(parse_authority("[::1]:80")->host, "::1");
  EXPECT_EQ(parse_authority("[::1]:80")->port, 80);
  EXPECT_EQ(parse_authority("a", 80)->port, 80);
  for (const char* text :
       {"a", "a:", "a:0", "a:65536", "a:-1", "a:+1", "a:1:2", ":80", "[::1", "[x]:1", "a b:1", "a/b:1", "u@a:1"}) {
    EXPECT_FALSE(parse_authority(text)) << text;
  }
}

}  // namespace
}  // namespace standpipe::net
