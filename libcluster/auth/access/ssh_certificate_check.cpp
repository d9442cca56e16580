#include "libcluster/auth/access/ssh_certificate_check.h"

#include <algorithm>

#include "libbase/address.h"
#include "libbase/text.h"
#include "libcluster/auth/access/authenticator.h"
#include "libidentity/ssh_identity.h"

namespace sallyport {
namespace {

constexpr std::string_view kAddressOption = "source-address";

std::unexpected<Error> DeniedSsh(std::string_view message) { return Fail(ErrorKind::kAccessDenied, "{}", message); }

// Checks that the cluster has issued the certificate, to a user.
Status CheckIssuer(const SshCertificateQuestion& question) {
  const SshCertificate& certificate = question.certificate;
  const bool is_host = certificate.type == SshCertificateType::kHost;
  const PublicKey& authority = is_host ? question.host_authority : question.user_authority;
  if (certificate.signature_key != authority || !certificate.CheckSignature()) {
    return DeniedSsh(kInvalidClientCertificate);
  }
  if (!is_host) return {};
  return FailWithHint(ErrorKind::kNotImplemented,
                      "reverse tunnels of agents by SSH are not implemented: only users and bots connect here",
                      "install this cluster's agent on the host");
}

// An address may be in any of the ranges.
bool IsInRanges(const std::string& address, std::string_view ranges) {
  return std::ranges::any_of(SplitNonEmpty(ranges, ','),
                             [&](const std::string& range) { return IsInAddressRange(address, range); });
}

Status CheckOptions(const SshCertificateQuestion& question) {
  for (const auto& [name, value] : question.certificate.critical_options) {
    if (name != kAddressOption)
      return DeniedSsh("access denied: the certificate has a critical option that is not known");
    if (!IsInRanges(question.address, value)) {
      return Fail(ErrorKind::kAccessDenied, "access denied: the certificate is pinned to another address than {}",
                  question.address);
    }
  }
  return {};
}

}  // namespace

Result<Identity> CheckSshCertificate(const SshCertificateQuestion& question) {
  const SshCertificate& certificate = question.certificate;
  RETURN_IF_ERROR(CheckIssuer(question));
  if (!certificate.CheckValidity(question.now)) return DeniedSsh(kCredentialsExpired);
  RETURN_IF_ERROR(CheckOptions(question));
  if (!certificate.HasPrincipal(question.login)) {
    return DeniedSsh("access denied: the login is not among the principals of the certificate");
  }

  auto user = UserOfSshCertificate(certificate);
  if (!user) return DeniedSsh(kInvalidClientCertificate);
  Identity identity = std::move(user->identity);
  if (!identity.route_to_cluster.empty() && identity.route_to_cluster != question.cluster) {
    return Fail(ErrorKind::kAccessDenied, "access denied: the certificate is for cluster \"{}\"",
                identity.route_to_cluster);
  }
  if (identity.groups.empty()) return DeniedSsh("access denied: the certificate has no roles; log in again");
  identity.teleport_cluster = question.cluster;
  return identity;
}

}  // namespace sallyport
