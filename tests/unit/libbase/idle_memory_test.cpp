#include "libbase/idle_memory.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <string>

namespace sallyport {
namespace {

// Returns the KiB of files that are in the memory of this process.
long FilesInMemory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    long kib = 0;
    if (word == "RssFile:" && status >> kib) return kib;
  }
  return 0;
}

// Keeps the processor busy for so long.
void Work(std::chrono::nanoseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) continue;
}

TEST_CASE("the pages of an idle program leave its memory, and come back when they are used") {
  const long before = FilesInMemory();
  REQUIRE(before > 0);
  const std::string constant(64, 'c');
  const std::size_t released = IdleMemory::Release();

  CHECK(released > 0);
  CHECK(FilesInMemory() < before);
  CHECK(constant == std::string(64, 'c'));
}

TEST_CASE("a program that works keeps its memory; an idle one gives it back") {
  IdleMemory memory;
  CHECK_FALSE(memory.Run());  // which only begins to measure
  Work(std::chrono::milliseconds(20));
  CHECK_FALSE(memory.Run());

  bool gave_back = false;
  for (int attempt = 0; attempt < 20 && !gave_back; ++attempt) {
    timespec pause{0, 20'000'000};
    ::nanosleep(&pause, nullptr);
    gave_back = memory.Run();
  }
  CHECK(gave_back);
}

}  // namespace
}  // namespace sallyport
