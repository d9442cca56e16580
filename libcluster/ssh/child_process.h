// A child process of the agent for one connection or session; it does not outlive its owner.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"

namespace sallyport {

struct ChildOptions {
  std::string program;                   // a path
  std::vector<std::string> arguments;    // with the program's own name
  std::vector<std::string> environment;  // "NAME=VALUE"; the agent's own is not inherited
  std::vector<int> descriptors;          // become 0, 1, 2, ...; each is above all of these numbers; there are no others
};

// For one thread. The destructor kills the process and waits for its end.
class ChildProcess {
 public:
  // Starts a program in its own session, with default signal handlers. Fails with kNotFound for a missing program,
  // kInternal.
  static Result<ChildProcess> Start(const ChildOptions& options);
  ChildProcess() = default;
  ChildProcess(ChildProcess&&) = default;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  const UniqueFd& handle() const { return handle_; }  // readable when it has ended (pidfd_open(2))
  void Kill() const;

 private:
  pid_t pid_ = -1;
  UniqueFd handle_;
};

}  // namespace sallyport
