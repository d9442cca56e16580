// The terminal that a session gets while its runner sits between it and the user's. Internal to libcluster.
#pragma once

#include <sys/ioctl.h>

#include <string>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/ssh/session_frames.h"

namespace sallyport {

// Returns "COLUMNS:ROWS" of a terminal, "" of what is none.
std::string TerminalSizeOf(int terminal);

// For a process without other threads, whose descriptor 0 is the user's terminal.
class SessionTerminal {
 public:
  // Opens it, for the session's user, and makes the user's terminal pass everything on as it comes. That one is the
  // runner's from here on: nobody else opens it.
  Status Open(const SessionStart& start);

  bool open() const { return master_.valid(); }
  int master() const { return master_.get(); }       // does not block
  const std::string& name() const { return name_; }  // "/dev/pts/7"
  // In the child, a session's first process: makes it the controlling terminal and descriptors 0 to 2.
  Status Enter() const;
  // In the parent, once the child has it.
  void Leave() { slave_.Reset(); }
  // Gives it the size of the user's terminal.
  void Resize() const;

 private:
  std::string name_;
  UniqueFd master_;
  UniqueFd slave_;
};

}  // namespace sallyport
