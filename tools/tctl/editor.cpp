#include "tools/tctl/editor.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "libbase/file.h"
#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr std::string_view kEnding = ".yaml";

std::string EditorOf(const Invocation& invocation) {
  for (const char* name : {"TELEPORT_EDITOR", "VISUAL", "EDITOR"}) {
    if (std::string value = invocation.Env(name); !SplitNonEmpty(value, ' ').empty()) return value;
  }
  return "vi";
}

// During its lifetime, Ctrl-C and Ctrl-\ go to the editor only, since many editors use these keys. The destructor
// restores the terminal when such a key ended the editor.
class EditorScope {
 public:
  EditorScope() {
    has_terminal_ = ::tcgetattr(STDIN_FILENO, &terminal_) == 0;
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignore, &interrupt_);
    ::sigaction(SIGQUIT, &ignore, &quit_);
  }
  ~EditorScope() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGQUIT, &quit_, nullptr);
  }
  EditorScope(const EditorScope&) = delete;
  EditorScope& operator=(const EditorScope&) = delete;

  void RestoreTerminal() const {
    if (has_terminal_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_);
  }

 private:
  bool has_terminal_ = false;
  termios terminal_{};
  struct sigaction interrupt_{};
  struct sigaction quit_{};
};

// Starts the editor with the default handling of signals.
int Spawn(pid_t& child, char* const arguments[]) {
  sigset_t usual;
  ::sigemptyset(&usual);
  ::sigaddset(&usual, SIGINT);
  ::sigaddset(&usual, SIGQUIT);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const int failed = ::posix_spawnp(&child, arguments[0], nullptr, &attributes, arguments, environ);
  ::posix_spawnattr_destroy(&attributes);
  return failed;
}

// A shell script exits with 130 when it was interrupted.
bool WasInterrupted(int status) {
  return (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) || (WIFEXITED(status) && WEXITSTATUS(status) == 130);
}

}  // namespace

Result<EditedFile> EditedFile::Make(const Invocation& invocation, const std::string& text) {
  const std::string directory = invocation.Env("TMPDIR");
  std::string path = fmt::format("{}/tctl-edit-XXXXXX{}", directory.empty() ? "/tmp" : directory, kEnding);
  const UniqueFd made(::mkstemps(path.data(), static_cast<int>(kEnding.size())));
  if (!made.valid()) return Fail(ErrorKind::kInternal, "cannot make {}: {}", path, std::strerror(errno));
  EditedFile file(path);
  RETURN_IF_ERROR(WritePrivateFile(path, text));
  return file;
}

EditedFile::~EditedFile() {
  if (!path_.empty()) std::ignore = RemoveFile(path_);
}

Status RunEditor(const Invocation& invocation, const std::string& path) {
  const std::string editor = EditorOf(invocation);
  std::vector<std::string> words = SplitNonEmpty(editor, ' ');
  words.push_back(path);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  const EditorScope scope;
  pid_t child = -1;
  const int failed = Spawn(child, arguments.data());
  if (failed != 0) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("cannot start the editor \"{}\": {}", words.front(), std::strerror(failed)),
                        "set EDITOR to an installed program");
  }

  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};

  scope.RestoreTerminal();
  if (WasInterrupted(status)) {
    return Fail(ErrorKind::kInterrupted, "the editor was interrupted, so nothing is changed");
  }
  return Fail(ErrorKind::kBadParameter, "the editor \"{}\" failed, so nothing is changed", words.front());
}

}  // namespace sallyport
