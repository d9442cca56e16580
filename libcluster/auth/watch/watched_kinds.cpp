#include "libcluster/auth/watch/watched_kinds.h"

#include <algorithm>

#include "libbase/text.h"
#include "libcluster/auth/access/lasting_call.h"
#include "libcluster/auth/auth_server.h"
#include "libresources/access/access.h"
#include "libresources/kinds.h"
#include "libresources/kinds/access_request.h"
#include "libresources/kinds/metadata.h"
#include "libresources/resource_query.h"

namespace sallyport {

namespace {

Result<types::AccessRequestFilter> RequestFilter(const types::WatchKind& asked) {
  types::AccessRequestFilter filter;
  for (const auto& [key, value] : asked.filter()) {
    if (key == "id") {
      filter.set_id(value);
    } else if (key == "user") {
      filter.set_user(value);
    } else {
      types::RequestState state = types::NONE;
      if (key != "state" || !types::RequestState_Parse(value, &state)) {
        return Fail(ErrorKind::kBadParameter, "a watch of access requests has no filter \"{}={}\"", StripControl(key),
                    StripControl(value));
      }
      filter.set_state(state);
    }
  }
  return filter;
}

// Makes the event's resource for a removal. For servers, the description field has the host id.
types::ResourceHeader HeaderOf(const WatchedKind& row, const BackendEvent& change) {
  const KindRow& kind = *FindKind(row.kind);
  std::string_view name = std::string_view(change.item.key).substr(ResourceKey(row.kind, "").size());
  types::ResourceHeader header;
  header.set_kind(std::string(row.kind));
  header.set_version(std::string(kind.default_version()));
  if (const auto slash = name.find('/'); slash != std::string_view::npos) {
    header.mutable_metadata()->set_description(std::string(name.substr(0, slash)));
    name.remove_prefix(slash + 1);
  }
  header.mutable_metadata()->set_name(std::string(name));
  header.mutable_metadata()->set_namespace_("default");
  return header;
}

}  // namespace

Result<EventFilter::Part> EventFilter::Accept(const Caller& caller, std::string_view cluster,
                                              const types::WatchKind& asked) {
  const auto row = std::ranges::find(WatchedKinds(), asked.kind(), &WatchedKind::kind);
  if (row == WatchedKinds().end()) {
    return Fail(ErrorKind::kBadParameter, "resources of kind \"{}\" cannot be watched", StripControl(asked.kind()));
  }
  if (!asked.name().empty())
    return Fail(ErrorKind::kBadParameter, "a single {} cannot be watched, only all resources of the kind", row->kind);
  Part part{&*row, asked, {}, {}};
  if (row->kind == "access_request") {
    ASSIGN_OR_RETURN(part.requests, RequestFilter(asked));
    // Users may watch their own requests.
    if (caller.kind == Caller::Kind::kUser && part.requests.user() == caller.identity.username) return part;
  }
  RETURN_IF_ERROR(AuthServer::CheckRule(caller, row->kind, asked.loadsecrets() ? "read" : row->verb));
  if (!row->seen_by_labels_of.empty()) part.visibility.emplace(caller, cluster, row->seen_by_labels_of);
  return part;
}

Result<EventFilter> EventFilter::Make(std::shared_ptr<const Caller> caller, std::string_view cluster,
                                      const proto::Watch& watch) {
  if (watch.kinds().empty()) return Fail(ErrorKind::kAccessDenied, "access denied: the watch names no kinds");
  EventFilter filter;
  for (const types::WatchKind& asked : watch.kinds()) {
    auto part = Accept(*caller, cluster, asked);
    if (part) {
      filter.parts_.push_back(std::move(*part));
    } else if (!watch.allowpartialsuccess()) {
      return std::unexpected(part.error());
    }
  }
  if (filter.parts_.empty()) return Fail(ErrorKind::kBadParameter, "none of the kinds can be watched");
  filter.caller_ = std::move(caller);
  return filter;
}

proto::Event EventFilter::Begin() const {
  proto::Event event;
  event.set_type(proto::INIT);
  types::WatchStatusV1& status = *event.mutable_watchstatus();
  status.set_kind("watch_status");
  status.set_version("v1");
  status.mutable_metadata()->set_name("watch-status");
  status.mutable_metadata()->set_namespace_("default");
  for (const Part& part : parts_) *status.mutable_spec()->add_kinds() = part.asked;
  return event;
}

std::vector<std::string> EventFilter::Prefixes() const {
  std::vector<std::string> prefixes;
  for (const Part& part : parts_) prefixes.push_back(ResourceKey(part.row->kind, ""));
  for (std::string& key : AccessKeys(*caller_)) prefixes.push_back(std::move(key));
  return prefixes;
}

bool EventFilter::ConcernsAccess(const BackendEvent& change) const {
  const auto keys = AccessKeys(*caller_);
  return std::ranges::find(keys, change.item.key) != keys.end();
}

std::optional<proto::Event> EventFilter::Convert(const BackendEvent& change) const {
  const auto concerned = [&](const Part& part) {
    return part.row->put != nullptr && change.item.key.starts_with(ResourceKey(part.row->kind, ""));
  };
  const auto part = std::ranges::find_if(parts_, concerned);
  if (part == parts_.end()) return std::nullopt;
  proto::Event event;
  event.set_type(change.removed ? proto::DELETE : proto::PUT);
  const google::protobuf::Message* const message = part->row->put(change.item, event);
  if (message == nullptr) return std::nullopt;
  if (event.has_accessrequest() && !MatchesFilter(event.accessrequest(), part->requests)) return std::nullopt;
  if (part->visibility && !(*part->visibility)(NameOf(*message), AllLabelsOf(*message))) return std::nullopt;
  if (change.removed) *event.mutable_resourceheader() = HeaderOf(*part->row, change);
  return event;
}

}  // namespace sallyport
