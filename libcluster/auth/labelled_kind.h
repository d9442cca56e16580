// Resources that roles reach by their labels: whoever may not reach one neither sees nor writes it.
#pragma once

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/visibility.h"
#include "libresources/kinds.h"
#include "libresources/metadata.h"

namespace sallyport {

// Reads one; kNotFound also when the caller's roles do not reach it.
template <typename M>
Result<M> GetLabelled(AuthServer& auth, const Caller& caller, std::string_view kind, const std::string& name) {
  auto resource = GetResource<M>(auth.backend(), kind, name);
  if (resource && Visibility(caller, auth.cluster_name(), kind)(name, LabelsOf(*resource))) return resource;
  // Teleport's clients look for these words.
  const std::string_view subject = kind == "kube_cluster" ? "kubernetes cluster" : kind == "db" ? "database" : kind;
  return Fail(ErrorKind::kNotFound, "{} \"{}\" doesn't exist", subject, name);
}

// Checks and writes one. An update without a revision replaces what is there.
template <typename M>
Status WriteLabelled(AuthServer& auth, const Caller& caller, const AuditType& type, std::string_view kind, M resource,
                     WriteMode mode) {
  SetDefaultOrigin(resource, "dynamic");
  RETURN_IF_ERROR(CheckResource(resource));
  if (caller.kind == Caller::Kind::kUser &&
      !Visibility(caller, auth.cluster_name(), kind)(NameOf(resource), LabelsOf(resource))) {
    return Fail(ErrorKind::kAccessDenied, "access denied to {} \"{}\": your roles do not reach its labels", kind,
                resource.metadata().name());
  }
  if (mode == WriteMode::kUpdate) {
    ASSIGN_OR_RETURN(const M stored, GetLabelled<M>(auth, caller, kind, resource.metadata().name()));
    if (resource.metadata().revision().empty()) {
      resource.mutable_metadata()->set_revision(stored.metadata().revision());
    }
  }
  return auth.Write(caller, type, kind, resource, mode);
}

// Removes one; kNotFound also when the caller's roles do not reach it.
template <typename M>
Status RemoveLabelled(AuthServer& auth, const Caller& caller, const AuditType& type, std::string_view kind,
                      const std::string& name) {
  RETURN_IF_ERROR(GetLabelled<M>(auth, caller, kind, name));
  return auth.Remove(caller, type, kind, name);
}

}  // namespace sallyport
