#include "tools/tctl/kind_calls.h"

#include <algorithm>
#include <iterator>

#include "libresources/metadata.h"
#include "tools/tctl/calls.h"

namespace sallyport {
namespace {

constexpr const KindCalls* kRows[] = {
    &kRoleCalls,
    &kUserCalls,
    &kTokenCalls,
    &kKubeClusterCalls,
    &kKubeServerCalls,
    &kCertAuthorityCalls,
    &kLockCalls,
    &kAuthPreferenceCalls,
    &kNetworkingConfigCalls,
    &kRecordingConfigCalls,
    &kGithubCalls,
    &kOidcCalls,
    &kSamlCalls,
    &kBotCalls,
    &kBotInstanceCalls,
    &kAccessRequestCalls,
    &kNodeCalls,
    &kAppCalls,
    &kAppServerCalls,
    &kClusterAlertCalls,
    &kDatabaseCalls,
    &kDiscoveryConfigCalls,
    &kServerInfoCalls,
    &kNamespaceCalls,
    &kTrustedClusterCalls,  // a row a line
};

}  // namespace

Result<const KindCalls*> CallsOf(const KindRow& kind) {
  const auto found = std::ranges::find(kRows, kind.kind, &KindCalls::kind);
  if (found != std::end(kRows)) return *found;
  return Fail(ErrorKind::kNotImplemented, "resources of kind {} are not implemented", kind.kind);
}

Result<const KindCalls*> WritingCallsOf(const KindRow& kind) {
  ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(kind));
  if (calls->put != nullptr) return calls;
  return Fail(ErrorKind::kNotImplemented, "a {} cannot be written with tctl create", kind.kind);
}

Status CheckNotOfFile(const KindRow& kind, const google::protobuf::Message& stored) {
  if (kind.singleton_name.empty()) return {};
  const auto labels = LabelsOf(stored);
  const auto origin = labels.find(std::string(kOriginLabel));
  if (origin == labels.end() || origin->second != "config-file") return {};
  return FailWithHint(
      ErrorKind::kBadParameter,
      fmt::format("{} is set by the configuration file, which takes it back at the next start", kind.kind),
      "change the file, or add --confirm");
}

Status UpdateResource(RpcClient& rpc, const Resource& resource) {
  ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*resource.kind));
  if (calls->update != nullptr) return calls->update(rpc, resource);
  if (calls->put == nullptr) {
    return Fail(ErrorKind::kNotImplemented, "a {} is not written by hand", resource.kind->kind);
  }
  RETURN_IF_ERROR(
      calls->get(rpc, NameOf(*resource.message), false, [&](const google::protobuf::Message& now) -> Status {
        if (RevisionOf(now) == RevisionOf(*resource.message)) return {};
        return Fail(ErrorKind::kCompareFailed, "the {} has another revision now", resource.kind->kind);
      }));
  RETURN_IF_ERROR(calls->put(rpc, resource, true));
  return {};
}

}  // namespace sallyport
