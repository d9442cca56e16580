#include "libcluster/tunnel/kube_names.h"

#include "libcluster/auth/trust/hosts.h"

namespace sallyport {
namespace {

constexpr int kTries = 5;
constexpr std::chrono::hours kRenewed{23};  // a claim with less time left is renewed

struct Claim {
  std::string host_id;
  std::string group;
};

Claim ParseClaim(const std::string& value) {
  const auto space = std::min(value.find(' '), value.size());
  return {value.substr(0, space), value.substr(std::min(value.size(), space + 1))};
}

// Adds a host's claim of a name to a transaction, or adds the name to `taken`.
Status AddClaim(Backend& backend, const Claim& own, const std::string& name, Time now, BackendTransaction& transaction,
                std::vector<KubeNameTaken>& taken) {
  const std::string key = fmt::format("{}{}", kKubeNameClaims, name);
  const std::string value = own.host_id + " " + own.group;
  const auto item = backend.Get(key);
  if (!item && item.error().kind != ErrorKind::kNotFound) return std::unexpected(item.error());
  if (!item) {
    transaction.Create(key, value, now + kKubeNameKept);
    return {};
  }
  const Claim claim = ParseClaim(item->value);
  if (claim.host_id != own.host_id && claim.group != own.group) {
    taken.push_back({name, claim.host_id});
  } else if (!item->expires || *item->expires < now + kRenewed) {
    transaction.Update(key, value, item->revision, now + kKubeNameKept);
  }
  return {};
}

}  // namespace

Result<std::vector<KubeNameTaken>> ClaimKubeNames(Backend& backend, const std::string& host_id,
                                                  const std::vector<std::string>& names, Time now) {
  Claim own{host_id, {}};
  ASSIGN_OR_RETURN(own.group, HostGroup(backend, host_id));
  Status committed;
  // Another host may claim a name concurrently.
  for (int i = 0; i < kTries; ++i) {
    BackendTransaction transaction;
    std::vector<KubeNameTaken> taken;
    for (const std::string& name : names) RETURN_IF_ERROR(AddClaim(backend, own, name, now, transaction, taken));
    committed = transaction.changes().empty() ? Status() : backend.Commit(std::move(transaction));
    if (committed) return taken;
  }
  return std::unexpected(std::move(committed).error());
}

}  // namespace sallyport
