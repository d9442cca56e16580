// Counts the processors of this process.
#pragma once

namespace sallyport {

// Returns how many processors the calling thread may run on, at least 1: those of the host, or fewer when the process
// was bound to some (taskset, a container's cpuset). Ignores quotas of processor time.
unsigned Processors();

}  // namespace sallyport
