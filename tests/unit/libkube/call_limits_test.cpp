#include "libkube/call_limits.h"

#include <poll.h>

#include <catch2/catch.hpp>
#include <thread>

#include "libbase/socket.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a wait ends with bytes, with the time, and with the stop") {
  const SocketPair pair = MakeSocketPair(0).value();
  StopSignal stop;
  const CallWait wait({5s, &stop});
  CHECK(wait.For(pair.first.get(), POLLOUT, "x"));
  const Error late = CallWait({10ms, &stop}).For(pair.first.get(), POLLIN, "the server").error();
  CHECK(late.kind == ErrorKind::kConnectionProblem);
  CHECK(late.message == "the server does not answer in time");
  CHECK(CallWait({10ms, nullptr}).For(pair.first.get(), POLLIN, "x").error().kind == ErrorKind::kConnectionProblem);
  stop.Stop();
  CHECK(wait.For(pair.first.get(), POLLIN, "x").error().kind == ErrorKind::kInterrupted);
  CHECK(wait.Check().error().kind == ErrorKind::kInterrupted);
}

TEST_CASE("a pause ends with its time or with the stop, and is refused beyond the time of the call") {
  StopSignal stop;
  const CallWait wait({5s, &stop});
  CHECK(wait.Pause(1ms));
  CHECK(wait.Pause(10s).error().kind == ErrorKind::kConnectionProblem);
  CHECK(PauseUnlessStopped(1ms, stop));
  std::thread stopper([&] { stop.Stop(); });
  CHECK_FALSE(PauseUnlessStopped(20s, stop));
  stopper.join();
  CHECK(wait.Pause(4s).error().kind == ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace sallyport
