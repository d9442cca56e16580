#include "libcluster/auth/watch/event_watch.h"

#include "libcluster/auth/access/lasting_call.h"
#include "libcluster/auth/auth_server.h"

namespace sallyport {

EventWatch::EventWatch(AuthServer& auth, SourceSlots& slots, RpcStreamCall call)
    : auth_(auth), call_(std::move(call)), slot_(slots.Take(call_.caller->identity.username)) {}

void EventWatch::Start() {
  if (!slot_) {
    return Close(Fail(ErrorKind::kLimitExceeded, "too many watches of {} are open", call_.caller->identity.username));
  }
  call_.stream->Read([self = shared_from_this()](const std::optional<std::string>& bytes) { self->Open(bytes); });
}

void EventWatch::Open(const std::optional<std::string>& request) {
  const Status accepted =
      request ? Accept(*request) : Fail(ErrorKind::kBadParameter, "the call has no request message");
  if (!accepted) return Close(accepted);
  // Holds the watch until the client leaves.
  call_.stream->OnCancel([self = shared_from_this()] { self->Close({}); });
  Send(filter_->Begin());
}

Status EventWatch::Accept(const std::string& request) {
  proto::Watch watch;
  if (!watch.ParseFromString(request)) return Fail(ErrorKind::kBadParameter, "the request cannot be decoded");
  ASSIGN_OR_RETURN(filter_, EventFilter::Make(call_.caller, auth_.cluster_name(), watch));
  // The first event confirms the watch; no change is sent before it.
  {
    const MutexLock lock(mutex_);
    sending_ = true;
  }
  watcher_ = auth_.backend().Watch(filter_->Prefixes(), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Wake();
  });
  return {};
}

void EventWatch::Wake() {
  {
    const MutexLock lock(mutex_);
    if (std::exchange(sending_, true)) return;
  }
  SendNext();
}

void EventWatch::Send(const proto::Event& event) {
  call_.stream->Write(event.SerializeAsString(), [self = shared_from_this()](bool sent) {
    if (sent) self->SendNext();
  });
}

void EventWatch::SendNext() {
  const auto event = Next();
  if (!event) return Close(std::unexpected(event.error()));
  if (*event) Send(**event);
}

// Returns the next event for the client; nothing when all are sent, until the next Wake.
Result<std::optional<proto::Event>> EventWatch::Next() {
  const MutexLock lock(mutex_);
  while (true) {
    if (next_ == changes_.size()) {
      next_ = 0;
      ASSIGN_OR_RETURN(changes_, watcher_->Take());
      sending_ = !changes_.empty();
      if (!sending_) return std::nullopt;
      RETURN_IF_ERROR(CheckStillServed(auth_.locks(), *call_.caller));
    }
    const BackendEvent& change = *changes_[next_++];
    if (filter_->ConcernsAccess(change)) {
      return Fail(ErrorKind::kConnectionProblem, "the access of the caller has changed: start the watch again");
    }
    if (auto event = filter_->Convert(change)) return event;
  }
}

void EventWatch::Close(const Status& status) { call_.stream->Finish(status); }

}  // namespace sallyport
