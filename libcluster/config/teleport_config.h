// teleport.yaml, version v3 (v1 and v2 are read the same way): every key of the reference is known (config_key.h); an
// unimplemented key is an error unless its value is off or the default. Errors are "FILE:LINE: reason".
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libbase/log.h"
#include "libbase/log_output.h"
#include "libbase/time.h"
#include "libcluster/config/command_label.h"
#include "libresources/kinds/join_method.h"
#include "libresources/matching/labels.h"

namespace types {
class AuthPreferenceV2;
class ClusterNetworkingConfigV2;
class SessionRecordingConfigV2;
class StaticTokensV2;
}  // namespace types

namespace sallyport {

struct KeyPairPaths {
  std::string key_file;
  std::string cert_file;
  int line = 0;  // of the file that names them
};

struct TeleportConfig {
  std::string source = "defaults";  // the file's path
  std::string nodename;             // the host's name when empty
  std::string data_dir = "/var/lib/teleport";
  std::string pid_file;
  LogOptions log;
  LogOutput log_output;
  std::string storage_path;   // the directory of the state, from the file
  int storage_path_line = 0;  // the line of storage_path

  struct Auth {
    bool enabled = true;
    std::string listen_addr = "0.0.0.0:3025";
    std::string cluster_name;  // the nodename when empty
    std::vector<std::string> tokens;
    // Set when the file has a key of theirs.
    std::shared_ptr<types::AuthPreferenceV2> preference;
    std::shared_ptr<types::ClusterNetworkingConfigV2> networking;
    std::shared_ptr<types::SessionRecordingConfigV2> recording;
    std::optional<Nanoseconds> audit_retention;  // nothing: all events are kept
  } auth;

  struct Proxy {
    bool enabled = true;
    std::string web_listen_addr = "0.0.0.0:3080";
    std::vector<std::string> public_addr;
    std::string kube_listen_addr;
    std::vector<KeyPairPaths> https_keypairs;
    KeyPairPaths https_keypair;  // by the keys of old files; the first of https_keypairs once the file is read
  } proxy;

  struct Kubernetes {
    bool enabled = false;
    std::string listen_addr;
    std::string kubeconfig_file;
    std::string kube_cluster_name;
    std::map<std::string, std::string> labels;
    std::vector<LabelSelector> resources;  // of the kube_cluster resources that are served
  } kubernetes;

  // The places of one cloud where a discovery service looks, and the tags of the clusters that it takes.
  struct DiscoveryMatcher {
    std::string cloud;  // "azure"
    std::vector<std::string> types;
    std::vector<std::string> subscriptions;
    std::vector<std::string> resource_groups;
    std::vector<std::string> regions;
    LabelSelector tags;
    int line = 0;

    // Gives each list that has no value, or has *, the value * alone; the types are as written.
    void Complete();
  };
  struct Discovery {
    bool enabled = false;
    std::string group;
    Nanoseconds poll_interval = std::chrono::minutes(5);
    std::vector<DiscoveryMatcher> matchers;
  } discovery;

  // The address of a cluster on other hosts.
  struct Join {
    HostPort address;  // of its proxy or auth service; no host: the cluster runs in this process
    bool through_proxy = true;
    std::string method{kJoinByToken};
    std::string token;  // the token or the path of its file: ConfigSecret
    std::vector<std::string> ca_pins;
  } join;
  // Returns whether this process is an agent of a cluster on other hosts.
  bool IsAgent() const { return !auth.enabled && !proxy.enabled; }
  // Returns the nodename, or `hostname` when the nodename is empty.
  const std::string& NodeName(const std::string& hostname) const { return nodename.empty() ? hostname : nodename; }

  struct Ssh {
    bool enabled = true;
    bool asked_for = false;  // the file enables it: a failed start is an error
    std::vector<std::string> public_addr;
    Labels labels;
    std::vector<CommandLabel> commands;
    bool port_forwarding = true;
    bool copy_files = true;
    bool x11 = true;
  } ssh;

  // Keys of a service with an unimplemented value.
  struct NotServed {
    std::string service;  // "proxy_service"
    Error error;
  };
  std::vector<NotServed> not_served;
  // Keys that are set and have no effect, for the log: "FILE:LINE: reason".
  std::vector<std::string> notes;
};

// Reads a configuration. Fails with kBadParameter (unknown key with the one probably meant, wrong type, contradictions)
// or kNotImplemented.
Result<TeleportConfig> ParseTeleportConfig(std::string_view text, std::string_view source);
// Reads the file. Fails as ParseTeleportConfig does, and with kNotFound and kAccessDenied.
Result<TeleportConfig> LoadTeleportConfig(const std::string& path);

// Checks the name of a cluster or a host, which appears in paths, certificates and on terminals. Fails with
// kBadParameter for a slash, control characters, "." and "..". An empty name is valid (not set).
Status CheckName(const std::string& name);

// Checks keys against each other, after settings of the command line were added. Fails with kBadParameter or
// kNotImplemented.
Status CheckConfig(const TeleportConfig& config);

}  // namespace sallyport
