#include "libcluster/kube/kube_servers.h"

#include <set>

#include "libcluster/backend/store.h"
#include "libresources/kinds.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxServers = 10'000;

}  // namespace

Status WriteKubeServers(Backend& backend, const std::string& host_id,
                        const std::vector<types::KubernetesServerV3>& servers) {
  const std::string kind = "kube_server/" + host_id;
  BackendTransaction transaction;
  std::set<std::string> served;
  for (types::KubernetesServerV3 server : servers) {
    RETURN_IF_ERROR(CheckResource(server));
    served.insert(ResourceKey(kind, server.metadata().name()));
    WriteResource(transaction, kind, server, WriteMode::kUpsert);
  }
  ASSIGN_OR_RETURN(const auto items, backend.List(ResourceKey(kind, ""), "", kMaxServers));
  for (const auto& item : items) {
    if (!served.contains(item.key)) transaction.Remove(item.key, false);
  }
  if (transaction.changes().empty()) return {};
  return backend.Commit(std::move(transaction));
}

}  // namespace sallyport
