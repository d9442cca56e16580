// Workload identities.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/calls.h"
#include "libclient/pages.h"
#include "teleport/workloadidentity/v1/resource_service.pb.h"

namespace sallyport {
namespace {

namespace workloadv1 = teleport::workloadidentity::v1;
using workloadv1::WorkloadIdentity;

std::string WorkloadMethod(std::string_view name) {
  return fmt::format("/teleport.workloadidentity.v1.WorkloadIdentityResourceService/{}", name);
}

Status ListWorkloadIdentities(RpcClient& rpc, bool, const MessageSink& sink) {
  const auto show = [&](const workloadv1::ListWorkloadIdentitiesResponse& page) {
    return SinkAll(page.workload_identities(), sink);
  };
  return EachPage<workloadv1::ListWorkloadIdentitiesResponse>(rpc, WorkloadMethod("ListWorkloadIdentities"),
                                                              workloadv1::ListWorkloadIdentitiesRequest(), show);
}

Status GetWorkloadIdentity(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  workloadv1::GetWorkloadIdentityRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const auto identity, rpc.Call<WorkloadIdentity>(WorkloadMethod("GetWorkloadIdentity"), request));
  return sink(identity);
}

Status PutWorkloadIdentity(RpcClient& rpc, const Resource& resource, const google::protobuf::Message* stored) {
  if (stored != nullptr) {
    workloadv1::UpsertWorkloadIdentityRequest request;
    *request.mutable_workload_identity() = resource.as<WorkloadIdentity>();
    RETURN_IF_ERROR(rpc.Call<WorkloadIdentity>(WorkloadMethod("UpsertWorkloadIdentity"), request));
  } else {
    workloadv1::CreateWorkloadIdentityRequest request;
    *request.mutable_workload_identity() = resource.as<WorkloadIdentity>();
    RETURN_IF_ERROR(rpc.Call<WorkloadIdentity>(WorkloadMethod("CreateWorkloadIdentity"), request));
  }
  return {};
}

Status UpdateWorkloadIdentity(RpcClient& rpc, const Resource& resource) {
  workloadv1::UpdateWorkloadIdentityRequest request;
  *request.mutable_workload_identity() = resource.as<WorkloadIdentity>();
  RETURN_IF_ERROR(rpc.Call<WorkloadIdentity>(WorkloadMethod("UpdateWorkloadIdentity"), request));
  return {};
}

Status RemoveWorkloadIdentity(RpcClient& rpc, const std::string& name) {
  workloadv1::DeleteWorkloadIdentityRequest request;
  request.set_name(name);
  RETURN_IF_ERROR(rpc.Call<google::protobuf::Empty>(WorkloadMethod("DeleteWorkloadIdentity"), request));
  return {};
}

}  // namespace

constinit const KindCalls kWorkloadIdentityCalls{
    .kind = "workload_identity",
    .list = ListWorkloadIdentities,
    .get = GetWorkloadIdentity,
    .put = PutWorkloadIdentity,
    .update = UpdateWorkloadIdentity,
    .remove = RemoveWorkloadIdentity,
};

}  // namespace sallyport
