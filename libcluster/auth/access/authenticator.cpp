#include "libcluster/auth/access/authenticator.h"

#include <algorithm>

#include "libbase/address.h"
#include "libcluster/auth/access/ssh_certificate_check.h"
#include "libcluster/auth/access/user_access.h"
#include "libcluster/backend/store.h"
#include "libidentity/host_id.h"
#include "libresources/access/access.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxKnown = 10'000;

std::unexpected<Error> Denied(std::string_view message) { return Fail(ErrorKind::kAccessDenied, "{}", message); }

// Restricted certificates are for one service: it accepts its own restriction and no other.
Status CheckUsage(const Identity& identity, std::string_view accepted) {
  if (identity.usage.empty()) return {};
  if (identity.usage.size() == 1 && !accepted.empty() && identity.usage.front() == accepted) return {};
  return Denied(kInvalidClientCertificate);
}

Error ForCaller(const Error& error) {
  if (error.kind == ErrorKind::kNotLoggedIn) return {ErrorKind::kAccessDenied, std::string(kCredentialsExpired), {}};
  return {ErrorKind::kAccessDenied, fmt::format("{}: {}", kInvalidClientCertificate, error.message), {}};
}

}  // namespace

Authenticator::Authenticator(Backend& backend, const Authorities& authorities, const Locks& locks, std::string own_host)
    : backend_(backend),
      authorities_(authorities),
      locks_(locks),
      own_host_(std::move(own_host)),
      changes_(backend, {ResourceKey("user", ""), ResourceKey("role", "")}) {}

Result<Caller> Authenticator::DeriveUser(Identity identity, Time& basis_expires) {
  // A certificate does not outlive its user.
  const auto user = GetResource<types::UserV2>(backend_, identity.username);
  if (!user && user.error().kind == ErrorKind::kNotFound) {
    return Fail(ErrorKind::kAccessDenied, "access denied: user \"{}\" not found", identity.username);
  }
  if (!user) return std::unexpected(user.error());

  auto roles = LoadRoles(backend_, identity.groups);
  if (!roles && roles.error().kind == ErrorKind::kNotFound) {
    return Fail(ErrorKind::kAccessDenied, "access denied: {}; your certificate has the role, log in again",
                roles.error().message);
  }
  if (!roles) return std::unexpected(roles.error());

  basis_expires = ExpiresOf(*user).value_or(Time::max());
  for (const auto& role : *roles) basis_expires = std::min(basis_expires, ExpiresOf(*role).value_or(Time::max()));
  Caller caller;
  caller.kind = Caller::Kind::kUser;
  caller.access = AccessOf(identity.username, std::move(*roles), identity.traits);
  caller.identity = std::move(identity);
  return caller;
}

Result<Caller> Authenticator::Derive(const Certificate& leaf, Time& basis_expires) {
  const TrustSet trust = authorities_.Trust();
  const auto authority = trust.Verify(leaf, Now(), LeafUsage::kClient);
  if (!authority) return std::unexpected(ForCaller(authority.error()));
  auto identity = leaf.ToIdentity();
  if (!identity) return std::unexpected(ForCaller(identity.error()));
  if (identity->teleport_cluster != (*authority)->cluster) return Denied(kInvalidClientCertificate);

  if ((*authority)->ca_type == "user") {
    ASSIGN_OR_RETURN(Caller user, DeriveUser(std::move(*identity), basis_expires));
    // A certificate is valid from kClockSkew before its issue.
    user.issued = leaf.not_before() + kClockSkew;
    return user;
  }

  if ((*authority)->ca_type != "host") return Denied(kInvalidClientCertificate);
  Caller caller;
  const bool admin = identity->groups == std::vector<std::string>{"Admin"};
  caller.kind = admin ? Caller::Kind::kAdmin : Caller::Kind::kSystem;
  caller.identity = std::move(*identity);
  return caller;
}

Status Authenticator::CheckLocks(const Caller& caller) const {
  RETURN_IF_ERROR(locks_.Check(caller.identity));
  // The administrator of the auth service's host removes locks, so a lock of that host must not refuse them.
  if (caller.kind != Caller::Kind::kSystem) return {};
  const std::string host_id = HostIdOf(caller.identity);
  const bool is_own_service = caller.SystemRole() == "Auth" || caller.SystemRole() == "Proxy";
  if (!own_host_.empty() && host_id == own_host_ && !is_own_service) return Denied(kInvalidClientCertificate);
  return locks_.CheckHost(host_id);
}

Result<std::shared_ptr<const Caller>> Authenticator::Authenticate(const std::vector<std::string>& chain_pem,
                                                                  const std::string& remote_address,
                                                                  std::string_view accepted_usage) {
  if (chain_pem.empty()) {
    auto nobody = std::make_shared<Caller>();
    nobody->remote_address = remote_address;
    return nobody;
  }
  if (chain_pem.size() > 1) return Denied("access denied: intermediaries are not supported");

  const std::uint64_t change = changes_.Count();
  std::shared_ptr<const Known> known;
  {
    const MutexLock lock(mutex_);
    if (const auto found = known_.find(chain_pem.front()); found != known_.end()) known = found->second;
  }
  if (!known || known->change != change || known->basis_expires <= Now()) {
    const auto leaf = Certificate::FromPem(chain_pem.front());
    if (!leaf) return std::unexpected(ForCaller(leaf.error()));
    Time basis_expires = Time::max();
    ASSIGN_OR_RETURN(Caller caller, Derive(*leaf, basis_expires));
    known = std::make_shared<const Known>(Known{change, std::move(caller), leaf->not_after(), basis_expires});
    const MutexLock lock(mutex_);
    if (known_.size() >= kMaxKnown) known_.clear();
    known_[chain_pem.front()] = known;
  }
  if (known->not_after <= Now()) return Denied(kCredentialsExpired);
  RETURN_IF_ERROR(CheckUsage(known->caller.identity, accepted_usage));
  RETURN_IF_ERROR(CheckLocks(known->caller));
  auto caller = std::make_shared<Caller>(known->caller);
  caller->remote_address = remote_address;
  return caller;
}

Result<std::shared_ptr<const Caller>> Authenticator::AuthenticateSsh(const SshCertificate& certificate,
                                                                     std::string_view login,
                                                                     const std::string& remote_address) {
  ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(remote_address, 0));
  ASSIGN_OR_RETURN(const CertSigner users, authorities_.Signer("user"));
  ASSIGN_OR_RETURN(const CertSigner hosts, authorities_.Signer("host"));
  ASSIGN_OR_RETURN(Identity identity,
                   CheckSshCertificate({certificate, login, address.host, authorities_.cluster_name(),
                                        users.ssh_key.public_key(), hosts.ssh_key.public_key(), Now()}));

  Time basis_expires = Time::max();
  ASSIGN_OR_RETURN(Caller caller, DeriveUser(std::move(identity), basis_expires));
  RETURN_IF_ERROR(CheckLocks(caller));
  caller.remote_address = remote_address;
  return std::make_shared<const Caller>(std::move(caller));
}

}  // namespace sallyport
