// teleport.yaml, version v3 (v1 and v2 are read with a note): every key of the reference is known; one that nothing
// here serves yet is an error when it is set, never ignored. Errors are "FILE:LINE: reason".
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
#include "libbase/time.h"
#include "libbase/value.h"
#include "libcluster/ssh/command_labels.h"
#include "libresources/labels.h"

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
};

struct TeleportConfig {
  std::string source = "defaults";  // the file's path
  std::string nodename;             // the host's name when empty
  std::string data_dir = "/var/lib/teleport";
  std::string pid_file;
  LogOptions log;

  struct Auth {
    bool enabled = true;
    std::string listen_addr = "0.0.0.0:3025";
    std::string cluster_name;  // the nodename when empty
    std::vector<std::string> tokens;
    // Set when the file has a key of theirs.
    std::shared_ptr<types::AuthPreferenceV2> preference;
    std::shared_ptr<types::ClusterNetworkingConfigV2> networking;
    std::shared_ptr<types::SessionRecordingConfigV2> recording;
  } auth;

  struct Proxy {
    bool enabled = true;
    std::string web_listen_addr = "0.0.0.0:3080";
    std::vector<std::string> public_addr;
    std::string kube_listen_addr;
    std::vector<KeyPairPaths> https_keypairs;
  } proxy;

  struct Kubernetes {
    bool enabled = false;
    std::string listen_addr;
    std::string kubeconfig_file;
    std::string kube_cluster_name;
    std::map<std::string, std::string> labels;
  } kubernetes;

  // Where the cluster is, when it runs elsewhere.
  struct Join {
    HostPort address;  // of its proxy, or of its auth service; no host: it runs here
    bool through_proxy = true;
    std::string token;
    std::vector<std::string> ca_pins;
  } join;
  // Whether this process serves a cluster that runs elsewhere.
  bool IsAgent() const { return !auth.enabled && !proxy.enabled; }
  // Returns the name of this host, whose own is `hostname`.
  const std::string& NodeName(const std::string& hostname) const { return nodename.empty() ? hostname : nodename; }

  struct Ssh {
    bool enabled = true;
    bool asked_for = false;  // the file says so: then it must start
    std::vector<std::string> public_addr;
    Labels labels;
    std::vector<CommandLabel> commands;
    bool port_forwarding = true;
    bool copy_files = true;
  } ssh;
};

// Reads a configuration. Fails with kBadParameter (unknown key with the one probably meant, wrong type, contradictions)
// or kNotImplemented.
Result<TeleportConfig> ParseTeleportConfig(std::string_view text, std::string_view source);
// Reads the file; kNotFound and kAccessDenied beside.
Result<TeleportConfig> LoadTeleportConfig(const std::string& path);

// "yes", "true", "on", "1", "y", "yeah" in any case; anything else is false.
bool ParseEnabled(const Value& value);

// What `teleport configure` prints.
struct SampleOptions {
  std::string cluster_name;
  std::string public_addr;
  std::string data_dir = "/var/lib/teleport";
};
std::string SampleConfig(const SampleOptions& options);

// One key of the file. The table of all of them decides what is known.
struct ConfigKey {
  enum class State { kServed, kAccepted, kNotThereYet };
  std::string path;  // "auth_service.authentication.type"; ".*" at the end stands for every key below
  State state = State::kServed;
  Status (*set)(TeleportConfig& config, const Value& value) = nullptr;
};
std::vector<ConfigKey> AuthServiceKeys();
std::vector<ConfigKey> ProxyServiceKeys();
std::vector<ConfigKey> SshServiceKeys();
std::vector<ConfigKey> JoinKeys();

// Checks what several keys say together; settings from elsewhere (the command line) may have been added. Fails with
// kBadParameter or kNotImplemented.
Status CheckConfig(const TeleportConfig& config);

// Returns a secret given as itself, or as the absolute path of a file that holds it.
Result<std::string> ConfigSecret(const std::string& text);

// Typed readers for setters. Each fails with kBadParameter; the caller adds file, line and key.
Result<std::string> ConfigText(const Value& value);
Result<std::vector<std::string>> ConfigTexts(const Value& value);  // one text or a list
Result<Nanoseconds> ConfigDuration(const Value& value);
Result<Labels> ConfigLabels(const Value& value);  // a map of texts

}  // namespace sallyport
