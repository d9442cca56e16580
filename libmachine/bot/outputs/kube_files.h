// Texts of kubeconfig files for the outputs kubernetes and kubernetes/v2 (docs/protocol/tbot.md#kubeconfig).
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libmachine/bot/config/service_config.h"
#include "libmachine/bot/destination/destination.h"
#include "libmachine/bot/identity/bot_cluster.h"
#include "libmachine/bot/identity/credentials.h"

namespace sallyport {

// How kubectl gets its credentials.
struct KubeUser {
  std::string executable;  // tbot, which prints them; empty: they stand in the file
  std::string directory;   // the absolute path of the destination
};

struct KubeFileOptions {
  ProxyView proxy;
  std::vector<ClusterAuthorities> hosts;
  KubeUser user;
};

// A cluster in the file, with the namespace of its context; empty: none.
struct KubeContextRow {
  std::string kube_cluster;
  std::string default_namespace = {};
};

// Returns the file for one cluster, which the certificate names. Fails with kNotFound when the proxy does not serve
// Kubernetes.
Result<BotFile> KubeconfigFor(const KubeFileOptions& options, const BotCredentials& credentials,
                              const std::string& kube_cluster);

// Returns the file for several clusters, which the addresses name; the first becomes the current context. `pattern` is
// the template of names, empty for the usual names. Fails as above, and with kBadParameter for a bad template.
Result<BotFile> KubeconfigForAll(const KubeFileOptions& options, const BotCredentials& credentials,
                                 const std::vector<KubeContextRow>& clusters, const std::string& pattern);

// Returns the clusters that selectors match, in their order, each once. Fails with kNotFound for a name without a
// cluster, kBadParameter for a name that several discovered clusters have.
Result<std::vector<KubeContextRow>> SelectKubeClusters(BotCluster& cluster, const BotCredentials& as,
                                                       const std::vector<KubeSelector>& selectors);
// Returns the name of the one cluster with a name, or with this name where it was discovered. Fails as above.
Result<std::string> FindKubeCluster(BotCluster& cluster, const BotCredentials& as, const std::string& name);

}  // namespace sallyport
