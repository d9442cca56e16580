// Gives the memory of an idle process back to the kernel: what the allocator keeps, and the pages of the program and
// its libraries, which the kernel reads again from the files when they are used.
#pragma once

#include <chrono>
#include <cstddef>

namespace sallyport {

// Not safe from several threads.
class IdleMemory {
 public:
  // How often a program calls Run.
  static constexpr std::chrono::seconds kPeriod{10};

  // Gives memory back when the process has used less than a hundredth of a processor since the call before. Returns
  // whether it did. Takes less than a millisecond; code that is used next costs a page fault without input for each
  // 64 KiB, because its pages stay in the page cache until the kernel needs them for something else.
  bool Run();

  // Gives memory back now. Returns the bytes of the program and its libraries that may have become free.
  static std::size_t Release();

 private:
  std::chrono::steady_clock::time_point seen_at_{};
  std::chrono::nanoseconds used_before_{};
};

}  // namespace sallyport
