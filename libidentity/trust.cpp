#include "libidentity/trust.h"

#include <algorithm>
#include <map>

namespace sallyport {

struct TrustSet::Snapshot {
  std::vector<TrustedAuthority> authorities;
  // By subject. A rotation may keep the subject, otherwise the serial number in the subject makes it unique.
  std::multimap<std::string, std::size_t, std::less<>> by_subject;
};

namespace {

Status CheckTime(const Certificate& leaf, Time now) {
  if (now < leaf.not_before()) {
    return FailWithHint(ErrorKind::kNotLoggedIn,
                        fmt::format("certificate of \"{}\" is not valid before {}", leaf.subject_common_name(),
                                    FormatTime(leaf.not_before())),
                        "compare the clocks of both hosts");
  }
  if (now > leaf.not_after()) {
    return FailWithHint(
        ErrorKind::kNotLoggedIn,
        fmt::format("certificate of \"{}\" expired at {}", leaf.subject_common_name(), FormatTime(leaf.not_after())),
        "log in again");
  }
  return {};
}

Status CheckUsage(const Certificate& leaf, LeafUsage usage) {
  if (usage == LeafUsage::kClient && !leaf.allows_client_auth()) {
    return Fail(ErrorKind::kAccessDenied, "certificate of \"{}\" is not for clients (no clientAuth)",
                leaf.subject_common_name());
  }
  if (usage == LeafUsage::kServer && !leaf.allows_server_auth()) {
    return Fail(ErrorKind::kAccessDenied, "certificate of \"{}\" is not for servers (no serverAuth)",
                leaf.subject_common_name());
  }
  if (leaf.has_unknown_critical_extension()) {
    return Fail(ErrorKind::kAccessDenied, "certificate of \"{}\" has a critical extension that is not known",
                leaf.subject_common_name());
  }
  return {};
}

bool HasSigned(const Certificate& ca, const Certificate& leaf) {
  const bool other_key = !leaf.authority_key_id().empty() && !ca.subject_key_id().empty() &&
                         leaf.authority_key_id() != ca.subject_key_id();
  return !other_key && leaf.CheckSignedBy(ca.public_key()).has_value();
}

}  // namespace

Result<TrustSet> TrustSet::Make(std::vector<TrustedAuthority> authorities) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->authorities = std::move(authorities);
  for (std::size_t i = 0; i < snapshot->authorities.size(); ++i) {
    const TrustedAuthority& authority = snapshot->authorities[i];
    const Certificate& certificate = authority.certificate;
    const bool may_sign = certificate.key_usage() == 0 || (certificate.key_usage() & kKeyUsageCertSign) != 0;
    if (!certificate.is_ca() || !may_sign || certificate.public_key().empty()) {
      return Fail(ErrorKind::kBadParameter, "certificate trusted as {} authority of \"{}\" is not a CA certificate",
                  authority.ca_type, authority.cluster);
    }
    snapshot->by_subject.emplace(certificate.subject_der(), i);
  }

  TrustSet set;
  set.snapshot_ = std::move(snapshot);
  return set;
}

Result<const TrustedAuthority*> TrustSet::Verify(const Certificate& leaf, Time now, LeafUsage usage) const {
  if (leaf.empty()) return Fail(ErrorKind::kAccessDenied, "no certificate to check");
  if (leaf.is_ca()) {
    return Fail(ErrorKind::kAccessDenied,
                "certificate of \"{}\" is a CA certificate, not the certificate of a user or host",
                leaf.subject_common_name());
  }

  const TrustedAuthority* signer = nullptr;
  if (snapshot_ != nullptr) {
    const auto [begin, end] = snapshot_->by_subject.equal_range(leaf.issuer_der());
    const auto found = std::find_if(begin, end, [&](const auto& entry) {
      return HasSigned(snapshot_->authorities[entry.second].certificate, leaf);
    });
    if (found != end) signer = &snapshot_->authorities[found->second];
  }
  if (signer == nullptr) {
    return Fail(ErrorKind::kAccessDenied, "certificate of \"{}\" is signed by an unknown authority, of cluster \"{}\"",
                leaf.subject_common_name(), leaf.issuer_common_name());
  }

  if (now < signer->certificate.not_before() || now > signer->certificate.not_after()) {
    return Fail(ErrorKind::kAccessDenied, "{} authority of cluster \"{}\" is not valid at {}", signer->ca_type,
                signer->cluster, FormatTime(now));
  }
  RETURN_IF_ERROR(CheckTime(leaf, now));
  RETURN_IF_ERROR(CheckUsage(leaf, usage));
  return signer;
}

const std::vector<TrustedAuthority>& TrustSet::authorities() const {
  static const std::vector<TrustedAuthority> kNone;
  return snapshot_ == nullptr ? kNone : snapshot_->authorities;
}

std::vector<Certificate> TrustSet::CertificatesOf(std::string_view ca_type, std::string_view cluster) const {
  std::vector<Certificate> certificates;
  for (const TrustedAuthority& authority : authorities()) {
    if (authority.ca_type == ca_type && (cluster.empty() || authority.cluster == cluster)) {
      certificates.push_back(authority.certificate);
    }
  }
  return certificates;
}

}  // namespace sallyport
