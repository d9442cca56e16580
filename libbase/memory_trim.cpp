#include "libbase/memory_trim.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace sallyport {
namespace {

constexpr std::size_t kGrowth = std::size_t{8} << 20;

std::size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return file ? resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace

std::size_t MemoryTrim::Run() {
  std::size_t resident = ResidentBytes();
  if (smallest_ != 0 && resident > smallest_ + kGrowth) {
    ::malloc_trim(0);
    resident = ResidentBytes();
  }
  smallest_ = smallest_ == 0 ? resident : std::min(smallest_, resident);
  return resident;
}

}  // namespace sallyport
