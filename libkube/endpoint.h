// Reads the address, trust and credentials of a Kubernetes cluster's API server from a kubeconfig file (every context
// is a cluster) or from the pod of this process (docs/protocol/services.md#kubernetes-credentials).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/value.h"
#include "libkube/exec_plugin.h"

namespace sallyport {

struct KubeEndpoint {
  std::string name;  // of the cluster
  std::string host;
  int port = 443;
  std::string path_prefix;  // of the server's URL, without a trailing slash
  bool use_tls = true;
  bool skip_verification = false;  // insecure-skip-tls-verify
  std::string server_name;         // to verify and to send as SNI; the host when empty
  std::string ca_pem;              // empty: the system's authorities
  std::string client_certificate_pem;
  Secret client_key_pem;
  Secret bearer_token;
  std::string bearer_token_file;   // read again whenever the token is needed
  Secret basic_authorization;      // "user:password"
  std::optional<ExecPlugin> exec;  // makes the token or client certificate when none of the above is set
};

// A context of a kubeconfig without a usable cluster.
struct UnusableContext {
  std::string name;
  // kBadParameter (FILE:LINE: reason; an entry that the context names is missing; a name that no cluster may have),
  // kNotFound (a file with credentials), kNotImplemented (auth-provider credentials).
  Error reason;
};

struct KubeconfigContexts {
  std::vector<KubeEndpoint> endpoints;
  std::vector<UnusableContext> unusable;
};

// Reads the text of a kubeconfig: one map, with at least one context. Fails with kBadParameter and "SOURCE:LINE:
// reason".
Result<Value> ParseKubeconfig(std::string_view text, const std::string& source);

// The file of a kubeconfig, for errors, and the directory that its relative paths begin in.
struct KubeconfigPlace {
  std::string source;
  std::string directory;
};
// Reads an entry of the list `contexts`, with the cluster and the user that the context names. Fails with the errors of
// UnusableContext.
Result<KubeEndpoint> ReadKubeContext(const Value& config, const Value& entry, const KubeconfigPlace& where);

// Reads a kubeconfig file as kubectl does: paths in it are relative to its directory. Fails with kNotFound, and with
// kBadParameter when the file as a whole is unusable; reports single contexts as UnusableContext.
Result<KubeconfigContexts> LoadKubeconfig(const std::string& path);

// Uses the service account of the pod. Fails with kBadParameter outside of a pod.
struct PodEnvironment {
  std::string service_host;  // KUBERNETES_SERVICE_HOST
  std::string service_port;  // KUBERNETES_SERVICE_PORT
  std::string account_dir = "/var/run/secrets/kubernetes.io/serviceaccount";
};
Result<KubeEndpoint> InClusterEndpoint(std::string_view name, const PodEnvironment& environment);

}  // namespace sallyport
