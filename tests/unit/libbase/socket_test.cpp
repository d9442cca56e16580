#include "libbase/socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("the peer of a socket is the user of its other side, or no user") {
  const auto pair = MakeSocketPair(0);
  REQUIRE(pair);
  CHECK(PeerUser(pair->first.get()) == ::geteuid());
  const UniqueFd tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK(PeerUser(tcp.get()) != ::geteuid());
  CHECK(PeerUser(-1) == std::nullopt);
}

}  // namespace
}  // namespace sallyport
