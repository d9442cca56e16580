// How tctl reads and writes each kind of resource: one row a kind, its methods.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "libresources/kinds/resource.h"
#include "tools/shell/command.h"

namespace sallyport {

using MessageSink = std::function<Status(const google::protobuf::Message&)>;

struct KindCalls {
  std::string_view kind;
  // Gives every resource of the kind to the sink, page by page.
  Status (*list)(RpcClient& rpc, bool with_secrets, const MessageSink& sink);
  // Gives one; kNotFound.
  Status (*get)(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink);
  // Writes one, where `stored` is what the cluster has of it, or nullptr. nullptr: the kind is not written by hand.
  Status (*put)(RpcClient& rpc, const Resource& resource, const google::protobuf::Message* stored);
  // Writes one that was read before, with the revision of that time; kCompareFailed when it was changed meanwhile.
  // nullptr: the cluster has no such method, see UpdateResource.
  Status (*update)(RpcClient& rpc, const Resource& resource);
  // Removes one; nullptr: the kind is not removed by hand.
  Status (*remove)(RpcClient& rpc, const std::string& name);
  // Whether an edit begins with the secrets: what is written back without them would have none.
  bool edit_with_secrets = false;
  // Completes a document, to be compared with what is stored, by what the cluster decides (who made a user); nullptr:
  // nothing.
  void (*complete)(google::protobuf::Message& wanted, const google::protobuf::Message& stored) = nullptr;
  // Returns whether they are one resource, where several have one name; nullptr: none have.
  bool (*is_same)(const google::protobuf::Message& one, const google::protobuf::Message& other) = nullptr;
  // Gives the one with exactly this name, where `get` knows other names too; nullptr: `get` does.
  Status (*get_exactly)(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink) = nullptr;
  bool shows_all = true;          // what is read is all that a write decides
  bool refuses_existing = false;  // `put` with nothing stored is kAlreadyExists when there is one: need not be read
};

// Returns the row of a kind; kNotImplemented for a kind without one.
Result<const KindCalls*> CallsOf(const KindRow& kind);

// The same for kinds that are written by hand; kNotImplemented for others too.
Result<const KindCalls*> WritingCallsOf(const KindRow& kind);

enum class Change { kCreated, kUpdated, kNone };

// Writes a resource, unless the cluster says the same, secrets included, and its reads are current. Without `force` an
// existing one is kAlreadyExists; a setting exists when it is not the default. kNotImplemented when the kind is not
// written by hand.
Result<Change> WriteResource(RpcClient& rpc, const Resource& resource, bool force);

// Writes a resource that was read and edited. kCompareFailed when somebody else changed it meanwhile; for the kinds
// whose update is an upsert that is looked up right before. kNotImplemented when the kind is not written by hand.
Status UpdateResource(RpcClient& rpc, const Resource& resource);

// Of the commands that write resources. `To` is the path to its field.
template <auto... To>
inline constexpr Option kConfirmOption{
    .name = "confirm",
    .help = "Also change a setting that the configuration file decides, or take your own access away",
    .into = Into<To...>};

// Fails with kBadParameter for a setting, as it is stored, that the configuration file decides: what is written to it
// is gone after the next start. Whoever means it says --confirm.
Status CheckNotOfFile(const KindRow& kind, const google::protobuf::Message& stored);

}  // namespace sallyport
