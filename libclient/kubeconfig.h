// kubeconfig files: entries of ours are added and removed, everything else stays as it was, in its order and with keys
// that we do not know (docs/protocol/login.md#kubeconfig).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

// One Kubernetes cluster to be reached through a proxy, with credentials of its own or from `tsh kube credentials`.
struct KubeEntry {
  std::string teleport_cluster;
  std::string kube_cluster;     // empty: the proxy chooses by the credentials
  std::string server;           // https://host:port
  std::string tls_server_name;  // empty without TLS routing
  std::string authorities_pem;
  std::string command;  // the program that gives credentials
  std::vector<std::string> arguments;
  std::string client_certificate_pem;  // instead of the program
  std::string client_key_pem;
  std::string home;          // TELEPORT_HOME for it; empty: none
  std::string context_name;  // empty: "<teleport cluster>-<kube cluster>"
  std::string name_space;    // "namespace" of the context; empty: as it is
  std::string impersonate;
  std::vector<std::string> impersonate_groups;
};

// "<teleport cluster>-<kube cluster>", or the first alone when there is no second.
std::string KubeContextName(std::string_view teleport_cluster, std::string_view kube_cluster);

// Returns the server name by which a proxy knows that a connection is for Kubernetes; `host` is the proxy's.
std::string KubeTlsServerName(const std::string& host);

class Kubeconfig {
 public:
  Kubeconfig();  // an empty one
  // Reads a file's text; empty text is an empty kubeconfig. Fails with kBadParameter and the line.
  static Result<Kubeconfig> Parse(std::string_view text, std::string_view source);
  std::string Format() const;

  std::string current_context() const;
  // Returns the Kubernetes cluster that the current context selects, or "" when the context is not of this cluster.
  std::string SelectedCluster(std::string_view teleport_cluster) const;
  bool HasContext(std::string_view name) const;
  const Value& value() const { return root_; }

  // Adds an entry or brings it up to date. A context that exists keeps its namespace and extensions.
  void Add(const KubeEntry& entry);
  // Makes a context the current one. One of somebody else that was current before is marked, to be restored.
  void Select(std::string_view context, std::string_view teleport_cluster);
  // Removes what Add made for a cluster, and makes the marked context current again if one of those was. Returns
  // whether anything changed.
  bool RemoveCluster(std::string_view teleport_cluster);
  // The same for every cluster entry with this server.
  bool RemoveServer(std::string_view server);

 private:
  Value* FindEntry(std::string_view list, std::string_view name);
  const Value* FindEntry(std::string_view list, std::string_view name) const;
  Value& EntryOf(std::string_view list, std::string_view kind, std::string_view name);
  void RemoveEntry(std::string_view list, std::string_view name);
  bool IsOurs(const Value& context, std::string_view teleport_cluster) const;
  void RestoreContext();
  void RemoveMarks();

  Value root_;
};

// Where the file is: the first entry of KUBECONFIG, or ~/.kube/config.
std::string KubeconfigPath(std::string_view kubeconfig_variable, const std::string& user_home);

// Reads a file; an absent one is an empty kubeconfig.
Result<Kubeconfig> ReadKubeconfig(const std::string& path);
// Writes a file with mode 0600, atomically.
Status WriteKubeconfig(const std::string& path, const Kubeconfig& config);
// Reads, changes and writes a file under a lock; nothing is written when nothing changed.
Status UpdateKubeconfig(const std::string& path, const std::function<Status(Kubeconfig&)>& change);

}  // namespace sallyport
