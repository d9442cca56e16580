#include "tools/shell/service.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "libbase/idle_memory.h"
#include "libbase/log.h"

namespace sallyport {

sigset_t BlockServiceSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

UniqueFd TakeServiceSignals() {
  const sigset_t signals = BlockServiceSignals();
  return UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC));
}

void ServeServiceSignals(const UniqueFd& signals, const StopSignal& done, const SignalAnswers& answers) {
  constexpr std::chrono::milliseconds kPeriod = IdleMemory::kPeriod;
  IdleMemory memory;
  while (true) {
    pollfd waiting[] = {{signals.get(), POLLIN, 0}, {done.descriptor(), POLLIN, 0}};
    const int ready = ::poll(waiting, 2, static_cast<int>(kPeriod.count()));
    if (done.stopped()) return;
    if (ready == 0) memory.Run();
    signalfd_siginfo info{};
    if (ready <= 0 || ::read(signals.get(), &info, sizeof info) != sizeof info) continue;

    const auto signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGHUP || signal == SIGUSR1) {
      answers.again(signal == SIGHUP ? "SIGHUP" : "SIGUSR1");
      continue;
    }
    Log(LogLevel::kInfo, "stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    answers.stop();
    EndWithin(answers.stop_time);
  }
}

void EndWithin(std::chrono::seconds time) {
  std::thread([time] {
    std::this_thread::sleep_for(time);
    Log(LogLevel::kWarning, "stopping takes too long: the process ends now");
    std::_Exit(0);
  }).detach();
}

std::string HostName() {
  char name[256] = "localhost";
  ::gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace sallyport
