// Reads and writes resources that roles allow by labels: a caller without access to a resource neither sees nor writes
// it.
#pragma once

#include <google/protobuf/empty.pb.h>

#include <utility>
#include <vector>

#include "libcluster/auth/access/visibility.h"
#include "libcluster/auth/auth_server.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {

// Returns a resource. Fails with kNotFound also when the caller's roles do not allow access to it.
template <typename M>
Result<M> GetLabelled(AuthServer& auth, const Caller& caller, const std::string& name) {
  const std::string_view kind = KindOf<M>().kind;
  auto resource = GetResource<M>(auth.backend(), name);
  if (resource && Visibility(caller, auth.cluster_name(), kind)(name, LabelsOf(*resource))) return resource;
  // Teleport's clients look for these words.
  const std::string_view subject = kind == "kube_cluster" ? "kubernetes cluster" : kind == "db" ? "database" : kind;
  return Fail(ErrorKind::kNotFound, "{} \"{}\" doesn't exist", subject, name);
}

// Checks and writes a resource. An update without a revision replaces the stored resource.
template <typename M>
Status WriteLabelled(AuthServer& auth, const Caller& caller, const AuditType& type, M resource, WriteMode mode) {
  const std::string_view kind = KindOf<M>().kind;
  SetDefaultOrigin(resource, "dynamic");
  RETURN_IF_ERROR(CheckResource(resource));
  if (caller.kind == Caller::Kind::kUser &&
      !Visibility(caller, auth.cluster_name(), kind)(NameOf(resource), LabelsOf(resource))) {
    return Fail(ErrorKind::kAccessDenied, "access denied to {} \"{}\": your roles do not reach its labels", kind,
                resource.metadata().name());
  }
  if (mode == WriteMode::kUpdate) {
    ASSIGN_OR_RETURN(const M stored, GetLabelled<M>(auth, caller, resource.metadata().name()));
    if (resource.metadata().revision().empty()) {
      resource.mutable_metadata()->set_revision(stored.metadata().revision());
    }
  }
  return auth.Write(caller, type, resource, mode);
}

// Removes a resource. Fails with kNotFound also when the caller's roles do not allow access to it.
template <typename M>
Status RemoveLabelled(AuthServer& auth, const Caller& caller, const AuditType& type, const std::string& name) {
  RETURN_IF_ERROR(GetLabelled<M>(auth, caller, name));
  return auth.Remove(caller, type, KindOf<M>().kind, name);
}

// Returns a page of the resources that the caller's roles allow, and the start of the next page.
template <typename M>
Result<std::pair<std::vector<M>, std::string>> ListLabelled(AuthServer& auth, const Caller& caller,
                                                            const std::string& start, int limit) {
  ASSIGN_OR_RETURN(auto page, ListPage<M>(auth.backend(), start, limit));
  const Visibility may_see(caller, auth.cluster_name(), KindOf<M>().kind);
  std::erase_if(page.first, [&](const M& resource) { return !may_see(NameOf(resource), LabelsOf(resource)); });
  return page;
}

// The names and events of the methods of one kind.
struct LabelledKind {
  std::string_view method;  // "App", of GetApp
  AuditType created;
  AuditType updated;
  AuditType deleted;
};

// Adds the methods that get, create, update and delete a resource. `check` validates each resource before a write;
// `hide` removes the secrets that a caller may not read.
template <typename M>
void AddLabelledMethods(RpcTable& table, AuthServer& auth, const LabelledKind& row,
                        Status (*check)(AuthServer& auth, const M& resource) = nullptr,
                        void (*hide)(const Caller& caller, M& resource) = nullptr) {
  using google::protobuf::Empty;
  const std::string_view kind = KindOf<M>().kind;
  const auto path = [&](std::string_view verb) { return fmt::format("/proto.AuthService/{}{}", verb, row.method); };
  const auto add_write = [&](std::string_view verb, std::string_view right, AuditType type, WriteMode mode) {
    table.Add({path(verb), RpcAccess::Rule(kind, {right}), kRehearsable},
              [=, &auth](const RpcCall& call, const M& resource, Empty&) -> Status {
                if (check != nullptr) RETURN_IF_ERROR(check(auth, resource));
                return WriteLabelled(auth, call.caller, type, resource, mode);
              });
  };
  table.Add({path("Get"), RpcAccess::Rule(kind, {"read"}), kRehearsable},
            [&auth, hide](const RpcCall& call, const types::ResourceRequest& request, M& answer) -> Status {
              ASSIGN_OR_RETURN(answer, GetLabelled<M>(auth, call.caller, request.name()));
              if (hide != nullptr) hide(call.caller, answer);
              return {};
            });
  add_write("Create", "create", row.created, WriteMode::kCreate);
  add_write("Update", "update", row.updated, WriteMode::kUpdate);
  table.Add({path("Delete"), RpcAccess::Rule(kind, {"delete"}), kRehearsable},
            [&auth, row](const RpcCall& call, const types::ResourceRequest& request, Empty&) {
              return RemoveLabelled<M>(auth, call.caller, row.deleted, request.name());
            });
}

}  // namespace sallyport
