// The proxy's side of an agent on another host: sends dials through the call that the agent keeps open; the agent
// answers with calls that carry the connections' bytes.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "libbase/mutex.h"
#include "libcluster/kube/cluster_info.h"
#include "libcluster/ssh/ssh_agent.h"

namespace sallyport::v1 {
class ProxyMessage;
}

namespace sallyport {

// The facts of an agent for `tctl inventory`.
struct AgentFacts {
  std::string host_id;
  std::string hostname;
  std::string version;
  std::vector<std::string> services;  // "Node"
};

class RemoteAgent : public SshAgent {
 public:
  using Clock = std::chrono::steady_clock;
  // The limit of pending dials; more are refused.
  static constexpr std::size_t kMaxWaiting = 256;
  static constexpr std::chrono::seconds kDialTimeout{15};

  // `send` queues a message for the agent, `end` ends its call; they do not block and may be called from any thread.
  RemoteAgent(AgentFacts facts, std::function<void(const v1::ProxyMessage&)> send, std::function<void()> end);

  const AgentFacts& facts() const { return facts_; }

  // Returns the Kubernetes clusters that the agent serves now.
  std::vector<std::shared_ptr<const KubeClusterInfo>> KubeClusters() const;
  void SetKubeClusters(std::vector<std::shared_ptr<const KubeClusterInfo>> clusters);

  // Does not block. Fails with kLimitExceeded when too many dials are pending.
  void Dial(const SshDial& dial, const Dialled& done) override;
  void Carried(const std::string&, const SshTraffic&) override {}  // the agent counts itself
  // Opens a connection for requests to a Kubernetes cluster with the labels known to the proxy. Calls back as Dial
  // does.
  void DialKube(const KubeClusterInfo& cluster, const Dialled& done);
  // Pings the agent; blocks until it answers.
  Status Ping();
  void End(const std::string& id, const std::string& reason) override;
  bool IsThere() const override;
  // Confirms to the agent that its events up to a number are stored.
  void Keep(std::uint64_t number);
  // Tells the agent that one of its announcements is refused.
  void Refuse(const std::string& what, const std::string& reason);

  // Handles the agent's answer to a dial: a connection or an error. Returns false when no dial waits for the answer.
  bool Answer(const std::string& id, Result<UniqueFd> connection);
  // Fails dials without an answer in time. To be called each second.
  void GiveUpLate(Clock::time_point now);
  // Marks the agent as gone: fails pending and later dials.
  void Leave();
  // Ends the agent's call: a new agent of the same host has connected, or the host is no longer admitted.
  void EndCall() const { end_(); }

 private:
  struct Waiting {
    Dialled done;
    Clock::time_point until;
  };

  void Ask(const std::string& id, const v1::ProxyMessage& message, const Dialled& done);
  Error NoAnswer(std::string_view why) const;

  const AgentFacts facts_;
  const std::function<void(const v1::ProxyMessage&)> send_;
  const std::function<void()> end_;
  mutable Mutex mutex_;
  std::map<std::string, Waiting> waiting_ GUARDED_BY(mutex_);
  bool gone_ GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<const KubeClusterInfo>> kube_clusters_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
