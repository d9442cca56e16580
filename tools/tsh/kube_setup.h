// Configures kubectl for a Kubernetes cluster, for `tsh kube login` and `tsh login --kube-cluster`.
#pragma once

#include <string>
#include <vector>

#include "libclient/kubeconfig.h"
#include "libclient/listing.h"
#include "libclient/session.h"
#include "tools/shell/command.h"

namespace sallyport {

struct KubeSetup {
  std::string context_name;  // template: {{.ClusterName}} and {{.KubeName}}; empty: both with a dash between
  std::string name_space;
  std::string impersonate;
  std::vector<std::string> impersonate_groups;
  bool select = true;  // make it the current context
};

// Fills in the address at which the proxy of a profile serves Kubernetes. Fails with kNotFound when the proxy does not
// serve it.
Status AddKubeAddress(const Profile& profile, KubeEntry& entry);
// Adds existing clusters to the user's kubeconfig, and writes a separate kubeconfig for each.
Status AddKubeClusters(const Invocation& invocation, const Session& session, const std::vector<std::string>& names,
                       const KubeSetup& setup);
// Finds a cluster among those that match a filter, and adds it. Fails with kNotFound when the user has no such cluster.
Status SetUpKubeCluster(const Invocation& invocation, const Session& session, const std::string& name,
                        const KubeSetup& setup, const ListFilter& filter = {});

}  // namespace sallyport
