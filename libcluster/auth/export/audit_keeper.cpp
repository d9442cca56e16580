#include "libcluster/auth/export/audit_keeper.h"

#include <utility>

#include "libbase/encoding.h"
#include "libbase/log.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/backend/event_log.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kKeepInterval{5};
constexpr std::chrono::milliseconds kRemovalPause{50};
constexpr std::size_t kHeadsAtOnce = 1000;

AuditEvent HeadEvent(const AuthServer& auth, const ChainHead& head) {
  AuditEvent event(audit::kAuditHead, auth.cluster_name());
  event.Add("day", head.day).Add("first", head.first).Add("last", head.last);
  event.Add("hash", ToHex(head.hash)).Add("previous", ToHex(head.previous));
  event.Add("key", head.key).Add("public_key", head.public_key).Add("signature", ToBase64(head.signature));
  return event;
}

// Returns the last head; nothing when there is none.
Result<std::optional<ChainHead>> LastHead(EventLog& log) {
  std::optional<ChainHead> last;
  while (true) {
    ASSIGN_OR_RETURN(auto heads, log.Heads(last ? last->last : 0, kHeadsAtOnce));
    if (heads.empty()) return last;
    last = std::move(heads.back());
  }
}

}  // namespace

Status SignHeads(AuthServer& auth, Time now) {
  EventLog& log = auth.backend().event_log();
  RETURN_IF_ERROR(log.Seal(now));
  while (true) {
    ASSIGN_OR_RETURN(const auto range, log.EndedDay(DayOf(now)));
    if (!range) return {};
    ASSIGN_OR_RETURN(const auto last, LastHead(log));
    ChainHead head;
    head.cluster_name = auth.cluster_name();
    head.day = DayText(range->day);
    head.first = range->first;
    head.last = range->last;
    head.hash = range->hash;
    head.previous = last ? last->hash : ChainBeginning();
    RETURN_IF_ERROR(SignHead(auth.authorities().AuditKey(), head));
    RETURN_IF_ERROR(log.AddHead(head, HeadEvent(auth, head).ToRecord()));
  }
}

Result<bool> RemoveOldEvents(AuthServer& auth, Time now, Nanoseconds kept) {
  EventLog& log = auth.backend().event_log();
  ASSIGN_OR_RETURN(const ChainLink oldest, log.Oldest());
  const std::string first_kept_day = DayText(DayOf(now - kept));
  std::int64_t last = 0;
  while (true) {
    ASSIGN_OR_RETURN(const auto heads, log.Heads(std::max(last, oldest.number - 1), kHeadsAtOnce));
    for (const ChainHead& head : heads) {
      // Only from the oldest on: a day after one that is kept stays, also when the clock has jumped.
      if (head.day >= first_kept_day) return last == 0 ? false : log.RemoveThrough(last);
      last = head.last;
    }
    if (heads.size() < kHeadsAtOnce) return last == 0 ? false : log.RemoveThrough(last);
  }
}

Status RotateHeadKey(AuthServer& auth, const Caller& by) {
  const PrivateKey old = auth.authorities().AuditKey();
  return auth.authorities().RotateAuditKey([&](const PrivateKey& made, BackendTransaction& transaction) -> Status {
    ASSIGN_OR_RETURN(const std::string signature, SignRotation(old, auth.cluster_name(), made.public_key()));
    AuditEvent event(audit::kAuditKey, auth.cluster_name());
    event.By(by).Add("key", KeyIdOf(made.public_key())).Add("public_key", made.public_key().ToPem());
    event.Add("previous_key", KeyIdOf(old.public_key())).Add("signature", ToBase64(signature));
    transaction.Append(event.ToRecord());
    return {};
  });
}

AuditKeeper::AuditKeeper(AuthServer& auth, std::optional<Nanoseconds> kept)
    : auth_(auth), kept_(kept), keeping_(std::chrono::seconds(0), [this] { return Keep(); }) {}

Result<bool> AuditKeeper::KeepOnce() {
  const Time now = Now();
  RETURN_IF_ERROR(SignHeads(auth_, now));
  return kept_ ? RemoveOldEvents(auth_, now, *kept_) : Result<bool>(false);
}

std::chrono::nanoseconds AuditKeeper::Keep() {
  const auto more = KeepOnce();
  if (!more && !std::exchange(complained_, true)) {
    Log(LogLevel::kWarning, "the audit log cannot be sealed", {{"reason", more.error().message}});
  }
  if (more) complained_ = false;
  return more && *more ? std::chrono::nanoseconds(kRemovalPause) : std::chrono::nanoseconds(kKeepInterval);
}

}  // namespace sallyport
