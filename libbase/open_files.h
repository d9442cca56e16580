// How many files this process may have open.
#pragma once

#include <sys/types.h>

namespace sallyport {

// Raises the soft limit to the hard one. Call it once, before other threads start.
void RaiseOpenFileLimit();

// Gives a program that was just started the limit that this process had: many programs go through all numbers there
// are.
void KeepOpenFileLimitOf(pid_t program);

}  // namespace sallyport
