#include "libcluster/tunnel/remote_agent.h"

#include "libbase/secret.h"
#include "libcluster/tunnel/ssh_dial_message.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kDialTimeout{15};

}  // namespace

RemoteAgent::RemoteAgent(AgentFacts facts, std::function<void(const v1::ProxyMessage&)> send)
    : facts_(std::move(facts)), send_(std::move(send)) {}

std::vector<std::shared_ptr<const KubeClusterInfo>> RemoteAgent::KubeClusters() const {
  const std::lock_guard lock(mutex_);
  return gone_ ? std::vector<std::shared_ptr<const KubeClusterInfo>>() : kube_clusters_;
}

void RemoteAgent::SetKubeClusters(std::vector<std::shared_ptr<const KubeClusterInfo>> clusters) {
  const std::lock_guard lock(mutex_);
  kube_clusters_ = std::move(clusters);
}

Result<UniqueFd> RemoteAgent::Dial(const SshDial& dial) {
  v1::ProxyMessage message;
  ToMessage(dial, *message.mutable_dial());
  return DialAndWait(dial.id, message);
}

Result<UniqueFd> RemoteAgent::DialKube(const std::string& cluster) {
  const std::string id = RandomUuid();
  v1::ProxyMessage message;
  message.mutable_dial()->set_id(id);
  message.mutable_dial()->mutable_kube()->set_cluster(cluster);
  return DialAndWait(id, message);
}

Status RemoteAgent::Ping() {
  const std::string id = RandomUuid();
  v1::ProxyMessage message;
  message.mutable_ping()->set_id(id);
  const auto answer = DialAndWait(id, message);
  return answer ? Status() : std::unexpected(answer.error());
}

Result<UniqueFd> RemoteAgent::DialAndWait(const std::string& id, const v1::ProxyMessage& message) {
  std::unique_lock lock(mutex_);
  waiting_[id];
  if (!gone_) send_(message);
  const bool in_time = answered_.wait_for(lock, kDialTimeout, [&] { return gone_ || waiting_[id].answer.has_value(); });
  auto answer = std::move(waiting_[id].answer);
  waiting_.erase(id);
  if (answer) return std::move(*answer);
  return Fail(ErrorKind::kConnectionProblem, "the agent on host \"{}\" {}", facts_.hostname,
              in_time ? "has gone" : "does not answer");
}

void RemoteAgent::End(const std::string& id, const std::string& reason) {
  v1::ProxyMessage message;
  message.mutable_end()->set_id(id);
  message.mutable_end()->set_reason(reason);
  send_(message);
}

bool RemoteAgent::IsThere() const {
  const std::lock_guard lock(mutex_);
  return !gone_;
}

bool RemoteAgent::Answer(const std::string& id, Result<UniqueFd> connection) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(id);
  if (found == waiting_.end() || found->second.answer) return false;
  found->second.answer.emplace(std::move(connection));
  answered_.notify_all();
  return true;
}

void RemoteAgent::Leave() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
  answered_.notify_all();
}

}  // namespace sallyport
