#include "libbase/log_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "libbase/file.h"
#include "libbase/mutex.h"

namespace sallyport {
namespace {

LogOutput g_output;  // set before other threads start
Mutex g_mutex;
UniqueFd g_file GUARDED_BY(g_mutex);
std::size_t g_lost GUARDED_BY(g_mutex) = 0;  // lost lines since the last written line
bool g_cut GUARDED_BY(g_mutex) = false;      // the last write ended within a line

Result<UniqueFd> OpenFile(const std::string& path) {
  // Non-blocking, because the open of a named pipe without a reader would block.
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600));
  if (fd.valid()) return fd;
  const ErrorKind kind = errno == ENOENT   ? ErrorKind::kNotFound
                         : errno == EACCES ? ErrorKind::kAccessDenied
                                           : ErrorKind::kInternal;
  return Fail(kind, "cannot open the log {}: {}", path, std::strerror(errno));
}

// Whether the path names the open file.
bool IsCurrent() REQUIRES(g_mutex) {
  struct stat open_file{};
  struct stat named{};
  return ::fstat(g_file.get(), &open_file) == 0 && ::stat(g_output.path.c_str(), &named) == 0 &&
         open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

void OpenAgain() REQUIRES(g_mutex) {
  if (auto fd = OpenFile(g_output.path)) g_file = std::move(*fd);
}

// Returns how much was written.
std::size_t WriteOnce(std::string_view text) REQUIRES(g_mutex) {
  ssize_t written = -1;
  do {
    written = ::write(g_file.get(), text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  return written < 0 ? 0 : static_cast<std::size_t>(written);
}

void WriteToFile(std::string_view line) {
  const MutexLock lock(g_mutex);
  if (!IsCurrent()) OpenAgain();
  // Writes the number of lost lines on a separate line before the next line.
  std::string text = g_cut ? "\n" : "";
  if (g_lost > 0) text += fmt::format("{} lines of the log could not be written\n", g_lost);
  text += line;
  const std::size_t written = WriteOnce(text);
  if (written == text.size()) {
    g_lost = 0;
    g_cut = false;
    return;
  }
  ++g_lost;
  if (written > 0) g_cut = text[written - 1] != '\n';
}

}  // namespace

Status OpenLog(const LogOutput& output) {
  const MutexLock lock(g_mutex);
  UniqueFd file;
  if (output.target == LogOutput::Target::kFile) {
    ASSIGN_OR_RETURN(file, OpenFile(output.path));
  }
  g_file = std::move(file);
  g_output = output;
  return {};
}

void ReopenLog() {
  const MutexLock lock(g_mutex);
  if (g_file.valid()) OpenAgain();
}

const LogOutput& LogTarget() { return g_output; }

void WriteLogLine(std::string_view line) {
  if (g_output.target == LogOutput::Target::kFile) return WriteToFile(line);
  // One write, so that lines of several threads do not mix; a full or closed stream must not stop the program.
  const int stream = g_output.target == LogOutput::Target::kStdout ? STDOUT_FILENO : STDERR_FILENO;
  [[maybe_unused]] const ssize_t written = ::write(stream, line.data(), line.size());
}

}  // namespace sallyport
