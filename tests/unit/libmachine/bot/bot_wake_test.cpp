#include "libmachine/bot/bot_wake.h"

#include <catch2/catch.hpp>

#include <thread>

namespace sallyport {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a renewal and a stop end a wait") {
  BotWake wake;
  const auto far = std::chrono::steady_clock::now() + 1h;
  std::thread renewing([&] { wake.RenewNow(); });
  wake.Wait(far, 0);
  renewing.join();
  CHECK(wake.renewals() == 1);
  wake.Wait(std::chrono::steady_clock::now() + 1ms, 1);
  CHECK_FALSE(wake.stopped());

  std::thread stopping([&] { wake.Stop(); });
  wake.Wait(far, std::nullopt);
  CHECK_FALSE(wake.Pause(1h));
  stopping.join();
  CHECK(wake.stopped());
  CHECK(wake.signal().stopped());
}

TEST_CASE("outputs wait until the identity is ready") {
  BotWake wake;
  std::thread other([&] { wake.SetReady(); });
  CHECK(wake.WaitUntilReady());
  other.join();
  BotWake stopped;
  stopped.Stop();
  CHECK_FALSE(stopped.WaitUntilReady());
}

}  // namespace
}  // namespace sallyport
