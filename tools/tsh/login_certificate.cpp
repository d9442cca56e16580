#include "tools/tsh/login_certificate.h"

#include "libclient/ssh_launch.h"
#include "libidentity/ssh_certificate.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

std::size_t PrincipalsOf(const std::string& certificate) {
  const auto parsed = ParseSshCertificate(certificate);
  return parsed ? parsed->principals.size() : 0;
}

proto::UserCertsRequest RequestFor(const Session& session, const std::string& login) {
  proto::UserCertsRequest request;
  request.set_username(session.user());
  request.set_routetocluster(session.profile.cluster);
  request.set_sshlogin(login);
  request.set_sshpublickey(session.ring.ssh_public_key);
  const auto expires = std::chrono::floor<std::chrono::seconds>(session.certificate.not_after());
  request.mutable_expires()->set_seconds(expires.time_since_epoch().count());
  if (const auto identity = session.certificate.ToIdentity()) {
    for (const auto& id : identity->active_requests) request.add_accessrequests(id);
  }
  return request;
}

}  // namespace

bool HasTooManyLogins(const Session& session) {
  return PrincipalsOf(session.ring.ssh_certificate) > kMaxOpenSshPrincipals;
}

Result<std::string> CertificateForLogin(const Invocation& invocation, const Session& session,
                                        const std::string& login) {
  if (!HasTooManyLogins(session)) return std::string();
  ASSIGN_OR_RETURN(const auto rpc, ConnectOf(invocation, session));
  ASSIGN_OR_RETURN(const auto certs,
                   rpc->Call<proto::Certs>("/proto.AuthService/GenerateUserCerts", RequestFor(session, login)));
  const std::size_t principals = PrincipalsOf(certs.ssh());
  if (principals > kMaxOpenSshPrincipals) {
    return FailWithHint(ErrorKind::kLimitExceeded,
                        fmt::format("the certificate has {} logins, and OpenSSH reads at most {}", principals,
                                    kMaxOpenSshPrincipals - 1),
                        "use roles with fewer logins");
  }
  return KeepSshCertificate(session, login, certs.ssh(), invocation.Environment());
}

}  // namespace sallyport
