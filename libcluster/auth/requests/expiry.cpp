#include "libcluster/auth/requests/expiry.h"

#include <chrono>

#include "libbase/log.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/requests/access_request_events.h"
#include "libresources/kinds/access_request.h"
#include "teleport/legacy/types/access_request.pb.h"

namespace sallyport {
namespace {

constexpr std::chrono::hours kRecordingsInterval{1};
constexpr std::chrono::hours kRecordingsSilence{24};
constexpr std::chrono::seconds kInterval{10};
constexpr std::size_t kMaxItems = 1000;

}  // namespace

Result<std::size_t> RemoveExpired(AuthServer& auth) {
  ASSIGN_OR_RETURN(const auto items, auth.backend().Expired(kMaxItems));
  if (items.empty()) return 0;
  const std::string requests = ResourceKey("access_request", "");
  BackendTransaction transaction;
  for (const BackendItem& item : items) {
    transaction.RemoveExpired(item.key);
    if (!item.key.starts_with(requests)) continue;
    const auto request = DecodeItem<types::AccessRequestV3>(item);
    if (request) transaction.Append(RequestExpiredEvent(auth.cluster_name(), *request).ToRecord());
  }
  RETURN_IF_ERROR(auth.Commit(std::move(transaction)));
  return items.size();
}

ExpirySweeper::ExpirySweeper(AuthServer& auth)
    : auth_(auth), sweeping_(std::chrono::seconds(0), [this] { return Sweep(); }) {}

std::chrono::seconds ExpirySweeper::Sweep() {
  if (std::chrono::steady_clock::now() >= next_recordings_) {
    next_recordings_ = std::chrono::steady_clock::now() + kRecordingsInterval;
    const Status completed = auth_.CompleteAbandonedRecordings(kRecordingsSilence);
    if (!completed) Log(LogLevel::kError, "an audit event was lost", {{"reason", completed.error().message}});
  }
  const auto removed = RemoveExpired(auth_);
  if (!removed) Log(LogLevel::kWarning, "cannot remove expired resources", {{"reason", removed.error().message}});
  const bool more = removed && *removed == kMaxItems;
  return more ? std::chrono::seconds(0) : kInterval;
}

}  // namespace sallyport
