#include "libcluster/ssh/ssh_permit.h"

#include "libresources/kinds/access_request.h"

namespace sallyport {
namespace {

constexpr std::string_view kPermitKind = "node";

AccessState StateOf(const SshPermitQuestion& question) {
  AccessState state;
  state.mfa_verified = !question.identity.mfa_verified.empty();
  state.mfa_required = question.access.RequiredMfa(question.settings.require_session_mfa);
  state.is_bot = !question.identity.bot_name.empty();
  return state;
}

// Returns the permitted logins. Fails with a reason that concerns the user rather than a login.
Result<std::vector<SshPermit::Login>> LoginsOf(const SshPermitQuestion& question) {
  const AccessChecker& access = question.access;
  const ResourceAccess nodes = access.AccessTo(kPermitKind);
  const AccessState state = StateOf(question);
  std::vector<SshPermit::Login> logins;
  Status refusal;
  for (auto& login : nodes.LoginsFor(question.labels)) {
    const RoleMatcher matchers[] = {LoginMatcher(login)};
    refusal = access.CheckResourceAccess(kPermitKind, question.labels, state, matchers);
    if (!refusal) continue;
    const bool forward_agent = access.CanForwardAgent(login);
    logins.push_back({std::move(login), forward_agent});
  }
  if (!logins.empty()) return logins;
  if (!refusal) return Fail(ErrorKind::kAccessDenied, "{}", refusal.error().message);
  return Fail(ErrorKind::kAccessDenied, "access denied: no role of {} allows a login on this node.{}", access.user(),
              nodes.WhyOutOfReach(question.labels, "nodes"));
}

}  // namespace

Result<SshPermit> PermitSsh(const SshPermitQuestion& question) {
  const AccessChecker& access = question.access;
  RETURN_IF_ERROR(
      CheckAllowedResource(question.identity.allowed_resources, question.cluster, kPermitKind, question.host_id));
  SshPermit permit;
  ASSIGN_OR_RETURN(permit.logins, LoginsOf(question));
  permit.port_forwarding = access.PortForwardingMode();
  permit.forward_x11 = access.PermitX11Forwarding();
  permit.copy_files = access.CanCopyFiles();
  permit.max_sessions = access.MaxSessions();
  permit.client_idle_timeout = access.AdjustClientIdleTimeout(question.settings.client_idle_timeout);
  permit.disconnect_expired_cert = access.AdjustDisconnectExpiredCert(question.settings.disconnect_expired_cert);
  permit.recording = access.SessionRecordingMode();
  return permit;
}

}  // namespace sallyport
