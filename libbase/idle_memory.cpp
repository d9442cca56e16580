#include "libbase/idle_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ctime>

namespace sallyport {
namespace {

constexpr int kBusyParts = 100;  // a process that uses more than one of these is busy

std::chrono::nanoseconds ProcessorTime() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Gives back the segments of one file that no one has ever been able to write to. Relocated constants are in writable
// segments that were protected later: their pages exist in memory alone.
int ReleaseFile(dl_phdr_info* file, std::size_t, void* released) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < file->dlpi_phnum; ++i) {
    const auto& segment = file->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;

    const std::uintptr_t begin = (file->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const std::uintptr_t end = (file->dlpi_addr + segment.p_vaddr + segment.p_filesz) & ~(page - 1);
    if (end <= begin) continue;
    if (::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED) != 0) continue;
    *static_cast<std::size_t*>(released) += end - begin;
  }
  return 0;
}

}  // namespace

std::size_t IdleMemory::Release() {
  std::size_t released = 0;
  ::malloc_trim(0);
  ::dl_iterate_phdr(&ReleaseFile, &released);
  return released;
}

bool IdleMemory::Run() {
  const auto now = std::chrono::steady_clock::now();
  const auto used = ProcessorTime();
  const bool is_idle = (used - used_before_) * kBusyParts < now - seen_at_;
  const bool is_first = seen_at_ == std::chrono::steady_clock::time_point();
  seen_at_ = now;
  used_before_ = used;
  if (is_first || !is_idle) return false;
  Release();
  return true;
}

}  // namespace sallyport
