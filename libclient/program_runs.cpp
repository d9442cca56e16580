#include "libclient/program_runs.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <list>

#include "libbase/file.h"

extern char** environ;

namespace sallyport {
namespace {

constexpr std::size_t kChunk = 32 << 10;
constexpr int kSignalCode = 128;

struct Running {
  std::size_t command = 0;
  pid_t pid = 0;
  UniqueFd out;
  UniqueFd err;
};

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> MakePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Fail(ErrorKind::kInternal, "cannot make a pipe: {}", std::strerror(errno));
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<pid_t> Spawn(const std::vector<std::string>& words, int out, int err) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));  // the words are only read
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);

  // The caller ignores SIGPIPE (see tls.h), and the started program would inherit that.
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  pid_t pid = 0;
  const int failure = ::posix_spawnp(&pid, arguments.front(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failure == 0) return pid;
  return Fail(ErrorKind::kNotFound, "cannot start {}: {}", words.front(), std::strerror(failure));
}

Result<Running> Start(const ProgramRuns& runs, std::size_t command) {
  ASSIGN_OR_RETURN(Pipe out, MakePipe());
  ASSIGN_OR_RETURN(Pipe err, MakePipe());
  ASSIGN_OR_RETURN(const pid_t pid, Spawn(runs.commands[command], out.write.get(), err.write.get()));
  return Running{command, pid, std::move(out.read), std::move(err.read)};
}

// Reads available bytes after a poll; closes the descriptor at the end of the file.
void Read(const ProgramRuns& runs, const Running& running, UniqueFd& from, bool to_stderr) {
  char buffer[kChunk];
  const ssize_t count = ::read(from.get(), buffer, sizeof buffer);
  if (count > 0) {
    runs.on_bytes(running.command, to_stderr, {buffer, static_cast<std::size_t>(count)});
  } else if (count == 0 || errno != EINTR) {
    from.Reset();
  }
}

int WaitForEnd(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalCode + WTERMSIG(status);
}

// Waits until a running program writes or ends.
void Step(const ProgramRuns& runs, std::list<Running>& all) {
  std::vector<pollfd> entries;
  for (const auto& one : all) {
    entries.push_back({one.out.get(), POLLIN, 0});  // poll skips closed pipes, which are negative
    entries.push_back({one.err.get(), POLLIN, 0});
  }
  if (::poll(entries.data(), entries.size(), -1) < 0) return;

  auto entry = entries.begin();
  for (auto one = all.begin(); one != all.end();) {
    if ((entry++)->revents != 0) Read(runs, *one, one->out, false);
    if ((entry++)->revents != 0) Read(runs, *one, one->err, true);
    if (one->out.valid() || one->err.valid()) {
      ++one;
      continue;
    }
    runs.on_end(one->command, WaitForEnd(one->pid));
    one = all.erase(one);
  }
}

}  // namespace

Status RunPrograms(const ProgramRuns& runs) {
  std::list<Running> running;
  std::size_t next = 0;
  Status status;
  while (next < runs.commands.size() || !running.empty()) {
    while (status && next < runs.commands.size() && running.size() < runs.at_once) {
      auto started = Start(runs, next++);
      if (started) {
        running.push_back(std::move(*started));
      } else {
        status = std::unexpected(started.error());
      }
    }

    if (!status) next = runs.commands.size();
    if (!running.empty()) Step(runs, running);
  }
  return status;
}

}  // namespace sallyport
