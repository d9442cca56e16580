#include "libcluster/net/processors.h"

#include <sched.h>

#include <catch2/catch.hpp>
#include <thread>

namespace sallyport {
namespace {

TEST_CASE("a process that is bound to one processor has one") {
  unsigned bound = 0;
  std::thread([&bound] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(::sched_getcpu()), &one);
    if (::sched_setaffinity(0, sizeof one, &one) == 0) bound = Processors();
  }).join();
  CHECK(bound == 1);
  CHECK(Processors() >= 1);
}

}  // namespace
}  // namespace sallyport
