// The terminal of a session whose runner copies between it and the user's terminal. Internal to libcluster.
#pragma once

#include <sys/ioctl.h>

#include <string>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/ssh/session_frames.h"

namespace sallyport {

// Returns "COLUMNS:ROWS" of a terminal, "" for any other descriptor.
std::string TerminalSizeOf(int terminal);

// For a process without other threads, whose descriptor 0 is the user's terminal.
class SessionTerminal {
 public:
  // Opens the terminal for the session's user, and sets the user's terminal to raw mode. From now on only the runner
  // can open the user's terminal.
  Status Open(const SessionStart& start);

  bool open() const { return master_.valid(); }
  int master() const { return master_.get(); }       // does not block
  const std::string& name() const { return name_; }  // "/dev/pts/7"
  // In the child, a session's first process: makes the terminal its controlling terminal and descriptors 0 to 2.
  Status Enter() const;
  // In the parent, after the child has the terminal.
  void Leave() { slave_.Reset(); }
  // Copies the size of the user's terminal.
  void Resize() const;

 private:
  std::string name_;
  UniqueFd master_;
  UniqueFd slave_;
};

}  // namespace sallyport
