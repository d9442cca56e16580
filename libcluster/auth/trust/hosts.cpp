#include "libcluster/auth/trust/hosts.h"

#include "libbase/digest.h"
#include "libbase/encoding.h"

namespace sallyport {
namespace {

constexpr std::string_view kGroups = "/host_groups/";
constexpr std::string_view kDiscoveryGroups = "/discovery_groups/";
constexpr std::chrono::hours kKeptAfterwards{30 * 24};
constexpr std::size_t kAllHosts = static_cast<std::size_t>(1) << 30;

}  // namespace

std::string HostGroupKey(std::string_view host_id) { return fmt::format("{}{}", kGroups, host_id); }

std::string DiscoveryGroupKey(std::string_view host_id) { return fmt::format("{}{}", kDiscoveryGroups, host_id); }

std::string HostGroupOfToken(std::string_view token) {
  return ToHex(Sha256(fmt::format("sallyport host group {}", token)));
}

void PutHostGroup(BackendTransaction& transaction, std::string_view host_id, std::string_view group, Time expires) {
  transaction.Put(HostGroupKey(host_id), std::string(group), expires + kKeptAfterwards);
}

Result<std::string> HostGroup(Backend& backend, std::string_view host_id) {
  auto item = backend.Get(HostGroupKey(host_id));
  if (item) return std::move(item->value);
  if (item.error().kind == ErrorKind::kNotFound) return std::string(host_id);
  return std::unexpected(std::move(item).error());
}

Result<std::unordered_set<std::string>> RemovedHosts(Backend& backend) {
  ASSIGN_OR_RETURN(const auto items, backend.List(kRemovedHosts, "", kAllHosts));
  std::unordered_set<std::string> removed;
  for (const auto& item : items) removed.insert(item.key.substr(kRemovedHosts.size()));
  return removed;
}

}  // namespace sallyport
