// What the proxy asks of the agent of a node, in this process or at the other end of a tunnel.
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

// A connection that was decided upon: who it is of, what they may do with it.
struct SshDial {
  std::string id;  // unique in the cluster
  std::string user;
  std::string bot_name;
  std::string impersonator;
  std::vector<std::string> access_requests;
  std::string remote_address;  // "192.0.2.1:4711"
  SshPermit permit;
  SessionSettings settings;
  LabelDecision labels;  // by which the permit was given
};

// Bytes of a connection, as its client sees them.
struct SshTraffic {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

// Safe from several threads.
class SshAgent {
 public:
  virtual ~SshAgent() = default;
  // Opens a connection and calls back once, from any thread, with a stream socket that has the client's side of SSH on
  // it: a node of this process before this returns, an agent elsewhere when it has answered, or has not within some
  // seconds. Whoever gets the socket says by Carried when it is over.
  using Dialled = std::function<void(Result<UniqueFd>)>;
  virtual void Dial(const SshDial& dial, const Dialled& done) = 0;
  // Says what a connection has carried, and that nothing follows. Does not block.
  virtual void Carried(const std::string& id, const SshTraffic& traffic) = 0;
  // Tells the user of a connection why it is about to end, and ends what runs in it.
  virtual void End(const std::string& id, const std::string& reason) = 0;
  // Whether the agent is still there.
  virtual bool IsThere() const = 0;
};

}  // namespace sallyport
