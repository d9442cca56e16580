#include "tools/tsh/scp_transport.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace sallyport {
namespace {

constexpr int kCannotStart = 255;  // as for ssh's own failures

}  // namespace

int RunScpTransport(char** arguments) {
  ::unsetenv(kScpTransport);  // ssh starts this program again
  char ssh[] = "ssh";
  arguments[0] = ssh;

  bool sftp = false;  // "-s": a subsystem
  for (char** word = arguments; *word != nullptr; ++word) sftp = sftp || std::strcmp(*word, "-s") == 0;
  if (!sftp) {
    ::execvp(ssh, arguments);
    return kCannotStart;
  }

  const pid_t child = ::fork();
  if (child < 0) return kCannotStart;
  if (child == 0) {
    ::execvp(ssh, arguments);
    ::_exit(kCannotStart);
  }

  // ssh has its own copies of the descriptors, and must notice when scp closes them.
  ::close(STDIN_FILENO);
  ::close(STDOUT_FILENO);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : kCannotStart;
  return code == 1 ? 0 : code;
}

}  // namespace sallyport
