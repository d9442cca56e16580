#include "libbase/memory_trim.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

namespace sallyport {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST_CASE("memory that was freed goes back") {
  MemoryTrim trim;
  const std::size_t before = trim.Run();
  REQUIRE(before > 0);
  // An allocator does not return small pieces to the system while one piece remains at the end of the heap.
  auto pieces = std::make_unique<std::vector<std::string>>();
  for (int number = 0; number < 64 * 1024; ++number) pieces->emplace_back(1024, 'x');
  const std::string last = pieces->back();
  CHECK(trim.Run() > before + 32 * kMiB);
  pieces.reset();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // sanitizers keep freed memory
  CHECK(trim.Run() < before + 16 * kMiB);
#endif
}

}  // namespace
}  // namespace sallyport
