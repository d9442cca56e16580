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

namespace types {
class KubernetesServerV3;
class ServerV2;
}  // namespace types

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
  // Says that a node is there; it is, until its expiry.
  virtual Status Announce(const types::ServerV2& node) = 0;
  virtual Status Withdraw(const std::string& node_name) = 0;
  // Says which Kubernetes clusters this host serves, all of them; they are there until their expiry.
  virtual Status AnnounceKube(const std::vector<types::KubernetesServerV3>& servers) = 0;
  // Appends to the audit log, soon: does not block. Fails when nothing more can be taken.
  virtual Status Emit(const AuditEvent& event) = 0;
  // Begins to send a session's recording, or goes on with an upload that broke off (not ""). kNotFound: that one is not
  // there any more.
  virtual Result<std::unique_ptr<RecordingSink>> OpenRecording(const std::string& session_id,
                                                               const std::string& upload_id) = 0;
};

}  // namespace sallyport
