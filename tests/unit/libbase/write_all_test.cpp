#include "libbase/write_all.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <cerrno>
#include <string>
#include <thread>

#include "libbase/file.h"
#include "libbase/socket.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

// A connection with non-blocking sides, and a text that is longer than its buffers.
struct Fixture {
  const std::string text = std::string(8 << 20, 'x');
  SocketPair pair = MakeSocketPair(SOCK_NONBLOCK | SOCK_CLOEXEC).value();
};

std::size_t ReadSome(int fd, std::size_t wanted) {
  std::string buffer(1 << 16, ' ');
  std::size_t total = 0;
  while (total < wanted) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count > 0) total += static_cast<std::size_t>(count);
    if (count < 0) std::this_thread::sleep_for(1ms);
    if (count == 0) break;
  }
  return total;
}

TEST_CASE("all is written to a slow reader") {
  Fixture fixture;
  std::size_t got = 0;
  std::thread reader([&] { got = ReadSome(fixture.pair.second.get(), fixture.text.size()); });
  CHECK(WriteAll(fixture.pair.first.get(), fixture.text, {.is_socket = true}));
  reader.join();
  CHECK(got == fixture.text.size());
}

TEST_CASE("a reader that reads nothing ends the writing at the deadline") {
  Fixture fixture;
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(WriteAll(fixture.pair.first.get(), fixture.text, {.is_socket = true, .deadline = begin + 30ms}));
  CHECK(errno == ETIMEDOUT);
  CHECK(std::chrono::steady_clock::now() - begin >= 30ms);
}

TEST_CASE("a readable stop descriptor ends the writing") {
  Fixture fixture;
  const SocketPair end = MakeSocketPair(SOCK_CLOEXEC).value();
  REQUIRE(::write(end.first.get(), "x", 1) == 1);
  CHECK_FALSE(
      WriteAll(fixture.pair.first.get(), fixture.text, {.is_socket = true, .until_readable = end.second.get()}));
  CHECK(errno == ECANCELED);
}

TEST_CASE("a reader that has left is an error and no signal") {
  Fixture fixture;
  fixture.pair.second.Reset();
  CHECK_FALSE(WriteAll(fixture.pair.first.get(), fixture.text, {.is_socket = true}));
  CHECK(errno == EPIPE);
}

TEST_CASE("a full device is an error") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  CHECK_FALSE(WriteAll(full.get(), "x"));
  CHECK(errno == ENOSPC);
}

}  // namespace
}  // namespace sallyport
