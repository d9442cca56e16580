// Tests of streams without TLS.
#include "libclient/stream.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "libbase/socket.h"

namespace sallyport {
namespace {

TEST_CASE("a plain stream carries bytes both ways until an end") {
  SocketPair pair = MakeSocketPair(SOCK_NONBLOCK).value();
  PlainStream here(std::move(pair.first));
  auto there = std::make_unique<PlainStream>(std::move(pair.second));
  const Deadline deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  char buffer[8];
  CHECK(here.TryRead(buffer, sizeof buffer).state == IoState::kWantRead);
  REQUIRE(there->Write("hello", deadline));
  REQUIRE(here.Read(buffer, sizeof buffer, deadline).value() == 5);
  CHECK(std::string_view(buffer, 5) == "hello");

  there->Close();
  CHECK(here.Read(buffer, sizeof buffer, deadline).value() == 0);
  REQUIRE(here.Write("late", deadline));
  there.reset();
  CHECK_FALSE(here.Write("too late", deadline));
}

}  // namespace
}  // namespace sallyport
