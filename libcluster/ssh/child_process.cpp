#include "libcluster/ssh/child_process.h"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): pidfd_send_signal's
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

// glibc 2.36 declares these without saying that they are C.
extern "C" {
#include <sys/pidfd.h>
}

#include "libbase/open_files.h"

namespace sallyport {
namespace {

struct SpawnSetup {
  SpawnSetup() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<ChildProcess> ChildProcess::Start(const ChildOptions& options) {
  SpawnSetup setup;
  for (std::size_t i = 0; i < options.descriptors.size(); ++i) {
    posix_spawn_file_actions_adddup2(&setup.files, options.descriptors[i], static_cast<int>(i));
  }
  posix_spawn_file_actions_addclosefrom_np(&setup.files, static_cast<int>(options.descriptors.size()));

  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&setup.attributes, &none);
  posix_spawnattr_setsigdefault(&setup.attributes, &all);
  posix_spawnattr_setflags(&setup.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  const auto arguments = Pointers(options.arguments);
  const auto environment = Pointers(options.environment);
  ChildProcess child;
  const int error = ::posix_spawn(&child.pid_, options.program.c_str(), &setup.files, &setup.attributes,
                                  arguments.data(), environment.data());
  if (error != 0) {
    return Fail(error == ENOENT ? ErrorKind::kNotFound : ErrorKind::kInternal, "cannot start {}: {}", options.program,
                std::strerror(error));
  }

  KeepOpenFileLimitOf(child.pid_);
  child.handle_ = UniqueFd(::pidfd_open(child.pid_, 0));
  if (child.handle_.valid()) return child;
  const int reason = errno;
  ::kill(child.pid_, SIGKILL);
  ::waitpid(child.pid_, nullptr, 0);
  return Fail(ErrorKind::kInternal, "cannot watch {}: {}", options.program, std::strerror(reason));
}

ChildProcess::~ChildProcess() {
  if (!handle_.valid()) return;
  Kill();
  siginfo_t info{};
  ::waitid(P_PIDFD, static_cast<id_t>(handle_.get()), &info, WEXITED);
}

void ChildProcess::Kill() const {
  if (handle_.valid()) ::pidfd_send_signal(handle_.get(), SIGKILL, nullptr, 0);
}

}  // namespace sallyport
