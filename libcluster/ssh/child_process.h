// A process that the agent starts for one connection or session, and that does not outlive its owner.
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
  std::vector<std::string> environment;  // "NAME=VALUE"; nothing of ours is added
  std::vector<int> descriptors;          // become 0, 1, 2, ...; each is above all of these numbers; there are no others
};

// For one thread. Letting go of it kills the process and waits until it is gone.
class ChildProcess {
 public:
  // Starts a program in a session of its own, with signals as they are by default. kNotFound when there is no such
  // program, kInternal.
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
