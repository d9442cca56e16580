// The context of a tsh command: the profile directory, the network settings and the cluster, from the options and the
// environment.
#pragma once

#include <string>

#include "libclient/kubeconfig.h"
#include "libclient/network.h"
#include "libclient/profile.h"
#include "libclient/profile_status.h"
#include "libclient/rpc.h"
#include "libclient/session.h"
#include "tools/shell/command.h"

namespace sallyport {

// The options of every command of tsh.
struct TshOptions {
  std::string proxy;
  std::string user;
  std::string cluster;
  std::string identity;
  bool insecure = false;
  bool debug = false;
  std::string mfa_mode;
  std::string ttl;
  std::string auth;
  bool no_relogin = false;
  bool relogin = false;
};

// Returns TELEPORT_HOME, or ~/.tsh. Fails with kBadParameter when neither is known.
Result<ProfileDirectory> ProfilesOf(const Invocation& invocation);
NetworkSettings NetworkOf(const Invocation& invocation);
// Returns the profile that --proxy names; "" for the current profile.
std::string ProfileNameOf(const Invocation& invocation);
// Returns --cluster, TELEPORT_CLUSTER or TELEPORT_SITE; "" when none is given.
std::string ClusterOption(const Invocation& invocation);
// Returns the kubeconfig that kubectl would use.
std::string KubeconfigOf(const Invocation& invocation);

// Returns the login of --identity, or of the profile.
Result<Session> SessionOf(const Invocation& invocation);
// Returns the cluster of a command: ClusterOption, or the cluster of the profile.
std::string ClusterOf(const Invocation& invocation, const Profile& profile);
// Opens the login and connects to the auth service of that cluster.
Result<std::shared_ptr<RpcClient>> ConnectOf(const Invocation& invocation, const Session& session);

// Returns the labels as a map, or null without labels.
Value LabelsValue(const std::map<std::string, std::string>& labels);

}  // namespace sallyport
