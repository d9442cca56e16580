#include "tools/shell/service.h"

#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "libbase/log.h"

namespace sallyport {

sigset_t BlockServiceSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
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
