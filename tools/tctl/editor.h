// Runs the user's text editor.
#pragma once

#include <string>

#include "libbase/error.h"
#include "tools/shell/command.h"

namespace sallyport {

// A file for the time of an edit: mode 0600, removed by the destructor unless it is kept.
class EditedFile {
 public:
  // Makes a file with a text, in TMPDIR or /tmp, with a name that ends in .yaml.
  static Result<EditedFile> Make(const Invocation& invocation, const std::string& text);
  EditedFile(EditedFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  EditedFile& operator=(EditedFile&&) = delete;
  EditedFile(const EditedFile&) = delete;
  EditedFile& operator=(const EditedFile&) = delete;
  ~EditedFile();

  const std::string& path() const { return path_; }
  // Keeps the file, and returns its path.
  std::string KeepFile() { return std::exchange(path_, {}); }

 private:
  explicit EditedFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Runs TELEPORT_EDITOR, VISUAL, EDITOR or vi (words may follow the program's name) on a file and waits. Fails with
// kBadParameter when the editor cannot be started or exits with an error.
Status RunEditor(const Invocation& invocation, const std::string& path);

}  // namespace sallyport
