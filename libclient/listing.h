// Lists the resources that a user may see in a cluster (docs/protocol/auth-api.md#listing). Fetches pages and passes on
// single items.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libclient/rpc.h"

namespace sallyport {

// The filter of a list; the auth service evaluates it.
struct ListFilter {
  std::map<std::string, std::string> labels;
  std::vector<std::string> search;  // words that must all occur
  std::string predicate;
  bool use_search_as_roles = false;  // includes resources that the user may request

  bool IsEmpty() const { return labels.empty() && search.empty() && predicate.empty(); }
};
// Reads "key=value,key=value" (values may be quoted). Fails with kBadParameter.
Result<std::map<std::string, std::string>> ParseLabels(std::string_view text);

// Receives an item; an error ends the list.
using ValueSink = std::function<Status(const Value& item)>;

// Lists nodes, as resources of kind node.
Status ListNodes(RpcClient& rpc, const ListFilter& filter, const ValueSink& sink);
// Returns the nodes that match a name, address or UUID as the proxy would match them; port 0 is any. Use it only after
// a failed connection: the auth service scans all nodes.
Result<std::vector<Value>> NodesCalled(RpcClient& rpc, const std::string& host, int port);

struct KubeClusterItem {
  std::string name;
  std::map<std::string, std::string> labels;
};
// Returns the Kubernetes clusters by name, each once even if several agents serve it.
Result<std::vector<KubeClusterItem>> ListKubeClusters(RpcClient& rpc, const ListFilter& filter);

// Lists the servers that announce Kubernetes clusters, as resources of kind kube_server.
Status ListKubeServers(RpcClient& rpc, const ListFilter& filter, const ValueSink& sink);

struct RemoteClusterItem {
  std::string name;
  std::string status;
  std::map<std::string, std::string> labels;
};
// Returns the leaf clusters of a root cluster.
Result<std::vector<RemoteClusterItem>> ListRemoteClusters(RpcClient& rpc);

}  // namespace sallyport
