#include "libkube/watch.h"

#include "libkube/connection.h"

namespace sallyport {

KubeWatch::KubeWatch(std::unique_ptr<KubeConnection> connection, std::string asked, std::size_t max_event_bytes)
    : connection_(std::move(connection)), asked_(std::move(asked)), decoder_(asked_, max_event_bytes) {}

KubeWatch::KubeWatch(std::string asked) : asked_(std::move(asked)), decoder_(asked_, 0), gone_(true) {}

KubeWatch::~KubeWatch() = default;

Result<KubeEvent> KubeWatch::Over(Result<KubeEvent> last) {
  connection_.reset();
  return last;
}

Result<KubeEvent> KubeWatch::Next(const CallLimits& limits) {
  const CallWait wait(limits);
  if (gone_) return KubeEvent{KubeEvent::Type::kGone};
  while (connection_) {
    if (const Status running = wait.Check(); !running) return std::unexpected(running.error());
    auto event = decoder_.Next();
    if (!event) return Over(std::unexpected(std::move(event).error()));
    if (*event && (*event)->type == KubeEvent::Type::kGone) return Over(std::move(**event));
    if (*event) return std::move(**event);

    std::string bytes;
    const auto more = connection_->ReadBody(bytes, wait);
    if (!more) {
      Error error = InContext("cannot " + asked_, more.error());
      const bool in_time = std::chrono::steady_clock::now() < wait.deadline();
      if (in_time && error.kind != ErrorKind::kInterrupted) return Over(std::unexpected(std::move(error)));
      return std::unexpected(std::move(error));
    }
    decoder_.Put(bytes);
    if (*more) continue;

    if (!decoder_.HasRest()) return Over(KubeEvent{KubeEvent::Type::kEnded});
    return Over(Fail(ErrorKind::kConnectionProblem, "cannot {}: the watch ended within an event", asked_));
  }
  return Fail(ErrorKind::kConnectionProblem, "cannot {}: the watch is over", asked_);
}

}  // namespace sallyport
