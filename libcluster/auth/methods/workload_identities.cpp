// Methods for workload identities. Issuing certificates for workloads is not implemented.
#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "libbase/text.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "teleport/workloadidentity/v1/resource_service.pb.h"

namespace sallyport {
namespace {

namespace workloadv1 = teleport::workloadidentity::v1;
using google::protobuf::Empty;
using workloadv1::WorkloadIdentity;

constexpr std::string_view kWorkloadIdentityKind = "workload_identity";
constexpr AuditType kWorkloadIdentityCreate{"workload_identity.create", "WID001I"};
constexpr AuditType kWorkloadIdentityUpdate{"workload_identity.update", "WID002I"};
constexpr AuditType kWorkloadIdentityDelete{"workload_identity.delete", "WID003I"};
constexpr int kMaxWorkloadIdentities = 1000;

std::string WorkloadMethod(std::string_view name) {
  return fmt::format("/teleport.workloadidentity.v1.WorkloadIdentityResourceService/{}", name);
}

RpcAccess WorkloadRule(std::vector<std::string_view> verbs) {
  return RpcAccess::Rule(kWorkloadIdentityKind, std::move(verbs));
}

Status WriteWorkloadIdentity(AuthServer& auth, const RpcCall& call, const WorkloadIdentity& written, WriteMode mode,
                             WorkloadIdentity& answer) {
  answer = written;
  RETURN_IF_ERROR(CheckResource(answer));
  const AuditType& type = mode == WriteMode::kUpdate ? kWorkloadIdentityUpdate : kWorkloadIdentityCreate;
  return auth.Write(call.caller, type, answer, mode);
}

// Returns whether a name, a SPIFFE id or a hint has a text in it, in any case.
bool HasTerm(const WorkloadIdentity& identity, const std::string& term) {
  const auto& spiffe = identity.spec().spiffe();
  const std::string lower = LowerCase(term);
  return std::ranges::any_of(std::array<std::string_view, 3>{identity.metadata().name(), spiffe.id(), spiffe.hint()},
                             [&](std::string_view text) { return LowerCase(text).contains(lower); });
}

// Returns the sort key of an identity: its name, or its SPIFFE id in lower case and then its name. The NUL separates an
// id from a longer one.
std::string WorkloadOrder(const WorkloadIdentity& identity, bool by_spiffe_id) {
  const std::string& name = identity.metadata().name();
  return by_spiffe_id ? LowerCase(identity.spec().spiffe().id()) + '\0' + name : name;
}

// Puts a page into the answer: the identities after the token in the requested order.
Status ListWorkloadIdentities(AuthServer& auth, const workloadv1::ListWorkloadIdentitiesV2Request& request,
                              workloadv1::ListWorkloadIdentitiesResponse& answer) {
  const std::string& field = request.sort_field();
  if (!field.empty() && field != "name" && field != "spiffe_id") {
    return Fail(ErrorKind::kBadParameter, "sort_field must be name or spiffe_id, not \"{}\"", StripControl(field));
  }
  ASSIGN_OR_RETURN(auto all, ListAllResources<WorkloadIdentity>(auth.backend()));

  std::vector<std::pair<std::string, WorkloadIdentity>> found;
  for (auto& identity : all) {
    if (!HasTerm(identity, request.filter_search_term())) continue;
    std::string order = WorkloadOrder(identity, field == "spiffe_id");
    const bool is_behind = request.sort_desc() ? order < request.page_token() : order > request.page_token();
    if (request.page_token().empty() || is_behind) found.emplace_back(std::move(order), std::move(identity));
  }
  const auto stands_before = [&](const std::string& one, const std::string& other) {
    return request.sort_desc() ? other < one : one < other;
  };
  std::ranges::sort(found, stands_before, &std::pair<std::string, WorkloadIdentity>::first);

  const int asked = request.page_size();
  const int size = asked <= 0 || asked > kMaxWorkloadIdentities ? kMaxWorkloadIdentities : asked;
  std::string last;
  std::size_t bytes = 0;
  for (auto& [order, identity] : found) {
    bytes += identity.ByteSizeLong();
    const int taken = answer.workload_identities_size();
    if (taken == size || (taken > 0 && bytes > kMaxPageBytes)) {
      answer.set_next_page_token(last);
      break;
    }
    *answer.add_workload_identities() = std::move(identity);
    last = std::move(order);
  }
  return {};
}

void AddWorkloadReads(RpcTable& table, AuthServer& auth) {
  table.Add({WorkloadMethod("GetWorkloadIdentity"), WorkloadRule({"read"}), kRehearsable},
            [&auth](const RpcCall&, const workloadv1::GetWorkloadIdentityRequest& request,
                    WorkloadIdentity& answer) -> Status {
              if (request.name().empty()) return Fail(ErrorKind::kBadParameter, "name is missing");
              ASSIGN_OR_RETURN(answer, GetResource<WorkloadIdentity>(auth.backend(), request.name()));
              return {};
            });

  table.Add({WorkloadMethod("ListWorkloadIdentities"), WorkloadRule({"read", "list"}), kRehearsable},
            [&auth](const RpcCall&, const workloadv1::ListWorkloadIdentitiesRequest& request,
                    workloadv1::ListWorkloadIdentitiesResponse& answer) {
              workloadv1::ListWorkloadIdentitiesV2Request all;
              all.set_page_size(request.page_size());
              all.set_page_token(request.page_token());
              return ListWorkloadIdentities(auth, all, answer);
            });

  table.Add({WorkloadMethod("ListWorkloadIdentitiesV2"), WorkloadRule({"read", "list"}), kRehearsable},
            [&auth](const RpcCall&, const workloadv1::ListWorkloadIdentitiesV2Request& request,
                    workloadv1::ListWorkloadIdentitiesResponse& answer) {
              return ListWorkloadIdentities(auth, request, answer);
            });
}

}  // namespace

void AddWorkloadIdentityMethods(RpcTable& table, AuthServer& auth) {
  AddWorkloadReads(table, auth);
  table.Add(
      {WorkloadMethod("CreateWorkloadIdentity"), WorkloadRule({"create"}), kRehearsable},
      [&auth](const RpcCall& call, const workloadv1::CreateWorkloadIdentityRequest& request, WorkloadIdentity& answer) {
        return WriteWorkloadIdentity(auth, call, request.workload_identity(), WriteMode::kCreate, answer);
      });

  table.Add(
      {WorkloadMethod("UpdateWorkloadIdentity"), WorkloadRule({"update"}), kRehearsable},
      [&auth](const RpcCall& call, const workloadv1::UpdateWorkloadIdentityRequest& request, WorkloadIdentity& answer) {
        return WriteWorkloadIdentity(auth, call, request.workload_identity(), WriteMode::kUpdate, answer);
      });

  table.Add(
      {WorkloadMethod("UpsertWorkloadIdentity"), WorkloadRule({"create", "update"}), kRehearsable},
      [&auth](const RpcCall& call, const workloadv1::UpsertWorkloadIdentityRequest& request, WorkloadIdentity& answer) {
        return WriteWorkloadIdentity(auth, call, request.workload_identity(), WriteMode::kUpsert, answer);
      });

  table.Add({WorkloadMethod("DeleteWorkloadIdentity"), WorkloadRule({"delete"}), kRehearsable},
            [&auth](const RpcCall& call, const workloadv1::DeleteWorkloadIdentityRequest& request, Empty&) -> Status {
              if (request.name().empty()) return Fail(ErrorKind::kBadParameter, "name is missing");
              return auth.Remove(call.caller, kWorkloadIdentityDelete, kWorkloadIdentityKind, request.name());
            });
}

WatchedKind WorkloadIdentityWatch() {
  return {.kind = kWorkloadIdentityKind, .put = &PutWatched<&proto::Event::mutable_workloadidentity>};
}

}  // namespace sallyport
