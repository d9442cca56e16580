#include "libbase/open_files.h"

#include <sys/resource.h>

#include <optional>

namespace sallyport {
namespace {

std::optional<rlimit> g_before;

}  // namespace

void RaiseOpenFileLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) g_before = limit;
}

void KeepOpenFileLimitOf(pid_t program) {
  if (g_before) ::prlimit(program, RLIMIT_NOFILE, &*g_before, nullptr);
}

}  // namespace sallyport
