// Tests of addresses that a fetch may reach.
#include "libcluster/auth/proofs/public_address.h"

#include <catch2/catch.hpp>
#include <string>

namespace sallyport {
namespace {

TEST_CASE("public addresses are those of everybody") {
  for (const std::string address : {"1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "192.167.1.1", "100.63.0.1",
                                    "100.128.0.1", "198.20.0.1", "223.255.255.255", "2606:4700:4700::1111",
                                    "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"}) {
    CAPTURE(address);
    CHECK(IsPublicAddress(address));
  }
}

TEST_CASE("the host itself, its networks and special addresses are not public") {
  for (const std::string address : {"0.0.0.0",
                                    "0.1.2.3",
                                    "10.0.0.1",
                                    "10.255.255.255",
                                    "100.64.0.1",
                                    "100.127.255.255",
                                    "127.0.0.1",
                                    "127.9.9.9",
                                    "169.254.169.254",
                                    "172.16.0.1",
                                    "172.31.255.255",
                                    "192.0.0.8",
                                    "192.0.2.1",
                                    "192.88.99.1",
                                    "192.168.0.1",
                                    "198.18.0.1",
                                    "198.19.255.255",
                                    "198.51.100.1",
                                    "203.0.113.1",
                                    "224.0.0.1",
                                    "239.1.1.1",
                                    "240.0.0.1",
                                    "255.255.255.255",
                                    "::",
                                    "::1",
                                    "fe80::1",
                                    "fec0::1",
                                    "fc00::1",
                                    "fd12:3456::1",
                                    "ff02::1",
                                    "100::1",
                                    "2001::1",
                                    "2001:1ff::1",
                                    "2001:db8::1",
                                    "::ffff:127.0.0.1",
                                    "::ffff:10.0.0.1",
                                    "::127.0.0.1",
                                    "64:ff9b::7f00:1",
                                    "64:ff9b:1::808:808",
                                    "2002:7f00:1::",
                                    "2002:a00:1::1",
                                    "",
                                    "localhost",
                                    "127.1",
                                    "0x7f000001",
                                    "1.1.1.1 ",
                                    "fe80::1%lo"}) {
    CAPTURE(address);
    CHECK_FALSE(IsPublicAddress(address));
  }
}

}  // namespace
}  // namespace sallyport
