// Runs credential plugins: `exec` of a kubeconfig's user (client.authentication.k8s.io v1 and v1beta1).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libbase/process.h"
#include "libbase/secret.h"
#include "libbase/time.h"
#include "libbase/value.h"

namespace sallyport {

struct ExecPlugin {
  std::string api_version;  // "client.authentication.k8s.io/v1"
  std::string command;      // a path, or a name to be found in PATH
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, Secret>> environment;  // added to the environment of this process
  std::string install_hint;                                 // what to do when the command is missing
  std::string cluster_json;                                 // spec.cluster, when provideClusterInfo asks for it
};

struct ExecCredential {
  Secret token;
  std::string client_certificate_pem;
  Secret client_key_pem;
  Time expires{};  // Time{}: until the server refuses it

  bool Expired(Time now) const { return expires != Time{} && now >= expires; }
};

// Reads `exec` of a kubeconfig's user; a relative command with a slash is relative to `directory`. `cluster` is the
// kubeconfig's cluster with its CA (PEM) already read. Fails with kBadParameter ("SOURCE: reason").
Result<ExecPlugin> ReadExecPlugin(const Value& exec, const std::string& source, const std::string& directory,
                                  const Value& cluster, std::string_view ca_pem);

// Returns the value of KUBERNETES_EXEC_INFO for the plugin.
std::string ExecInfoJson(const ExecPlugin& plugin);

// Parses the output of a plugin of that version. Fails with kBadParameter; the message quotes nothing of the output.
Result<ExecCredential> ParseExecCredential(std::string_view output, std::string_view api_version);

// Runs the plugin; blocks until it ends (at most half a minute). Logs the plugin's stderr without secrets. Errors name
// the command; the install hint is in the message when the command is missing.
Result<ExecCredential> RunExecPlugin(const ExecPlugin& plugin, const StopSignal& stop);

// Returns the text with the known secrets, and texts that look like tokens or keys, replaced by "[hidden]".
std::string HideSecrets(std::string_view text, const std::vector<std::string_view>& known);

}  // namespace sallyport
