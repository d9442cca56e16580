#include "libbase/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "libbase/open_files.h"

namespace sallyport {
namespace {

using Clock = std::chrono::steady_clock;

// The attributes and descriptors of a spawned program. Freed at the end of the scope.
class SpawnSetup {
 public:
  SpawnSetup() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  // Gives the child an empty stdin, the two pipes, no other descriptors, default signals and a new process group.
  void Prepare(int output, int errors) {
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }

  int Spawn(pid_t& child, const std::string& path, std::vector<char*>& arguments, std::vector<char*>& environment) {
    const int error = posix_spawnp(&child, path.c_str(), &actions_, &attributes_, arguments.data(), environment.data());
    if (error == 0) KeepOpenFileLimitOf(child);
    return error;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentWith(const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::string> lines;
  for (char** line = environ; *line != nullptr; ++line) {
    const std::string_view text(*line);
    const auto name = text.substr(0, text.find('='));
    if (std::ranges::none_of(more, [&](const auto& entry) { return entry.first == name; })) lines.emplace_back(text);
  }
  for (auto entry = more.begin(); entry != more.end(); ++entry) {  // the last of several with the same name counts
    const auto same = [&](const auto& other) { return other.first == entry->first; };
    if (std::none_of(entry + 1, more.end(), same)) lines.push_back(entry->first + "=" + entry->second);
  }
  return lines;
}

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Status OpenPipe(Pipe& pipe) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return Fail(ErrorKind::kInternal, "cannot make a pipe: {}", std::strerror(errno));
  pipe.read = UniqueFd(ends[0]);
  pipe.write = UniqueFd(ends[1]);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {};
}

// A running program. The destructor kills the program and all its children, and reaps the program.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
  }

  Status Start(const ProgramOptions& options) {
    RETURN_IF_ERROR(OpenPipe(output_));
    RETURN_IF_ERROR(OpenPipe(errors_));

    std::vector<std::string> words{options.path};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    auto arguments = Pointers(words);
    auto lines = EnvironmentWith(options.environment);
    auto environment = Pointers(lines);

    SpawnSetup setup;
    setup.Prepare(output_.write.get(), errors_.write.get());
    const int error = setup.Spawn(pid_, options.path, arguments, environment);
    if (error != 0) {
      pid_ = 0;
      const bool missing = error == ENOENT || error == ENOTDIR;
      const ErrorKind kind = missing           ? ErrorKind::kNotFound
                             : error == EACCES ? ErrorKind::kAccessDenied
                                               : ErrorKind::kInternal;
      return Fail(kind, "cannot run \"{}\": {}", options.path, std::generic_category().message(error));
    }

    output_.write.Reset();
    errors_.write.Reset();
    process_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!process_.valid())
      return Fail(ErrorKind::kInternal, "cannot open a pidfd: {}", std::generic_category().message(errno));
    return {};
  }

  // Reads until the program has ended. Later output of its children is dropped.
  Status Watch(const ProgramOptions& options, const StopSignal& stop, ProgramResult& result) {
    const auto deadline = Clock::now() + options.time_limit;
    while (true) {
      std::array<pollfd, 4> waits{{{process_.get(), POLLIN, 0},
                                   {stop.descriptor(), POLLIN, 0},
                                   {output_.read.get(), POLLIN, 0},
                                   {errors_.read.get(), POLLIN, 0}}};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
      if (ready < 0 && errno == EINTR) continue;
      if (waits[1].revents != 0) return Fail(ErrorKind::kInterrupted, "\"{}\" was stopped", options.path);

      Read(output_.read, options.max_output_bytes + 1, result.output);
      Read(errors_.read, options.max_error_bytes, result.errors);
      if (result.output.size() > options.max_output_bytes) {
        return Fail(ErrorKind::kLimitExceeded, "\"{}\" writes more than {} bytes", options.path,
                    options.max_output_bytes);
      }

      // This check follows the reads, since the output of a program that has ended still counts.
      if (waits[0].revents != 0) return {};
      if (ready == 0) {
        return Fail(ErrorKind::kLimitExceeded, "\"{}\" has not ended within {} ms", options.path,
                    options.time_limit.count());
      }
    }
  }

  int Collect() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    ::kill(-pid_, SIGKILL);  // kills remaining children of the program
    pid_ = 0;
    constexpr int kSignalled = 128;
    return WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  // Reads the available bytes, and keeps at most `limit` bytes in all. Closes the pipe at the end of the file: poll
  // ignores closed descriptors.
  static void Read(UniqueFd& pipe, std::size_t limit, std::string& kept) {
    std::array<char, 16 << 10> bytes;
    while (pipe.valid()) {
      const ssize_t count = ::read(pipe.get(), bytes.data(), bytes.size());
      if (count < 0) {
        if (errno == EINTR) continue;
        return;
      }
      if (count == 0) pipe.Reset();
      kept.append(bytes.data(), std::min<std::size_t>(static_cast<std::size_t>(count), limit - kept.size()));
      if (kept.size() >= limit && count == static_cast<ssize_t>(bytes.size())) return;  // lets Watch check the time
    }
  }

  pid_t pid_ = 0;
  UniqueFd process_;
  Pipe output_;
  Pipe errors_;
};

}  // namespace

Result<ProgramResult> RunProgram(const ProgramOptions& options, const StopSignal& stop) {
  Child child;
  RETURN_IF_ERROR(child.Start(options));
  ProgramResult result;
  RETURN_IF_ERROR(child.Watch(options, stop, result));
  result.exit_code = child.Collect();
  return result;
}

}  // namespace sallyport
