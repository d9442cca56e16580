#include "libbase/memory_trim.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace sallyport {
namespace {

constexpr std::size_t kGrowth = std::size_t{4} << 20;
constexpr int kLargeBytes = 256 << 10;
constexpr int kHeaps = 2;

std::size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return file ? resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace

MemoryTrim::MemoryTrim() {
  ::mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  ::mallopt(M_ARENA_MAX, kHeaps);
}

void UseOneHeap() { ::mallopt(M_ARENA_MAX, 1); }

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
