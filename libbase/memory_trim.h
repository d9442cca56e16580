// Returns memory to the kernel that the process has freed and the allocator keeps, so that the process shrinks after a
// peak.
#pragma once

#include <cstddef>

namespace sallyport {

// Not safe from several threads.
class MemoryTrim {
 public:
  // Configures the allocator of the whole process: large blocks get their own pages, which are unmapped when freed, and
  // threads share two heaps, which limits fragmentation.
  MemoryTrim();

  // Returns free memory to the kernel when the process is 4 MiB above its smallest size. Takes a few milliseconds then,
  // some microseconds otherwise. Returns the resident bytes afterwards, or 0 when the kernel does not report them.
  std::size_t Run();

 private:
  std::size_t smallest_ = 0;
};

// Gives all threads of the process one heap: for programs that have few threads and end soon, or are idle. A heap of a
// thread grows by single pages, with a system call for each. Call it before the first thread starts.
void UseOneHeap();

}  // namespace sallyport
