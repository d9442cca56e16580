#include "libclient/certs_request.h"

namespace sallyport {

proto::UserCertsRequest CertsRequestOf(const Session& session, std::string_view cluster) {
  proto::UserCertsRequest request;
  request.set_username(session.user());
  request.set_routetocluster(std::string(cluster));
  const auto expires = std::chrono::floor<std::chrono::seconds>(session.certificate.not_after());
  request.mutable_expires()->set_seconds(expires.time_since_epoch().count());
  return request;
}

void AddActiveRequests(const Session& session, proto::UserCertsRequest& request) {
  const auto identity = session.certificate.ToIdentity();
  if (!identity) return;
  for (const auto& id : identity->active_requests) request.add_accessrequests(id);
}

}  // namespace sallyport
