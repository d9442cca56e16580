// What an agent (ssh, and others after it) asks the auth service for, wherever that runs: in this process, or at the
// other end of a connection that the agent opened.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/auth/audit/audit.h"
#include "libcluster/auth_client/recording_sink.h"
#include "libidentity/keys.h"

namespace sallyport::v1 {
class AgentMessage;
}

namespace sallyport {

struct HostKey {
  PrivateKey key;
  std::string certificate;  // a line
};

// Safe from several threads. Calls may block.
class AgentAuth {
 public:
  virtual ~AgentAuth() = default;
  virtual const std::string& cluster_name() const = 0;
  // Returns the keys that sign the SSH certificates of users, as lines of authorized_keys.
  virtual Result<std::vector<std::string>> UserAuthorityKeys() = 0;
  // Returns the key of this host's SSH server and its certificate, with these names beside the host's own.
  virtual Result<HostKey> HostKeyFor(const std::string& node_name, const std::vector<std::string>& principals) = 0;
  // Says what this host serves, in place of what it said before of that kind: its node, or all of its Kubernetes
  // clusters. They are there until their expiry. kNotImplemented: something else.
  virtual Status Announce(const v1::AgentMessage& announcement) = 0;
  virtual Status Withdraw(const std::string& node_name) = 0;
  // Appends to the audit log, soon: does not block. Fails when nothing more can be taken.
  virtual Status Emit(const AuditEvent& event) = 0;
  // Begins to send a session's recording, or goes on with an upload that broke off (not ""). kNotFound: that one is not
  // there any more.
  virtual Result<std::unique_ptr<RecordingSink>> OpenRecording(const std::string& session_id,
                                                               const std::string& upload_id) = 0;
};

}  // namespace sallyport
