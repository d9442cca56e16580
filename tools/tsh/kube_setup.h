// Setting kubectl up for a Kubernetes cluster: what `tsh kube login` and `tsh login --kube-cluster` do.
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

// Fills in where the proxy of a profile serves Kubernetes. kNotFound when it does not.
Status AddKubeAddress(const Profile& profile, KubeEntry& entry);
// Adds clusters, all known to exist, to the user's kubeconfig and writes one of their own for each.
Status AddKubeClusters(const Invocation& invocation, const Session& session, const std::vector<std::string>& names,
                       const KubeSetup& setup);
// Looks a cluster up among those of a filter and adds it. kNotFound when the user has no such cluster.
Status SetUpKubeCluster(const Invocation& invocation, const Session& session, const std::string& name,
                        const KubeSetup& setup, const ListFilter& filter = {});

}  // namespace sallyport
