#include "tools/tctl/editor.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
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
  pid_t child = -1;
  const int failed = ::posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ);
  if (failed != 0) {
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("cannot start the editor \"{}\": {}", words.front(), std::strerror(failed)),
                        "set EDITOR to a program that is there");
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Fail(ErrorKind::kBadParameter, "the editor \"{}\" failed, so nothing is changed", words.front());
}

}  // namespace sallyport
