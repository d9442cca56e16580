#include "libcluster/proxy/ssh_router.h"

#include "libbase/encoding.h"
#include "libbase/secret.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/listing/node_match.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/node.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kNodeResource = "node";
constexpr std::size_t kIdBytes = 8;

Result<SessionSettings> SettingsOf(AuthServer& auth) {
  ASSIGN_OR_RETURN(const auto preference, auth.Setting<types::AuthPreferenceV2>());
  ASSIGN_OR_RETURN(const auto networking, auth.Setting<types::ClusterNetworkingConfigV2>());
  ASSIGN_OR_RETURN(const auto recording, auth.Setting<types::SessionRecordingConfigV2>());
  SessionSettings settings;
  settings.client_idle_timeout = Nanoseconds(networking.spec().clientidletimeout());
  settings.keep_alive_interval = Nanoseconds(networking.spec().keepaliveinterval());
  settings.keep_alive_count_max = networking.spec().keepalivecountmax();
  settings.disconnect_expired_cert = preference.spec().disconnectexpiredcert().value();
  settings.require_session_mfa = preference.spec().requiremfatype() != types::RequireMFAType::OFF;
  settings.recording_mode = recording.spec().mode();
  return settings;
}

// A node without a Sallyport agent.
Error Unreached(const types::ServerV2& node) {
  const std::string& name = node.spec().hostname();
  if (IsAgentless(node)) {
    return {ErrorKind::kNotImplemented, fmt::format("node \"{}\" runs OpenSSH without an agent", name),
            "connections to nodes without an agent are not implemented"};
  }
  return {ErrorKind::kConnectionProblem, fmt::format("node \"{}\" is offline", name),
          "check that the node's agent runs: the agent is not connected to this proxy"};
}

}  // namespace

SshRouter::SshRouter(AuthServer& auth, FindAgent find_agent) : auth_(auth), find_agent_(std::move(find_agent)) {}

Result<SharedNode> SshRouter::Find(const std::string& host_port) {
  const auto target = ParseHostPort(host_port, 0);
  if (!target || target->host.empty()) {
    return Fail(ErrorKind::kBadParameter, "the target \"{}\" is not HOST:PORT", host_port);
  }
  if (IsNodeId(target->host)) {
    auto node = GetResource<types::ServerV2>(auth_.backend(), target->host);
    if (node) return std::make_shared<const types::ServerV2>(std::move(*node));
  }
  ASSIGN_OR_RETURN(const NodeMatchRules rules, NodeMatchRulesOf(auth_));
  ASSIGN_OR_RETURN(const auto nodes, auth_.nodes().All());
  return MatchNode(nodes, *target, rules);
}

Result<SshDial> SshRouter::Decide(const types::ServerV2& node, const Caller& caller) const {
  if (caller.kind != Caller::Kind::kUser) {
    return Fail(ErrorKind::kAccessDenied, "access denied: only users log in to nodes");
  }
  SshDial dial;
  ASSIGN_OR_RETURN(dial.settings, SettingsOf(auth_));
  const Identity& identity = caller.identity;
  ASSIGN_OR_RETURN(Labels labels, auth_.node_labels().LabelsOf(node));
  ASSIGN_OR_RETURN(dial.permit, PermitSsh({identity, *caller.access, node.metadata().name(), auth_.cluster_name(),
                                           labels, dial.settings}));
  dial.labels = LabelDecisionOf(*caller.access, kNodeResource, std::move(labels));
  dial.id = ToHex(RandomBytes(kIdBytes));
  dial.user = identity.username;
  dial.bot_name = identity.bot_name;
  dial.impersonator = identity.impersonator;
  dial.access_requests = identity.active_requests;
  dial.remote_address = caller.remote_address;
  return dial;
}

Result<SshRoute> SshRouter::Route(const std::string& host_port, const std::string& cluster, const Caller& caller) {
  if (!cluster.empty() && cluster != auth_.cluster_name()) {
    return Fail(ErrorKind::kAccessDenied, "access denied: cluster \"{}\" is not known to this proxy", cluster);
  }
  ASSIGN_OR_RETURN(const auto node, Find(host_port));
  SshRoute route;
  route.host_id = node->metadata().name();
  ASSIGN_OR_RETURN(route.dial, Decide(*node, caller));
  RETURN_IF_ERROR(auth_.locks().CheckHost(route.host_id));
  route.agent = find_agent_(route.host_id);
  if (!route.agent) return std::unexpected(Unreached(*node));
  return route;
}

}  // namespace sallyport
