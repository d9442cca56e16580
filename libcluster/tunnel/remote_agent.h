// The proxy's side of an agent on another host: dials go out through the call that the agent keeps open, and come back
// as calls that carry bytes.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libcluster/kube/cluster_info.h"
#include "libcluster/ssh/ssh_agent.h"

namespace sallyport::v1 {
class ProxyMessage;
}

namespace sallyport {

// What `tctl inventory` knows of an agent.
struct AgentFacts {
  std::string host_id;
  std::string hostname;
  std::string version;
  std::vector<std::string> services;  // "Node"
};

class RemoteAgent : public SshAgent {
 public:
  // `send` queues a message for the agent; it does not block and may be called from any thread.
  RemoteAgent(AgentFacts facts, std::function<void(const v1::ProxyMessage&)> send);

  const AgentFacts& facts() const { return facts_; }

  // Returns the Kubernetes clusters that the agent serves now.
  std::vector<std::shared_ptr<const KubeClusterInfo>> KubeClusters() const;
  void SetKubeClusters(std::vector<std::shared_ptr<const KubeClusterInfo>> clusters);

  Result<UniqueFd> Dial(const SshDial& dial) override;
  void Carried(const std::string&, const SshTraffic&) override {}  // it counts at its own end
  // Opens a connection for requests to a Kubernetes cluster; blocks.
  Result<UniqueFd> DialKube(const std::string& cluster);
  // Asks whether the agent is there; blocks until it answers.
  Status Ping();
  void End(const std::string& id, const std::string& reason) override;
  bool IsThere() const override;

  // The agent answers a dial: with a connection, or with why there is none. False when nobody waits for it.
  bool Answer(const std::string& id, Result<UniqueFd> connection);
  // The agent is gone: dials that wait fail, and later ones.
  void Leave();

 private:
  struct Waiting {
    std::optional<Result<UniqueFd>> answer;
  };

  Result<UniqueFd> DialAndWait(const std::string& id, const v1::ProxyMessage& message);

  const AgentFacts facts_;
  const std::function<void(const v1::ProxyMessage&)> send_;
  mutable std::mutex mutex_;  // of everything below
  std::condition_variable answered_;
  std::map<std::string, Waiting> waiting_;
  bool gone_ = false;
  std::vector<std::shared_ptr<const KubeClusterInfo>> kube_clusters_;
};

}  // namespace sallyport
