#include "tools/tctl/kind_calls.h"

#include <algorithm>
#include <iterator>

#include "libresources/difference.h"
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

std::string OriginOf(const google::protobuf::Message& setting) {
  const auto labels = LabelsOf(setting);
  const auto origin = labels.find(std::string(kOriginLabel));
  return origin == labels.end() ? std::string() : origin->second;
}

using StoredMessage = std::unique_ptr<google::protobuf::Message>;

// Returns what the cluster has of a resource, or nullptr.
Result<StoredMessage> Stored(RpcClient& rpc, const KindCalls& calls, const Resource& resource) {
  StoredMessage stored;
  const auto take = [&](const google::protobuf::Message& message) -> Status {
    if (calls.is_same != nullptr && !calls.is_same(message, *resource.message)) return {};
    stored.reset(message.New());
    stored->CopyFrom(message);
    return {};
  };
  const Status read = calls.get(rpc, NameOf(*resource.message), false, take);
  if (!read && read.error().kind != ErrorKind::kNotFound) return std::unexpected(read.error());
  return stored;
}

std::unexpected<Error> Exists(const Resource& resource) {
  const std::string subject = resource.kind->name_is_secret
                                  ? fmt::format("this {}", resource.kind->kind)
                                  : fmt::format("{} \"{}\"", resource.kind->kind, NameOf(*resource.message));
  return FailWithHint(ErrorKind::kAlreadyExists, subject + " already exists", "replace it: tctl create -f");
}

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
  if (kind.singleton_name.empty() || OriginOf(stored) != "config-file") return {};
  return FailWithHint(
      ErrorKind::kBadParameter,
      fmt::format("{} is set by the configuration file, which takes it back at the next start", kind.kind),
      "change the file, or add --confirm");
}

Result<Change> WriteResource(RpcClient& rpc, const Resource& resource, bool force) {
  ASSIGN_OR_RETURN(const KindCalls* calls, WritingCallsOf(*resource.kind));
  ASSIGN_OR_RETURN(const StoredMessage stored, Stored(rpc, *calls, resource));
  if (stored == nullptr) {
    RETURN_IF_ERROR(calls->put(rpc, resource, nullptr));
    return Change::kCreated;
  }
  const bool is_default =
      !resource.kind->singleton_name.empty() && (OriginOf(*stored).empty() || OriginOf(*stored) == "defaults");
  if (!force && !is_default) return Exists(resource);

  Resource wanted{.kind = resource.kind,
                  .message = std::shared_ptr<google::protobuf::Message>(resource.message->New())};
  wanted.message->CopyFrom(*resource.message);
  if (calls->keep != nullptr) calls->keep(*wanted.message, *stored);
  if (SaysTheSame(*wanted.message, *stored)) return Change::kNone;
  RETURN_IF_ERROR(calls->put(rpc, wanted, stored.get()));
  return Change::kUpdated;
}

Status UpdateResource(RpcClient& rpc, const Resource& resource) {
  ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*resource.kind));
  if (calls->update != nullptr) return calls->update(rpc, resource);
  if (calls->put == nullptr) {
    return Fail(ErrorKind::kNotImplemented, "a {} is not written by hand", resource.kind->kind);
  }
  ASSIGN_OR_RETURN(const StoredMessage now, Stored(rpc, *calls, resource));
  if (now == nullptr || RevisionOf(*now) != RevisionOf(*resource.message)) {
    return Fail(ErrorKind::kCompareFailed, "the {} has another revision now", resource.kind->kind);
  }
  return calls->put(rpc, resource, now.get());
}

}  // namespace sallyport
