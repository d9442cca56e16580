#include "libcluster/ssh/sshd_log.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("sshd's line of an accepted certificate is read") {
  const auto event = ParseSshdLine(
      "Accepted publickey for root from UNKNOWN port 65535 ssh2: ED25519-CERT SHA256:k+znhUs1 ID alice (serial 0) CA "
      "ED25519 SHA256:64LHj/Qb\r");
  REQUIRE(event);
  CHECK(std::holds_alternative<SshdAccepted>(*event));
}

TEST_CASE("a plain key lets nobody in, so that it is no event") {
  CHECK_FALSE(ParseSshdLine("Accepted publickey for root from UNKNOWN port 65535 ssh2: ED25519 SHA256:k+znhUs1"));
  CHECK_FALSE(ParseSshdLine("Failed publickey for root from UNKNOWN port 65535 ssh2: ED25519 SHA256:k+znhUs1"));
}

TEST_CASE("text of a client cannot begin a line") {
  CHECK_FALSE(ParseSshdLine("Invalid user Accepted publickey for root from UNKNOWN port 1"));
  CHECK_FALSE(ParseSshdLine(" Accepted publickey for root from x ssh2: ED25519-CERT SHA256:x ID alice (serial 0)"));
  CHECK_FALSE(ParseSshdLine(""));
}

TEST_CASE("a refused certificate names the login and the reason") {
  const auto known = ParseSshdLine(
      "Failed publickey for nobody from UNKNOWN port 65535 ssh2: ED25519-CERT SHA256:k ID alice (serial 0) CA ED25519 "
      "SHA256:6");
  REQUIRE(known);
  CHECK(std::get<SshdRefused>(*known).login == "nobody");
  CHECK(std::get<SshdRefused>(*known).reason == "sshd refused the SSH certificate");
  const auto unknown = ParseSshdLine(
      "Failed publickey for invalid user carl from UNKNOWN port 65535 ssh2: ED25519-CERT SHA256:k ID alice (serial 0) "
      "CA "
      "ED25519 SHA256:6");
  REQUIRE(unknown);
  CHECK(std::get<SshdRefused>(*unknown).login == "carl");
  CHECK(std::get<SshdRefused>(*unknown).reason == "the node has no such user");
}

TEST_CASE("forwarded connections") {
  const auto event = ParseSshdLine(
      "debug1: serverloop.c:server_request_direct_tcpip():453 (pid=9614): originator 127.0.0.1 port 65535, target "
      "localhost port 22\r\n");
  REQUIRE(event);
  CHECK(std::get<SshdForward>(*event).address == "localhost:22");
  CHECK_FALSE(ParseSshdLine("debug1: serverloop.c:server_request_direct_tcpip():453 (pid=1): originator x"));
  CHECK_FALSE(ParseSshdLine("debug1: serverloop.c:server_request_direct_tcpip():4: , target h port 99999999"));
}

}  // namespace
}  // namespace sallyport
