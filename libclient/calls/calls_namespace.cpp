// Namespaces.
#include "libclient/calls/calls.h"
#include "libresources/kinds.h"

namespace sallyport {
namespace {

// Every cluster has the same namespace; like Teleport's clients, tctl does not ask for it.
Status ListNamespaces(RpcClient&, bool, const MessageSink& sink) {
  return sink(*NewResource(*FindKind("namespace")).message);
}

Status GetNamespace(RpcClient& rpc, const std::string&, bool, const MessageSink& sink) {
  return ListNamespaces(rpc, false, sink);
}

}  // namespace

constinit const KindCalls kNamespaceCalls{"namespace", ListNamespaces, GetNamespace, nullptr, nullptr, nullptr};

}  // namespace sallyport
