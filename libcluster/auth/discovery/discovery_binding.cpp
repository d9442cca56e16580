#include "libcluster/auth/discovery/discovery_binding.h"

#include "libbase/text.h"
#include "libcluster/auth/trust/hosts.h"

namespace sallyport {
namespace {

constexpr std::chrono::hours kBoundAfterwards{30 * 24};

Status BoundToOther(const std::string& bound, const std::string& group) {
  return FailWithHint(
      ErrorKind::kAccessDenied,
      fmt::format("access denied: this host is bound to the discovery group \"{}\" since it joined, not to \"{}\"",
                  StripControl(bound), StripControl(group)),
      "join the host again, with an empty data directory and a join token, to give it another group");
}

}  // namespace

Status BindDiscoveryGroup(Backend& backend, const std::string& host_id, const std::string& group,
                          Time certificate_expires) {
  if (group.size() > kMaxDiscoveryGroup || StripControl(group) != group) {
    return Fail(ErrorKind::kBadParameter, "the discovery group is too long, or has control characters");
  }
  const std::string key = DiscoveryGroupKey(host_id);
  const Time expires = certificate_expires + kBoundAfterwards;
  auto bound = backend.Get(key);
  if (!bound && bound.error().kind != ErrorKind::kNotFound) return std::unexpected(bound.error());

  BackendTransaction transaction;
  if (!bound) {
    transaction.Create(key, group, expires);
    const Status created = backend.Commit(std::move(transaction));
    if (created || created.error().kind != ErrorKind::kAlreadyExists) return created;
    bound = backend.Get(key);  // another call was faster
    if (!bound) return std::unexpected(bound.error());
  }
  if (bound->value != group) return BoundToOther(bound->value, group);
  if (bound->expires && *bound->expires >= expires) return {};

  BackendTransaction renewal;
  renewal.Update(key, group, bound->revision, expires);
  const Status renewed = backend.Commit(std::move(renewal));
  const bool changed = !renewed && renewed.error().kind == ErrorKind::kCompareFailed;
  return changed ? Status() : renewed;  // another call has renewed it
}

Result<std::string> DiscoveryGroupOf(Backend& backend, const std::string& host_id) {
  auto bound = backend.Get(DiscoveryGroupKey(host_id));
  if (bound) return std::move(bound->value);
  if (bound.error().kind != ErrorKind::kNotFound) return std::unexpected(std::move(bound).error());
  return Fail(ErrorKind::kAccessDenied, "access denied: this host has not said which discovery group it serves");
}

}  // namespace sallyport
