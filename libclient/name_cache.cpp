#include "libclient/name_cache.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "libbase/file.h"
#include "libclient/profile_paths.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxNames = 100'000;
constexpr std::size_t kMaxCacheBytes = 32 << 20;

Time ChangeTime(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return {};
  return Time(std::chrono::seconds(found.st_mtim.tv_sec));
}

}  // namespace

NameCache::NameCache(const EnvironmentReader& environment, std::string_view scope) {
  std::string base = environment("XDG_CACHE_HOME");
  if (base.empty() && !environment("HOME").empty()) base = environment("HOME") + "/.cache";
  if (!base.empty() && !scope.empty() && !scope.contains("..")) {
    directory_ = base + "/sallyport/names/" + std::string(scope);
  }
}

void NameCache::Remember(std::string_view sort, std::vector<std::string> names) const {
  if (directory_.empty() || !IsSafePathPart(sort)) return;
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  names.resize(std::min(names.size(), kMaxNames));
  std::string text;
  for (const auto& name : names) {
    if (!name.contains('\n')) text += name + "\n";
  }
  const std::string path = directory_ + "/" + std::string(sort);
  if (const auto there = ReadFile(path, kMaxCacheBytes); there && *there == text) {
    ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
    return;
  }
  if (MakeDirectories(directory_, 0700)) std::ignore = WritePrivateFile(path, text);
}

SeenNames NameCache::Recall(std::string_view sort, std::string_view prefix) const {
  SeenNames found;
  if (directory_.empty() || !IsSafePathPart(sort)) return found;
  const std::string path = directory_ + "/" + std::string(sort);
  const auto text = ReadFile(path, kMaxCacheBytes);
  if (!text) return found;
  found.seen = ChangeTime(path);
  std::string_view rest = *text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (rest.starts_with(prefix)) found.names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  return found;
}

}  // namespace sallyport
