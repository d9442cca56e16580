// Lists of what a user may see in a cluster (docs/protocol/auth-api.md#listing). They come page by page and go out item
// by item.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libclient/rpc.h"

namespace sallyport {

// What restricts a list. All of it is evaluated by the auth service.
struct ListFilter {
  std::map<std::string, std::string> labels;
  std::vector<std::string> search;  // words that must all be there
  std::string predicate;
  bool use_search_as_roles = false;  // what could be asked for too

  bool IsEmpty() const { return labels.empty() && search.empty() && predicate.empty(); }
};
// Reads "key=value,key=value" (values may be quoted). Fails with kBadParameter.
Result<std::map<std::string, std::string>> ParseLabels(std::string_view text);

// Receives an item; an error ends the list.
using ValueSink = std::function<Status(const Value& item)>;

// Nodes, as resources of kind node.
Status ListNodes(RpcClient& rpc, const ListFilter& filter, const ValueSink& sink);
// The nodes among which the proxy would look for a name, address or UUID; port 0 is any. The auth service goes through
// all nodes for it: for when a connection has failed.
Result<std::vector<Value>> NodesCalled(RpcClient& rpc, const std::string& host, int port);

struct KubeClusterItem {
  std::string name;
  std::map<std::string, std::string> labels;
};
// Kubernetes clusters by name, each once however many agents serve it.
Result<std::vector<KubeClusterItem>> ListKubeClusters(RpcClient& rpc, const ListFilter& filter);

// The servers that announce Kubernetes clusters, as resources of kind kube_server.
Status ListKubeServers(RpcClient& rpc, const ListFilter& filter, const ValueSink& sink);

struct RemoteClusterItem {
  std::string name;
  std::string status;
  std::map<std::string, std::string> labels;
};
// The leaf clusters of a root cluster.
Result<std::vector<RemoteClusterItem>> ListRemoteClusters(RpcClient& rpc);

}  // namespace sallyport
