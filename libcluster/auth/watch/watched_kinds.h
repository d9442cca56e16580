// The kinds whose changes can be watched: converts an item of the backend to an event, for clients that may see the
// item.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libcluster/auth/access/visibility.h"
#include "libcluster/backend/backend.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/client/proto/event.pb.h"

namespace sallyport {

struct Caller;

// The rules for watching one kind.
struct WatchedKind {
  std::string_view kind{};
  // Puts an item's message into an event and returns it; nullptr when it cannot be decoded. nullptr for a kind without
  // changes here.
  google::protobuf::Message* (*put)(const BackendItem& item, proto::Event& event) = nullptr;
  std::string_view seen_by_labels_of{};  // access by labels, as for this kind
  std::string_view verb = "read";
};

// Puts an item into the field of an event that `Mutable` returns ("&proto::Event::mutable_app"), for a row.
template <auto Mutable>
google::protobuf::Message* PutWatched(const BackendItem& item, proto::Event& event) {
  auto* const message = (event.*Mutable)();
  if (!message->ParseFromString(item.value)) return nullptr;
  SetRevision(*message, item.revision);
  return message;
}

// Returns the rows, each of which is in the file of its kind's methods (libcluster/auth/methods/methods.h).
std::span<const WatchedKind> WatchedKinds();

// Selects the changes for one caller's watch. Not safe from several threads.
class EventFilter {
 public:
  // Accepts the requested kinds that the caller may read. With partial success allowed, leaves out kinds that cannot be
  // watched. Fails with kAccessDenied, and with kBadParameter for unknown kinds and filters and when no kind is left.
  // `cluster` must outlive the filter.
  static Result<EventFilter> Make(std::shared_ptr<const Caller> caller, std::string_view cluster,
                                  const proto::Watch& watch);

  // Returns the first event of a watch, which names the watched kinds.
  proto::Event Begin() const;
  // Returns the prefixes of the keys of the watched kinds and of the resources that decide the caller's access.
  std::vector<std::string> Prefixes() const;
  // Returns whether a change may change the caller's access: for a user, a change of that user or of roles.
  bool ConcernsAccess(const BackendEvent& change) const;
  // Returns the event for the caller, or nothing when the caller may not see the change.
  std::optional<proto::Event> Convert(const BackendEvent& change) const;

 private:
  struct Part {
    const WatchedKind* row;
    types::WatchKind asked;
    types::AccessRequestFilter requests;   // of access_request
    std::optional<Visibility> visibility;  // for kinds with access by labels
  };
  static Result<Part> Accept(const Caller& caller, std::string_view cluster, const types::WatchKind& asked);

  std::shared_ptr<const Caller> caller_;
  std::vector<Part> parts_;
};

}  // namespace sallyport
