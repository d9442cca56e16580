// Gives memory back that the process has freed and its allocator keeps: after a flood a process is to be small again.
#pragma once

#include <cstddef>

namespace sallyport {

// Not safe from several threads.
class MemoryTrim {
 public:
  // Gives free memory back when the process has grown by 8 MiB since it was smallest; a few milliseconds then, some
  // microseconds otherwise. Returns the resident bytes afterwards; 0 where the kernel does not tell.
  std::size_t Run();

 private:
  std::size_t smallest_ = 0;
};

}  // namespace sallyport
