// The functions by which clients read and write each kind of resource: one row for each kind.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

using MessageSink = std::function<Status(const google::protobuf::Message&)>;

struct KindCalls {
  std::string_view kind;
  // Gives every resource of the kind to the sink, page by page.
  Status (*list)(RpcClient& rpc, bool with_secrets, const MessageSink& sink);
  // Gives the resource with a name to the sink. Fails with kNotFound.
  Status (*get)(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink);
  // Writes a resource; `stored` is the resource in the cluster, or nullptr. The member is nullptr when the kind is not
  // written by hand.
  Status (*put)(RpcClient& rpc, const Resource& resource, const google::protobuf::Message* stored);
  // Writes a resource that was read before, with the revision of that time. Fails with kCompareFailed when it was
  // changed since. The member is nullptr when the cluster has no such method, see UpdateResource.
  Status (*update)(RpcClient& rpc, const Resource& resource);
  // Removes a resource. The member is nullptr when the kind is not removed by hand.
  Status (*remove)(RpcClient& rpc, const std::string& name);
  // Whether edits and comparisons read the secrets: otherwise an edit would remove them, and every write would look
  // like a change.
  bool compared_with_secrets = false;
  // Adds the fields that the cluster decides (the creator of a user) to a document, for the comparison with the stored
  // resource. The member is nullptr when there are no such fields.
  void (*complete)(google::protobuf::Message& wanted, const google::protobuf::Message& stored) = nullptr;
  // Returns whether two resources are the same, for kinds with several resources of one name. The member is nullptr for
  // other kinds.
  bool (*is_same)(const google::protobuf::Message& one, const google::protobuf::Message& other) = nullptr;
  // Gives the resource with exactly this name, for kinds whose `get` takes other names too. The member is nullptr when
  // `get` takes exact names only.
  Status (*get_exactly)(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink) = nullptr;
  bool shows_all = true;  // a read returns all fields that a write sets
  bool refuses_existing =
      false;  // `put` without `stored` fails with kAlreadyExists when the resource exists, so no read is needed
};

// Returns the row of a kind; kNotImplemented for a kind without one.
Result<const KindCalls*> CallsOf(const KindRow& kind);

// Returns the row of a kind that is written by hand; kNotImplemented for other kinds.
Result<const KindCalls*> WritingCallsOf(const KindRow& kind);

// Returns the resource with exactly this name; or nothing. Of several resources of one name, the last that `is_wanted`
// takes.
using MessageFilter = std::function<bool(const google::protobuf::Message&)>;
Result<std::optional<Resource>> FindResource(RpcClient& rpc, const KindCalls& calls, const KindRow& kind,
                                             const std::string& name, bool with_secrets,
                                             const MessageFilter& is_wanted = nullptr);

enum class Change { kCreated, kUpdated, kNone };

// Writes a resource, unless the cluster has the same resource, secrets included, and its reads are current. Without
// `force`, an existing resource is kAlreadyExists; a setting exists when it differs from the default. Fails with
// kNotImplemented when the kind is not written by hand.
Result<Change> WriteResource(RpcClient& rpc, const Resource& resource, bool force);

// Writes a resource that was read and edited. Fails with kCompareFailed when it was changed since; for kinds whose
// update is an upsert, a read right before the write checks that. Fails with kNotImplemented when the kind is not
// written by hand.
Status UpdateResource(RpcClient& rpc, const Resource& resource);

// Fails with kBadParameter for a stored setting that the configuration file decides: the next start would undo the
// write. --confirm allows the write.
Status CheckNotOfFile(const KindRow& kind, const google::protobuf::Message& stored);

}  // namespace sallyport
