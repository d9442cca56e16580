#include "libclient/calls/kind_calls.h"

#include <algorithm>
#include <iterator>

#include "libclient/calls/calls.h"
#include "libresources/difference.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

constexpr const KindCalls* kRows[] = {
#define ROW(name) &name,
#include "kind_calls.inc"
#undef ROW
};

constexpr const char* kByHand = "dynamic";

std::string OriginOf(const google::protobuf::Message& setting) {
  const auto labels = LabelsOf(setting);
  const auto origin = labels.find(std::string(kOriginLabel));
  return origin == labels.end() ? std::string() : origin->second;
}

// Returns the stored resource, or nothing.
Result<std::optional<Resource>> Stored(RpcClient& rpc, const KindCalls& calls, const Resource& resource) {
  const auto is_wanted = [&](const google::protobuf::Message& message) {
    return calls.is_same == nullptr || calls.is_same(message, *resource.message);
  };
  auto stored =
      FindResource(rpc, calls, *resource.kind, NameOf(*resource.message), calls.compared_with_secrets, is_wanted);
  const bool is_unreadable = !stored && stored.error().kind == ErrorKind::kAccessDenied && calls.refuses_existing;
  return is_unreadable ? std::optional<Resource>() : std::move(stored);
}

// Returns whether a write would change nothing.
bool IsStored(const KindCalls& calls, const Resource& resource, const google::protobuf::Message& stored) {
  if (!calls.shows_all) return false;
  const std::unique_ptr<google::protobuf::Message> wanted(resource.message->New());
  wanted->CopyFrom(*resource.message);
  if (calls.complete != nullptr) calls.complete(*wanted, stored);
  // The cluster gives this origin to each resource that is written by hand.
  if (OriginOf(*wanted).empty() && OriginOf(stored) == kByHand) SetLabel(*wanted, std::string(kOriginLabel), kByHand);
  return SaysTheSame(*wanted, stored);
}

std::unexpected<Error> Exists(const Resource& resource) {
  const std::string subject = resource.kind->name_is_secret
                                  ? fmt::format("this {}", resource.kind->kind)
                                  : fmt::format("{} \"{}\"", resource.kind->kind, NameOf(*resource.message));
  return FailWithHint(ErrorKind::kAlreadyExists, subject + " already exists", "replace the resource: tctl create -f");
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
  return Fail(ErrorKind::kNotImplemented, "writing of {} with tctl create is not implemented", kind.kind);
}

Result<std::optional<Resource>> FindResource(RpcClient& rpc, const KindCalls& calls, const KindRow& kind,
                                             const std::string& name, bool with_secrets,
                                             const MessageFilter& is_wanted) {
  std::optional<Resource> found;
  const auto take = [&](const google::protobuf::Message& message) -> Status {
    if (is_wanted && !is_wanted(message)) return {};
    found = Resource{.kind = &kind, .message = std::shared_ptr<google::protobuf::Message>(message.New())};
    found->message->CopyFrom(message);
    return {};
  };
  auto* const get = calls.get_exactly != nullptr ? calls.get_exactly : calls.get;
  const Status read = get(rpc, name, with_secrets, take);
  if (!read && read.error().kind != ErrorKind::kNotFound) return std::unexpected(read.error());
  return found;
}

Status CheckNotOfFile(const KindRow& kind, const google::protobuf::Message& stored) {
  if (kind.singleton_name.empty() || OriginOf(stored) != "config-file") return {};
  return FailWithHint(
      ErrorKind::kBadParameter,
      fmt::format("{} is set by the configuration file, which replaces the change at the next start", kind.kind),
      "change the file, or add --confirm");
}

Result<Change> WriteResource(RpcClient& rpc, const Resource& resource, bool force) {
  ASSIGN_OR_RETURN(const KindCalls* calls, WritingCallsOf(*resource.kind));
  ASSIGN_OR_RETURN(const auto found, Stored(rpc, *calls, resource));
  if (!found) {
    const Status created = calls->put(rpc, resource, nullptr);
    if (created) return Change::kCreated;
    if (created.error().kind != ErrorKind::kAlreadyExists) return std::unexpected(created.error());
    if (!force) return Exists(resource);
    RETURN_IF_ERROR(calls->put(rpc, resource, resource.message.get()));  // created since, or unreadable
    return Change::kUpdated;
  }

  const google::protobuf::Message& stored = *found->message;
  const bool is_default =
      !resource.kind->singleton_name.empty() && (OriginOf(stored).empty() || OriginOf(stored) == "defaults");
  if (!force && !is_default) return Exists(resource);
  if (IsStored(*calls, resource, stored) && rpc.ReadsAreCurrent()) return Change::kNone;
  const Status updated = calls->put(rpc, resource, &stored);
  if (updated) return Change::kUpdated;
  if (updated.error().kind != ErrorKind::kNotFound) return std::unexpected(updated.error());
  RETURN_IF_ERROR(calls->put(rpc, resource, nullptr));  // the resource was removed since
  return Change::kCreated;
}

Status UpdateResource(RpcClient& rpc, const Resource& resource) {
  ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*resource.kind));
  if (calls->update != nullptr) return calls->update(rpc, resource);
  if (calls->put == nullptr) {
    return Fail(ErrorKind::kNotImplemented, "writing of {} is not implemented", resource.kind->kind);
  }
  ASSIGN_OR_RETURN(const auto now, Stored(rpc, *calls, resource));
  if (!now || RevisionOf(*now->message) != RevisionOf(*resource.message)) {
    return Fail(ErrorKind::kCompareFailed, "the {} was changed since the command read the resource",
                resource.kind->kind);
  }
  return calls->put(rpc, resource, now->message.get());
}

}  // namespace sallyport
