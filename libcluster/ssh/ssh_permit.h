// Authorizes a user's connection to one node before it is opened (docs/protocol/services.md#checks-for-a-node).
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libidentity/identity.h"
#include "libresources/access/access.h"
#include "libresources/matching/labels.h"

namespace sallyport {

// Settings of the cluster that decide how a session is served.
struct SessionSettings {
  Nanoseconds client_idle_timeout{};  // 0: none
  Nanoseconds keep_alive_interval{};
  std::int64_t keep_alive_count_max = 0;
  bool disconnect_expired_cert = false;
  bool require_session_mfa = false;
  std::string recording_mode;  // "node", "node-sync", "off", ...
};

struct SshPermit {
  struct Login {
    std::string name;
    bool forward_agent = false;
  };
  std::vector<Login> logins;  // at least one, sorted
  PortForwarding port_forwarding = PortForwarding::kOff;
  bool forward_x11 = false;
  bool copy_files = false;
  std::int64_t max_sessions = 0;  // channels of one connection; 0: no limit
  Nanoseconds client_idle_timeout{};
  bool disconnect_expired_cert = false;
  std::string recording;  // "best_effort" or "strict"
};

struct SshPermitQuestion {
  const Identity& identity;
  const AccessChecker& access;
  std::string_view host_id;
  std::string_view cluster;
  Labels labels;
  const SessionSettings& settings;
};

// Fails with kAccessDenied and the reason when the user has no login on the node: labels, denied logins, a certificate
// for other resources, a missing check.
Result<SshPermit> PermitSsh(const SshPermitQuestion& question);

}  // namespace sallyport
