#include "libclient/access_requests.h"

#include <thread>

#include "libclient/certs_request.h"
#include "libclient/pages.h"
#include "libidentity/keys.h"
#include "teleport/legacy/client/proto/access_requests.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/legacy/types/access_request.pb.h"

namespace sallyport {

using types::AccessRequestV3;

Result<std::vector<AccessRequestV3>> FetchAccessRequests(RpcClient& rpc, proto::ListAccessRequestsRequest query) {
  using Page = proto::ListAccessRequestsResponse;
  std::vector<AccessRequestV3> requests;
  query.mutable_filter();
  const auto take = [&](const Page& page) -> Status {
    requests.insert(requests.end(), page.accessrequests().begin(), page.accessrequests().end());
    return {};
  };
  RETURN_IF_ERROR(EachPage<Page>(rpc, "/proto.AuthService/ListAccessRequests", std::move(query), take));
  return requests;
}

Result<AccessRequestV3> FetchAccessRequest(RpcClient& rpc, const std::string& id) {
  if (id.empty()) return Fail(ErrorKind::kBadParameter, "the ID of the access request is missing");
  proto::ListAccessRequestsRequest query;
  query.mutable_filter()->set_id(id);
  ASSIGN_OR_RETURN(auto requests, FetchAccessRequests(rpc, std::move(query)));
  if (requests.empty()) return Fail(ErrorKind::kNotFound, "access request \"{}\" is not found", id);
  return std::move(requests.front());
}

Result<AccessRequestV3> AwaitDecision(RpcClient& rpc, const std::string& id, std::chrono::milliseconds pause) {
  while (true) {
    ASSIGN_OR_RETURN(AccessRequestV3 request, FetchAccessRequest(rpc, id));
    if (request.spec().state() != types::PENDING) return request;
    std::this_thread::sleep_for(pause);
  }
}

Status ReissueLogin(Session& session, RpcClient& rpc, const RequestChange& change) {
  if (!session.identity_path.empty()) {
    return FailWithHint(ErrorKind::kUsage, "access requests cannot change the login of an identity file",
                        "log in without --identity to use access requests");
  }
  ASSIGN_OR_RETURN(const PrivateKey tls_key, ParsePrivateKeyPem(session.ring.tls_key_pem.Reveal()));
  proto::UserCertsRequest request = CertsRequestOf(session, session.profile.cluster);
  request.set_sshpublickey(session.ring.ssh_public_key);
  request.set_tlspublickey(tls_key.public_key().ToPem());
  for (const auto& id : change.add) request.add_accessrequests(id);
  for (const auto& id : change.drop) request.add_dropaccessrequests(id);
  ASSIGN_OR_RETURN(const auto certs, rpc.Call<proto::Certs>("/proto.AuthService/GenerateUserCerts", request));
  ASSIGN_OR_RETURN(session.certificate, Certificate::FromPem(certs.tls()));
  session.ring.tls_certificate = certs.tls();
  session.ring.ssh_certificate = certs.ssh();
  RETURN_IF_ERROR(SaveKeyRing(session.paths, session.profile.cluster, session.ring));
  return RemoveKubeCredentials(session.paths);
}

}  // namespace sallyport
