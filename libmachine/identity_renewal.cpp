#include "libmachine/identity_renewal.h"

#include <algorithm>

#include "libbase/log.h"
#include "libidentity/keys.h"
#include "libidentity/ssh_identity.h"
#include "libidentity/x509.h"
#include "libmachine/host_joining.h"

namespace sallyport {
namespace {

constexpr std::chrono::hours kLongestLife{31 * 24};

// The names that the cluster gives a host that asks for these.
std::vector<std::string> WantedNames(const HostIdentity& identity, const JoinSettings& settings) {
  HostSshRequest request;
  request.host_id = identity.host_id;
  request.node_name = settings.node_name;
  request.cluster = identity.cluster;
  request.extra_principals = settings.principals;
  std::vector<std::string> names = HostSshPrincipals(request);
  std::ranges::sort(names);
  return names;
}

Result<proto::HostCertsRequest> RequestOf(const HostIdentity& identity, const JoinSettings& settings,
                                          const PublicKey& key) {
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(identity.credentials.tls_certificate));
  ASSIGN_OR_RETURN(const Identity now, certificate.ToIdentity());
  proto::HostCertsRequest request;
  request.set_hostid(identity.host_id);
  request.set_nodename(settings.node_name);
  request.set_role(now.groups.empty() ? "" : now.groups.front());
  for (const auto& role : now.system_roles) request.add_systemroles(role);
  for (const auto& name : settings.principals) request.add_additionalprincipals(name);
  request.set_publictlskey(key.ToPem());
  request.set_publicsshkey(key.ToAuthorizedKey());
  return request;
}

}  // namespace

Result<bool> IsRenewalDue(const HostIdentity& identity, const JoinSettings& settings, Time now) {
  ASSIGN_OR_RETURN(const Certificate tls, Certificate::FromPem(identity.credentials.tls_certificate));
  const auto life = tls.not_after() - tls.not_before();
  if (now >= tls.not_before() + life / 2) return true;
  if (life > kLongestLife) return true;  // issued by a version with longer certificates
  ASSIGN_OR_RETURN(const SshCertificate ssh, ParseSshCertificate(identity.credentials.ssh_certificate));
  std::vector<std::string> names = ssh.principals;
  std::ranges::sort(names);
  return names != WantedNames(identity, settings);
}

IdentityRenewal::IdentityRenewal(HostIdentity identity, Options options)
    : identity_(std::move(identity)), options_(std::move(options)) {}

void IdentityRenewal::Start() {
  renewing_.emplace(options_.period, [this] {
    RenewIfDue();
    return options_.period;
  });
}

void IdentityRenewal::RenewIfDue() {
  const auto due = IsRenewalDue(identity_, options_.settings, Now());
  if (due && !*due) return;
  if (const Status renewed = due ? Renew() : std::unexpected(due.error()); !renewed) {
    Log(LogLevel::kWarning, "the host's certificates cannot be renewed", {{"reason", renewed.error().message}});
  }
}

Result<HostIdentity> IdentityRenewal::Renewed() const {
  ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(KeyAlgorithm::kEcdsaP256));
  ASSIGN_OR_RETURN(const auto request, RequestOf(identity_, options_.settings, key.public_key()));
  const auto certs = options_.issue(request);
  // The certificate has expired while the proxy was unreachable.
  if (!certs && certs.error().kind == ErrorKind::kNotLoggedIn) return Rejoin(options_.settings, identity_);
  if (!certs) return std::unexpected(certs.error());
  return KeepIdentity(options_.settings.data_dir, identity_.host_id, key, *certs);
}

Status IdentityRenewal::Renew() {
  ASSIGN_OR_RETURN(identity_, Renewed());
  Log(LogLevel::kInfo, "the host's certificates were renewed", {{"host", identity_.host_id}});
  options_.renewed(identity_);
  return {};
}

}  // namespace sallyport
