#include "libcluster/tunnel/remote_agent.h"

#include <future>

#include "libbase/secret.h"
#include "libcluster/tunnel/ssh_dial_message.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {

RemoteAgent::RemoteAgent(AgentFacts facts, std::function<void(const v1::ProxyMessage&)> send, std::function<void()> end)
    : facts_(std::move(facts)), send_(std::move(send)), end_(std::move(end)) {}

std::vector<std::shared_ptr<const KubeClusterInfo>> RemoteAgent::KubeClusters() const {
  const MutexLock lock(mutex_);
  return gone_ ? std::vector<std::shared_ptr<const KubeClusterInfo>>() : kube_clusters_;
}

void RemoteAgent::SetKubeClusters(std::vector<std::shared_ptr<const KubeClusterInfo>> clusters) {
  const MutexLock lock(mutex_);
  kube_clusters_ = std::move(clusters);
}

void RemoteAgent::Dial(const SshDial& dial, const Dialled& done) {
  v1::ProxyMessage message;
  ToMessage(dial, *message.mutable_dial());
  Ask(dial.id, message, done);
}

void RemoteAgent::DialKube(const KubeClusterInfo& cluster, const Dialled& done) {
  const std::string id = RandomUuid();
  v1::ProxyMessage message;
  message.mutable_dial()->set_id(id);
  auto& kube = *message.mutable_dial()->mutable_kube();
  kube.set_cluster(cluster.name);
  kube.mutable_labels()->insert(cluster.labels.begin(), cluster.labels.end());
  Ask(id, message, done);
}

Status RemoteAgent::Ping() {
  const std::string id = RandomUuid();
  v1::ProxyMessage message;
  message.mutable_ping()->set_id(id);
  const auto answered = std::make_shared<std::promise<Status>>();
  Ask(id, message, [answered](const Result<UniqueFd>& answer) {
    answered->set_value(answer ? Status() : std::unexpected(answer.error()));
  });
  return answered->get_future().get();
}

void RemoteAgent::Refuse(const std::string& what, const std::string& reason) {
  v1::ProxyMessage message;
  message.mutable_refused()->set_what(what);
  message.mutable_refused()->set_reason(reason);
  send_(message);
}

void RemoteAgent::Keep(std::uint64_t number) {
  v1::ProxyMessage message;
  message.mutable_kept()->set_number(number);
  send_(message);
}

Error RemoteAgent::NoAnswer(std::string_view why) const {
  return {ErrorKind::kConnectionProblem, fmt::format("the agent on host \"{}\" {}", facts_.hostname, why), {}};
}

void RemoteAgent::Ask(const std::string& id, const v1::ProxyMessage& message, const Dialled& done) {
  MutexLock lock(mutex_);
  const bool gone = gone_;
  if (!gone && waiting_.size() < kMaxWaiting) {
    waiting_[id] = {done, Clock::now() + kDialTimeout};
    lock.Unlock();
    return send_(message);
  }
  lock.Unlock();
  if (gone) return done(std::unexpected(NoAnswer("has disconnected")));
  done(Fail(ErrorKind::kLimitExceeded, "too many connections to host \"{}\" are being opened; try again later",
            facts_.hostname));
}

void RemoteAgent::End(const std::string& id, const std::string& reason) {
  v1::ProxyMessage message;
  message.mutable_end()->set_id(id);
  message.mutable_end()->set_reason(reason);
  send_(message);
}

bool RemoteAgent::IsThere() const {
  const MutexLock lock(mutex_);
  return !gone_;
}

bool RemoteAgent::Answer(const std::string& id, Result<UniqueFd> connection) {
  MutexLock lock(mutex_);
  const auto found = waiting_.extract(id);
  lock.Unlock();
  if (found.empty()) return false;
  found.mapped().done(std::move(connection));
  return true;
}

void RemoteAgent::GiveUpLate(Clock::time_point now) {
  std::vector<Dialled> late;
  {
    const MutexLock lock(mutex_);
    for (auto one = waiting_.begin(); one != waiting_.end();) {
      if (one->second.until > now) {
        ++one;
      } else {
        late.push_back(std::move(one->second.done));
        one = waiting_.erase(one);
      }
    }
  }
  for (const auto& done : late) done(std::unexpected(NoAnswer("does not answer")));
}

void RemoteAgent::Leave() {
  std::map<std::string, Waiting> waiting;
  {
    const MutexLock lock(mutex_);
    gone_ = true;
    waiting.swap(waiting_);
  }
  for (const auto& [id, one] : waiting) one.done(std::unexpected(NoAnswer("has disconnected")));
}

}  // namespace sallyport
