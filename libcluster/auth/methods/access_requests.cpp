// Methods for access requests. Rights depend on the owner of the request, so the called functions check them.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/requests/access_requests.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "teleport/legacy/client/proto/access_requests.pb.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {

void AddAccessRequestMethods(RpcTable& table, AuthServer& auth) {
  using google::protobuf::Empty;
  using types::AccessRequestV3;
  table.Add({"/proto.AuthService/CreateAccessRequestV2", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const AccessRequestV3& wanted, AccessRequestV3& answer) -> Status {
              ASSIGN_OR_RETURN(answer, CreateAccessRequest(auth, call.caller, wanted));
              return {};
            });

  table.Add({"/proto.AuthService/ListAccessRequests", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const proto::ListAccessRequestsRequest& query,
                    proto::ListAccessRequestsResponse& answer) -> Status {
              ASSIGN_OR_RETURN(answer, ListAccessRequests(auth, call.caller, query));
              return {};
            });

  table.Add({"/proto.AuthService/SetAccessRequestState", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const proto::RequestStateSetter& setter, Empty&) {
              return SetAccessRequestState(auth, call.caller, setter);
            });

  table.Add(
      {"/proto.AuthService/SubmitAccessReview", RpcAccess::Authenticated()},
      [&auth](const RpcCall& call, const types::AccessReviewSubmission& submission, AccessRequestV3& answer) -> Status {
        ASSIGN_OR_RETURN(answer, SubmitAccessReview(auth, call.caller, submission));
        return {};
      });

  table.Add({"/proto.AuthService/GetAccessCapabilities", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const types::AccessCapabilitiesRequest& query,
                    types::AccessCapabilities& answer) -> Status {
              ASSIGN_OR_RETURN(answer, AccessCapabilitiesOf(auth, call.caller, query));
              return {};
            });

  table.Add({"/proto.AuthService/DeleteAccessRequest", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const proto::RequestID& request, Empty&) {
              return DeleteAccessRequest(auth, call.caller, request.id());
            });
}

WatchedKind AccessRequestWatch() {
  return {.kind = "access_request", .put = &PutWatched<&proto::Event::mutable_accessrequest>};
}

}  // namespace sallyport
