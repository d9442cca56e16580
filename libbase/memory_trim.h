// Gives memory back that the process has freed and its allocator keeps: after a flood a process is to be small again.
#pragma once

#include <cstddef>

namespace sallyport {

// Not safe from several threads.
class MemoryTrim {
 public:
  // Sets the allocator up for the whole process: what is large has pages of its own, which go when it is freed, and
  // threads share two heaps, so that little stays between what is in use.
  MemoryTrim();

  // Gives free memory back when the process has grown by 4 MiB since it was smallest; a few milliseconds then, some
  // microseconds otherwise. Returns the resident bytes afterwards; 0 where the kernel does not tell.
  std::size_t Run();

 private:
  std::size_t smallest_ = 0;
};

}  // namespace sallyport
