#include "libcluster/kube/announcer.h"

#include "libbase/log.h"
#include "libbase/version.h"
#include "libcluster/auth/store.h"
#include "libresources/kinds.h"
#include "teleport/legacy/types/kubernetes.pb.h"

namespace sallyport {
namespace {

constexpr std::chrono::minutes kInterval{5};
constexpr std::chrono::minutes kLife{15};

std::string KindOf(const std::string& host_id) { return "kube_server/" + host_id; }

}  // namespace

Result<std::unique_ptr<KubeAnnouncer>> KubeAnnouncer::Start(Backend& backend, Options options) {
  std::unique_ptr<KubeAnnouncer> announcer(new KubeAnnouncer(backend, std::move(options)));
  RETURN_IF_ERROR(announcer->Withdraw());
  RETURN_IF_ERROR(announcer->Announce());
  announcer->thread_ = std::thread([raw = announcer.get()] { raw->Run(); });
  return announcer;
}

KubeAnnouncer::~KubeAnnouncer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (const Status status = Withdraw(); !status) {
    Log(LogLevel::kWarning, "cannot withdraw Kubernetes clusters", {{"reason", status.error().message}});
  }
}

Status KubeAnnouncer::Announce() {
  BackendTransaction transaction;
  for (const auto& cluster : options_.clusters) {
    types::KubernetesServerV3 server;
    server.set_kind("kube_server");
    server.set_version("v3");
    server.mutable_metadata()->set_name(cluster.name);
    server.mutable_metadata()->set_namespace_("default");
    SetExpires(server, Now() + kLife);
    auto& spec = *server.mutable_spec();
    spec.set_version(std::string(kWireVersion));
    spec.set_hostname(options_.address);
    spec.set_hostid(options_.host_id);
    auto& announced = *spec.mutable_cluster();
    announced.set_kind("kube_cluster");
    announced.set_version("v3");
    announced.mutable_metadata()->set_name(cluster.name);
    announced.mutable_metadata()->set_namespace_("default");
    for (const auto& [key, value] : cluster.labels) (*announced.mutable_metadata()->mutable_labels())[key] = value;
    RETURN_IF_ERROR(CheckResource(server));
    WriteResource(transaction, KindOf(options_.host_id), server, WriteMode::kUpsert);
  }
  if (transaction.changes().empty()) return {};
  return backend_.Commit(std::move(transaction));
}

Status KubeAnnouncer::Withdraw() {
  ASSIGN_OR_RETURN(const auto items, backend_.List(ResourceKey(KindOf(options_.host_id), ""), "", 10'000));
  BackendTransaction transaction;
  for (const auto& item : items) transaction.Remove(item.key, false);
  if (transaction.changes().empty()) return {};
  return backend_.Commit(std::move(transaction));
}

void KubeAnnouncer::Run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kInterval, [this] { return stopping_; })) {
    lock.unlock();
    if (const Status status = Announce(); !status) {
      Log(LogLevel::kError, "cannot announce Kubernetes clusters", {{"reason", status.error().message}});
    }
    lock.lock();
  }
}

}  // namespace sallyport
