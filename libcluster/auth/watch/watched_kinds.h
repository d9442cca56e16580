// The kinds whose changes can be watched: how an item of the backend becomes an event for a client, and who may see it.
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

// How the changes of a kind are watched.
struct WatchedKind {
  std::string_view kind{};
  // Puts an item's message into an event and returns it; nullptr when it cannot be decoded. No function: the kind has
  // no changes here.
  google::protobuf::Message* (*put)(const BackendItem& item, proto::Event& event) = nullptr;
  std::string_view seen_by_labels_of{};  // the kind whose labels decide who sees one
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

// What one caller watches. Not safe from several threads.
class EventFilter {
 public:
  // Takes what is asked for, as far as the caller may read it. Where partial success is allowed, kinds are left out
  // that cannot be watched. Fails with kAccessDenied, and with kBadParameter for unknown kinds and filters and when
  // nothing is left. `cluster` must live as long.
  static Result<EventFilter> Make(std::shared_ptr<const Caller> caller, std::string_view cluster,
                                  const proto::Watch& watch);

  // The first event of a watch, which says what is watched.
  proto::Event Begin() const;
  // Prefixes of the keys that are concerned, by what is watched or by what the caller may see of it.
  std::vector<std::string> Prefixes() const;
  // Returns whether a change may be one of what the caller may see: of a user, that user and the roles.
  bool ConcernsAccess(const BackendEvent& change) const;
  // Returns what the caller sees of a change, or nothing.
  std::optional<proto::Event> Convert(const BackendEvent& change) const;

 private:
  struct Part {
    const WatchedKind* row;
    types::WatchKind asked;
    types::AccessRequestFilter requests;   // of access_request
    std::optional<Visibility> visibility;  // of what roles reach by labels
  };
  static Result<Part> Accept(const Caller& caller, std::string_view cluster, const types::WatchKind& asked);

  std::shared_ptr<const Caller> caller_;
  std::vector<Part> parts_;
};

}  // namespace sallyport
