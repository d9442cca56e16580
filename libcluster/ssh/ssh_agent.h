// The proxy's interface to the agent of a node, in the same process or over a tunnel.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libcluster/ssh/ssh_permit.h"
#include "libresources/access/label_decision.h"

namespace sallyport {

// An authorized connection: its user and the user's permit.
struct SshDial {
  std::string id;  // unique in the cluster
  std::string user;
  std::string bot_name;
  std::string impersonator;
  std::vector<std::string> access_requests;
  std::string remote_address;  // "192.0.2.1:4711"
  SshPermit permit;
  SessionSettings settings;
  LabelDecision labels;  // the node's labels at the decision
};

// Bytes of a connection, from the client's point of view.
struct SshTraffic {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

// Safe from several threads.
class SshAgent {
 public:
  virtual ~SshAgent() = default;
  // Opens a connection and calls back once, from any thread, with a stream socket, the client's side of SSH: for a node
  // of this process before Dial returns, for an agent on another host after its answer or a timeout of some seconds.
  // The owner of the socket must call Carried at the end.
  using Dialled = std::function<void(Result<UniqueFd>)>;
  virtual void Dial(const SshDial& dial, const Dialled& done) = 0;
  // Reports the traffic of a connection at its end. Does not block.
  virtual void Carried(const std::string& id, const SshTraffic& traffic) = 0;
  // Ends a connection and its sessions, and tells its user the reason.
  virtual void End(const std::string& id, const std::string& reason) = 0;
  // Returns whether the agent is connected.
  virtual bool IsThere() const = 0;
};

}  // namespace sallyport
