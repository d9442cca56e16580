// Reads and writes kubeconfig files. Adds and removes our own entries; keeps all others in their order, with unknown
// keys (docs/protocol/login.md#kubeconfig).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

// One Kubernetes cluster behind a proxy, with its own credentials or those of `tsh kube credentials`.
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
  std::string home;          // TELEPORT_HOME for `command`; empty: none
  std::string context_name;  // empty: "<teleport cluster>-<kube cluster>"
  std::string name_space;    // "namespace" of the context; empty: unchanged
  std::string impersonate;
  std::vector<std::string> impersonate_groups;
};

// Returns "<teleport cluster>-<kube cluster>", or "<teleport cluster>" when `kube_cluster` is empty.
std::string KubeContextName(std::string_view teleport_cluster, std::string_view kube_cluster);

// Returns the name of a context by a template of users, in which {{.ClusterName}} and {{.KubeName}} stand for the
// names. Fails with kBadParameter for other fields of a template.
Result<std::string> KubeContextNameBy(std::string_view pattern, const std::string& teleport_cluster,
                                      const std::string& kube_cluster);

// Returns the server name that marks a connection to the proxy `host` as a Kubernetes connection.
std::string KubeTlsServerName(const std::string& host);

class Kubeconfig {
 public:
  Kubeconfig();  // an empty kubeconfig
  // Reads a file's text; empty text is an empty kubeconfig. Fails with kBadParameter and the line.
  static Result<Kubeconfig> Parse(std::string_view text, std::string_view source);
  std::string Format() const;

  std::string current_context() const;
  // Returns the Kubernetes cluster that the current context selects, or "" when the context belongs to another cluster.
  std::string SelectedCluster(std::string_view teleport_cluster) const;
  bool HasContext(std::string_view name) const;
  const Value& value() const { return root_; }

  // Adds or updates an entry. An existing context keeps its namespace and extensions.
  void Add(const KubeEntry& entry);
  // Makes a context current. Marks a previous current context that is not ours, so that RemoveCluster restores it.
  void Select(std::string_view context, std::string_view teleport_cluster);
  // Removes the entries that Add made for a cluster. When one of them was current, makes the marked context current
  // again. Returns whether anything changed.
  bool RemoveCluster(std::string_view teleport_cluster);
  // Works as RemoveCluster, for every cluster entry with this server.
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

// Returns the path of the kubeconfig: the first entry of KUBECONFIG, or ~/.kube/config.
std::string KubeconfigPath(std::string_view kubeconfig_variable, const std::string& user_home);

// Reads a file; an absent one is an empty kubeconfig.
Result<Kubeconfig> ReadKubeconfig(const std::string& path);
// Writes a file with mode 0600, atomically.
Status WriteKubeconfig(const std::string& path, const Kubeconfig& config);
// Reads, changes and writes a file under a lock; does not write an unchanged file.
Status UpdateKubeconfig(const std::string& path, const std::function<Status(Kubeconfig&)>& change);

}  // namespace sallyport
