#include "tools/tbot/run_bot.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "libbase/log.h"
#include "libbase/memory_trim.h"
#include "libmachine/bot/bot.h"
#include "libresources/codec/linked_messages.h"
#include "tools/shell/exec.h"
#include "tools/shell/service.h"

namespace sallyport {
namespace {

// How long a call may go on after the signal that ends the program. The files are whole at any moment.
constexpr std::chrono::seconds kStopTime{4};

// Tells systemd about the state of the service (sd_notify(3)); without systemd, does nothing.
void NotifySystemd(const std::string& path, std::string_view state) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  ::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace

Status RunBot(const Invocation& invocation, BotConfig config) {
  UseOneHeap();
  RegisterLinkedMessages();
  const UniqueFd signals = TakeServiceSignals();
  const bool oneshot = config.oneshot;
  const std::string notify = invocation.Env("NOTIFY_SOCKET");
  BotOptions options;
  options.config = std::move(config);
  options.environment = invocation.Environment();
  options.executable = OwnPath(invocation.executable);
  options.hostname = HostName();
  options.on_ready = [&notify] { NotifySystemd(notify, "READY=1"); };
  ASSIGN_OR_RETURN(const auto bot, Bot::Make(std::move(options)));

  Status result;
  StopSignal done;
  std::thread work([&] {
    result = oneshot ? bot->RunOnce() : bot->Run();
    done.Stop();
  });
  const auto renew = [&](std::string_view signal) {
    Log(LogLevel::kInfo, "everything is renewed now", {{"signal", std::string(signal)}});
    bot->RenewNow();
  };
  const auto stop = [&] {
    NotifySystemd(notify, "STOPPING=1");
    bot->Stop();
  };
  ServeServiceSignals(signals, done, {renew, stop, kStopTime});
  work.join();
  return result;
}

}  // namespace sallyport
