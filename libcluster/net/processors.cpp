#include "libcluster/net/processors.h"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace sallyport {

unsigned Processors() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) return static_cast<unsigned>(CPU_COUNT(&allowed));
  return std::max(std::thread::hardware_concurrency(), 1U);  // the set is too small for hosts with more than a thousand
}

}  // namespace sallyport
