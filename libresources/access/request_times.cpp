#include <algorithm>

#include "libresources/access/request_rules.h"
#include "libresources/kinds/access_request.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/access_request.pb.h"

namespace sallyport {
namespace {

constexpr Nanoseconds kMaxAccess = std::chrono::hours(14 * 24);
constexpr Nanoseconds kMaxPending = std::chrono::hours(7 * 24);

std::unexpected<Error> TooLong(std::string_view what, Nanoseconds asked, Nanoseconds most) {
  using std::chrono::seconds;
  return Fail(ErrorKind::kBadParameter, "{} of {} is longer than the maximum of {}", what,
              FormatDuration(std::chrono::round<seconds>(asked)), FormatDuration(std::chrono::round<seconds>(most)));
}

// Returns the duration of the session: as requested, else the longest.
Result<Nanoseconds> SessionOf(const types::AccessRequestSpecV3& spec, Time now, Nanoseconds longest) {
  const auto wanted = ToTime(spec.expires());
  if (!wanted || *wanted <= now) return longest;
  if (*wanted - now > longest) return TooLong("a session", *wanted - now, longest);
  return *wanted - now;
}

// Returns how long the access lasts, from now on.
Result<Nanoseconds> AccessOf(const types::AccessRequestSpecV3& spec, Time now, Nanoseconds session,
                             Nanoseconds max_duration) {
  auto wanted = ToTime(spec.maxduration());
  // A dry run returns the longest possible access.
  if (spec.dryrun()) wanted = now + kMaxAccess;
  if (!wanted) return max_duration > Nanoseconds(0) ? std::min(max_duration, kMaxAccess) : session;
  if (*wanted <= now) return Fail(ErrorKind::kBadParameter, "the access would end before its start");
  if (*wanted - now > kMaxAccess) return TooLong("an access", *wanted - now, kMaxAccess);
  // Where roles allow no longer access, it lasts one session at most.
  return std::min(*wanted - now, max_duration > Nanoseconds(0) ? max_duration : session);
}

Result<Time> PendingUntil(const types::AccessRequestV3& request, Time now, Nanoseconds access) {
  const Nanoseconds longest = std::min(kMaxPending, access);
  const auto wanted = ExpiresOf(request);
  if (!wanted) return now + longest;
  if (*wanted < now) return Fail(ErrorKind::kBadParameter, "the request would end in the past");
  if (*wanted - now > longest) return TooLong("a request", *wanted - now, longest);
  return *wanted;
}

}  // namespace

Status SetRequestTimes(Time now, Nanoseconds longest_session, Nanoseconds max_duration,
                       types::AccessRequestV3& request) {
  auto& spec = *request.mutable_spec();
  *spec.mutable_created() = ToStamp(now);
  ASSIGN_OR_RETURN(const Nanoseconds session, SessionOf(spec, now, longest_session));
  ASSIGN_OR_RETURN(const Nanoseconds access, AccessOf(spec, now, session, max_duration));
  *spec.mutable_sessionttl() = ToStamp(now + std::min(session, access));
  *spec.mutable_maxduration() = ToStamp(now + access);
  *spec.mutable_expires() = spec.maxduration();
  ASSIGN_OR_RETURN(const Time pending, PendingUntil(request, now, access));
  *spec.mutable_resourceexpiry() = ToStamp(pending);
  request.mutable_metadata()->clear_expires();
  if (const auto start = ToTime(spec.assumestarttime())) return CheckAssumeStart(request, *start);
  spec.clear_assumestarttime();
  return {};
}

}  // namespace sallyport
