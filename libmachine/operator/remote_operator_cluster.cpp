#include "libmachine/operator/remote_operator_cluster.h"

#include <algorithm>

#include "libclient/calls/kind_calls.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

// Kinds whose secrets a custom resource sets: they are compared too.
constexpr std::string_view kKindsWithSecrets[] = {"github", "oidc", "saml"};

}  // namespace

// Makes a call; over a new connection when the kept one has broken meanwhile.
Status RemoteOperatorCluster::With(const std::function<Status(RpcClient& rpc)>& call) {
  const auto credentials = credentials_();
  ASSIGN_OR_RETURN(const auto first, cluster_.Connect(*credentials));
  const Status done = call(*first);
  if (done || done.error().kind != ErrorKind::kConnectionProblem) return done;

  cluster_.Forget(first);
  ASSIGN_OR_RETURN(const auto second, cluster_.Connect(*credentials));
  return call(*second);
}

Result<std::optional<StoredResource>> RemoteOperatorCluster::Find(const KindRow& kind, const std::string& name,
                                                                  std::string_view sub_kind) {
  ASSIGN_OR_RETURN(const KindCalls* const calls, WritingCallsOf(kind));
  const bool with_secrets = std::ranges::find(kKindsWithSecrets, kind.kind) != std::end(kKindsWithSecrets);
  const auto is_wanted = [&](const google::protobuf::Message& message) {
    return sub_kind.empty() || SubKindOf(message) == sub_kind;
  };

  std::optional<Resource> found;
  RETURN_IF_ERROR(With([&](RpcClient& rpc) -> Status {
    ASSIGN_OR_RETURN(found, FindResource(rpc, *calls, kind, name, with_secrets, is_wanted));
    return {};
  }));
  if (!found) return std::nullopt;
  return StoredResource{std::move(*found), calls->shows_all};
}

Status RemoteOperatorCluster::Create(const Resource& resource) {
  ASSIGN_OR_RETURN(const KindCalls* const calls, WritingCallsOf(*resource.kind));
  return With([&](RpcClient& rpc) { return calls->put(rpc, resource, nullptr); });
}

Status RemoteOperatorCluster::Update(const Resource& resource) {
  return With([&](RpcClient& rpc) { return UpdateResource(rpc, resource); });
}

Status RemoteOperatorCluster::Remove(const KindRow& kind, const std::string& name) {
  ASSIGN_OR_RETURN(const KindCalls* const calls, WritingCallsOf(kind));
  if (calls->remove == nullptr) return Fail(ErrorKind::kNotImplemented, "removing a {} is not implemented", kind.kind);
  return With([&](RpcClient& rpc) { return calls->remove(rpc, name); });
}

}  // namespace sallyport
