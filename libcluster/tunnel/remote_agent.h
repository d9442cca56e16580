// The proxy's side of an agent on another host: dials go out through the call that the agent keeps open, and come back
// as calls that carry bytes.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
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
  using Clock = std::chrono::steady_clock;
  // Connections that may be being opened at a time; more are refused.
  static constexpr std::size_t kMaxWaiting = 256;
  static constexpr std::chrono::seconds kDialTimeout{15};

  // `send` queues a message for the agent, `end` ends its call; they do not block and may be called from any thread.
  RemoteAgent(AgentFacts facts, std::function<void(const v1::ProxyMessage&)> send, std::function<void()> end);

  const AgentFacts& facts() const { return facts_; }

  // Returns the Kubernetes clusters that the agent serves now.
  std::vector<std::shared_ptr<const KubeClusterInfo>> KubeClusters() const;
  void SetKubeClusters(std::vector<std::shared_ptr<const KubeClusterInfo>> clusters);

  // Does not block. kLimitExceeded when too many are being opened.
  void Dial(const SshDial& dial, const Dialled& done) override;
  void Carried(const std::string&, const SshTraffic&) override {}  // it counts at its own end
  // Opens a connection for requests to a Kubernetes cluster, of which the proxy knows these labels. Calls back as Dial
  // does.
  void DialKube(const KubeClusterInfo& cluster, const Dialled& done);
  // Asks whether the agent is there; blocks until it answers.
  Status Ping();
  void End(const std::string& id, const std::string& reason) override;
  bool IsThere() const override;
  // Tells the agent that its events up to a number are kept.
  void Keep(std::uint64_t number);
  // Tells the agent that something that it has announced does not count.
  void Refuse(const std::string& what, const std::string& reason);

  // The agent answers a dial: with a connection, or with why there is none. False when nobody waits for it.
  bool Answer(const std::string& id, Result<UniqueFd> connection);
  // Dials that were not answered in time fail. To be called each second.
  void GiveUpLate(Clock::time_point now);
  // The agent is gone: dials that wait fail, and later ones.
  void Leave();
  // Ends the agent's call: another of the same host has come, or the host may not be here any more.
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
  mutable std::mutex mutex_;  // of everything below
  std::map<std::string, Waiting> waiting_;
  bool gone_ = false;
  std::vector<std::shared_ptr<const KubeClusterInfo>> kube_clusters_;
};

}  // namespace sallyport
