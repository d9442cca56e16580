#include "libcluster/kube/announcer.h"

#include "libbase/log.h"
#include "libbase/version.h"
#include "libresources/kinds/metadata.h"
#include "sallyport/v1/tunnel_service.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

constexpr std::chrono::minutes kAnnounceInterval{5};
constexpr std::chrono::minutes kLife{15};

}  // namespace

Result<std::unique_ptr<KubeAnnouncer>> KubeAnnouncer::Start(AgentAuth& auth, Options options) {
  std::unique_ptr<KubeAnnouncer> announcer(new KubeAnnouncer(auth, std::move(options)));
  {
    const MutexLock lock(announcer->mutex_);
    RETURN_IF_ERROR(announcer->Announce(announcer->clusters_));
  }
  announcer->announcing_.emplace(kAnnounceInterval, [raw = announcer.get()] {
    raw->AnnounceAgain();
    return kAnnounceInterval;
  });
  return announcer;
}

void KubeAnnouncer::AnnounceAgain() {
  const MutexLock lock(mutex_);
  if (const Status status = Announce(clusters_); !status) {
    Log(LogLevel::kError, "cannot announce Kubernetes clusters", {{"reason", status.error().message}});
  }
}

void KubeAnnouncer::Use(std::vector<KubeClusterInfo> clusters) {
  {
    const MutexLock lock(mutex_);
    clusters_ = std::move(clusters);
  }
  AnnounceAgain();
}

KubeAnnouncer::~KubeAnnouncer() {
  announcing_.reset();
  const MutexLock lock(mutex_);
  if (const Status status = Announce({}); !status) {
    Log(LogLevel::kWarning, "cannot withdraw Kubernetes clusters", {{"reason", status.error().message}});
  }
}

Status KubeAnnouncer::Announce(const std::vector<KubeClusterInfo>& clusters) {
  v1::AgentMessage announcement;
  auto& servers = *announcement.mutable_kube()->mutable_servers();
  for (const auto& cluster : clusters) {
    types::KubernetesServerV3& server = *servers.Add();
    server.set_kind("kube_server");
    server.set_version("v3");
    server.mutable_metadata()->set_name(cluster.name);
    server.mutable_metadata()->set_namespace_("default");
    SetExpires(server, Now() + kLife);

    auto& spec = *server.mutable_spec();
    spec.set_version(std::string(kWireVersion));
    spec.set_hostname(address_);
    spec.set_hostid(host_id_);

    auto& announced = *spec.mutable_cluster();
    announced.set_kind("kube_cluster");
    announced.set_version("v3");
    announced.mutable_metadata()->set_name(cluster.name);
    announced.mutable_metadata()->set_namespace_("default");
    for (const auto& [key, value] : cluster.labels) (*announced.mutable_metadata()->mutable_labels())[key] = value;
  }
  return auth_.Announce(announcement);
}

}  // namespace sallyport
