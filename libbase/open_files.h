// Sets the limit of open files for this process and its children.
#pragma once

#include <sys/types.h>

namespace sallyport {

// Raises the soft limit to the hard one. Call it once, before other threads start.
void RaiseOpenFileLimit();

// Gives a program just started the original limit of this process: many programs loop over every possible descriptor.
void KeepOpenFileLimitOf(pid_t program);

}  // namespace sallyport
