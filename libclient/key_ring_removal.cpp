// Removes the files of a login at logout (docs/protocol/login.md#logging-out).
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "libclient/key_ring.h"

namespace sallyport {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKept[] = {"config", "azure", "bin", "id_vnet", "id_vnet.pub"};

// Overwrites a file so that its old content is not in the blocks that are freed. Journals and flash may still hold the
// content; a program cannot prevent that.
void Overwrite(const fs::path& path, std::uintmax_t size) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) return;
  const std::string zeros(65536, '\0');
  for (std::uintmax_t done = 0; done < size;) {
    const auto count = ::write(fd.get(), zeros.data(), std::min<std::uintmax_t>(zeros.size(), size - done));
    if (count <= 0) return;
    done += static_cast<std::uintmax_t>(count);
  }
  ::fsync(fd.get());
}

Status FailRemoval(const fs::path& path, const std::error_code& code) {
  const bool forbidden = code == std::errc::permission_denied || code == std::errc::operation_not_permitted ||
                         code == std::errc::read_only_file_system;
  return Fail(forbidden ? ErrorKind::kAccessDenied : ErrorKind::kInternal, "cannot remove {}: {}", path.string(),
              code.message());
}

// Removes a file, or a directory with all below it; removes symbolic links themselves, not their targets.
Status RemoveTree(const fs::path& root) {
  std::error_code code;
  const auto status = fs::symlink_status(root, code);
  if (!fs::exists(status)) return {};
  if (fs::is_regular_file(status)) Overwrite(root, fs::file_size(root, code));
  if (fs::is_directory(status)) {
    for (fs::recursive_directory_iterator at(root, code), end; !code && at != end; at.increment(code)) {
      std::error_code ignored;
      if (fs::is_regular_file(at->symlink_status(ignored))) Overwrite(at->path(), at->file_size(ignored));
    }
  }
  fs::remove_all(root, code);
  return code ? FailRemoval(root, code) : Status();
}

}  // namespace

Status RemoveKubeCredentials(const ProfilePaths& paths) {
  std::vector<fs::path> credentials;
  std::error_code code;
  for (fs::recursive_directory_iterator at(paths.SshKey() + "-kube", code), end; !code && at != end;
       at.increment(code)) {
    if (at->path().extension() == ".cred") credentials.push_back(at->path());
  }
  for (const auto& path : credentials) RETURN_IF_ERROR(RemoveTree(path));
  return RemoveTree(paths.KubeLock());
}

Result<bool> RemoveKeyRing(const ProfilePaths& paths) {
  if (!IsSafePathPart(paths.proxy_host) || !IsSafePathPart(paths.user)) {
    return Fail(ErrorKind::kBadParameter, "the name of the user or proxy cannot be the name of a file");
  }
  const std::string base = paths.SshKey();
  const bool found = FileExists(base) || FileExists(paths.TlsKey()) || FileExists(paths.TlsCertificate());
  for (const std::string_view ending :
       {"", ".pub", ".key", ".crt", ".ppk", "-x509.pem", "-ssh", "-kube", "-app", "-db", "-windowsdesktop"}) {
    RETURN_IF_ERROR(RemoveTree(base + std::string(ending)));
  }
  RETURN_IF_ERROR(RemoveTree(paths.KubeLock()));
  return found;
}

Status RemoveEverything(const std::string& home) {
  std::error_code code;
  if (!fs::exists(home, code)) return {};
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(home, code), end; !code && at != end; at.increment(code)) {
    const std::string name = at->path().filename().string();
    if (std::ranges::find(kKept, name) == std::end(kKept)) entries.push_back(at->path());
  }
  if (code) return FailRemoval(home, code);
  for (const auto& entry : entries) RETURN_IF_ERROR(RemoveTree(entry));
  return {};
}

}  // namespace sallyport
