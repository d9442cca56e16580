#include "tools/tctl/documents.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "libbase/file.h"
#include "libbase/text.h"
#include "libresources/kinds.h"

namespace sallyport {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxInputBytes = 10 << 20;
constexpr std::string_view kExtensions[] = {".yaml", ".yml", ".json"};

Result<std::string> ReadStandardInput() {
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Fail(ErrorKind::kInternal, "cannot read standard input");
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kMaxInputBytes) {
      return Fail(ErrorKind::kLimitExceeded, "standard input is larger than {} bytes", kMaxInputBytes);
    }
  }
}

// Files of editors and version control (".git", ".role.yaml.swp") are skipped.
bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// Returns the files of resources below a directory, in the order of their names.
Result<std::vector<std::string>> FilesBelow(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code code;
  for (fs::recursive_directory_iterator at(directory, code), end; !code && at != end; at.increment(code)) {
    if (IsHidden(at->path())) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file(code) &&
               std::ranges::find(kExtensions, at->path().extension().string()) != std::end(kExtensions)) {
      files.push_back(at->path().string());
    }
  }
  if (code) return Fail(ErrorKind::kBadParameter, "cannot read the directory {}: {}", directory, code.message());
  std::ranges::sort(files);
  return files;
}

Result<std::vector<std::string>> FilesOf(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    std::error_code code;
    if (path == "-" || !fs::is_directory(path, code)) {
      files.push_back(path);
      continue;
    }
    ASSIGN_OR_RETURN(const auto below, FilesBelow(path));
    files.insert(files.end(), below.begin(), below.end());
  }
  return files;
}

Strictness StrictnessOf(std::string_view validation) {
  if (validation == "warn") return Strictness::kWarn;
  return validation == "ignore" ? Strictness::kIgnore : Strictness::kStrict;
}

}  // namespace

DecodeOptions ValidatingOptions(std::string source, std::string_view validation, std::vector<Error>& warnings) {
  const Strictness strictness = StrictnessOf(validation);
  return {.source = std::move(source),
          .unknown_fields = strictness,
          .as_new = true,
          .useless_allowances = strictness,
          .warnings = &warnings};
}

std::vector<std::string> NoticesOf(const std::vector<Error>& warnings) {
  std::vector<std::string> notices;
  for (const Error& warning : warnings) {
    notices.push_back("tctl: warning: " + warning.message);
    if (!warning.hint.empty()) notices.back() += "\n  hint: " + warning.hint;
  }
  return notices;
}

Result<std::vector<Document>> ReadDocuments(const std::vector<std::string>& paths, std::string_view validation,
                                            std::vector<std::string>& notices) {
  ASSIGN_OR_RETURN(const auto files, FilesOf(paths.empty() ? std::vector<std::string>{"-"} : paths));
  std::vector<Document> documents;
  std::vector<Error> warnings;
  for (const auto& file : files) {
    const bool standard_input = file == "-" || file.empty();
    ASSIGN_OR_RETURN(const std::string text, standard_input ? ReadStandardInput() : ReadFile(file, kMaxInputBytes));
    const std::string source = standard_input ? "stdin" : file;
    for (auto& document : DecodeEach(text, ValidatingOptions(source, validation, warnings))) {
      documents.push_back(std::move(document));
    }
  }
  notices = NoticesOf(warnings);
  if (!documents.empty()) return documents;
  const bool standard_input = paths.empty() || paths.front() == "-";
  return Fail(ErrorKind::kBadParameter, "{}: the input has no resources",
              standard_input ? "stdin" : fmt::format("{}", fmt::join(paths, ", ")));
}

}  // namespace sallyport
