#include "tools/tsh/login_certificate.h"

#include "libclient/certs_request.h"
#include "libclient/ssh_launch.h"
#include "libidentity/ssh_certificate.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

std::size_t PrincipalsOf(const std::string& certificate) {
  const auto parsed = ParseSshCertificate(certificate);
  return parsed ? parsed->principals.size() : 0;
}

proto::UserCertsRequest RequestFor(const Session& session, const std::string& login) {
  proto::UserCertsRequest request = CertsRequestOf(session, session.profile.cluster);
  request.set_sshlogin(login);
  request.set_sshpublickey(session.ring.ssh_public_key);
  AddActiveRequests(session, request);
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
