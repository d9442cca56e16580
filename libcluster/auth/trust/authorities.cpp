#include "libcluster/auth/trust/authorities.h"

#include <array>
#include <thread>

#include "libbase/log.h"
#include "libbase/mutex.h"
#include "libcluster/backend/store.h"
#include "libresources/kinds.h"
#include "teleport/legacy/types/trust.pb.h"

namespace sallyport {
namespace {

using types::CertAuthorityV2;

// The keys of a type; no value: no key of that sort.
struct TypeRow {
  std::string_view type;
  std::optional<KeyAlgorithm> ssh;
  std::optional<KeyAlgorithm> tls;
  std::optional<KeyAlgorithm> jwt;

  bool SlowToMake() const {
    return ssh == KeyAlgorithm::kRsa2048 || tls == KeyAlgorithm::kRsa2048 || jwt == KeyAlgorithm::kRsa2048;
  }
};

constexpr auto kEd25519 = KeyAlgorithm::kEd25519;
constexpr auto kP256 = KeyAlgorithm::kEcdsaP256;
constexpr auto kRsa = KeyAlgorithm::kRsa2048;

// Suite balanced-v1.
constexpr std::array kTypes{
    TypeRow{"host", kEd25519, kP256, {}}, TypeRow{"user", kEd25519, kP256, {}},
    TypeRow{"db", {}, kRsa, {}},          TypeRow{"db_client", {}, kRsa, {}},
    TypeRow{"openssh", kEd25519, {}, {}}, TypeRow{"jwt", {}, {}, kP256},
    TypeRow{"saml_idp", {}, kRsa, {}},    TypeRow{"oidc_idp", {}, {}, kRsa},
    TypeRow{"spiffe", {}, kP256, kRsa},   TypeRow{"okta", {}, {}, kP256},
    TypeRow{"awsra", {}, kP256, {}},      TypeRow{"bound_keypair", {}, {}, kEd25519},
};

// Not among the types, because clients of the cluster do not know this authority.
constexpr TypeRow kAuditRow{"audit", {}, {}, kEd25519};

std::string KindOf(std::string_view type) { return fmt::format("cert_authority/{}", type); }

Status AddKeys(const TypeRow& row, const std::string& cluster, types::CAKeySet& keys) {
  if (row.ssh) {
    ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(*row.ssh));
    auto& pair = *keys.add_ssh();
    pair.set_publickey(key.public_key().ToAuthorizedKey() + "\n");
    pair.set_privatekey(key.ToSshPem().Reveal());
  }

  if (row.tls) {
    ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(*row.tls));
    ASSIGN_OR_RETURN(const Certificate certificate, MakeCertificateAuthority(cluster, key, Now()));
    ASSIGN_OR_RETURN(std::string crl, MakeEmptyCrl(certificate, key, Now()));
    auto& pair = *keys.add_tls();
    pair.set_cert(certificate.ToPem());
    pair.set_key(key.ToPem().Reveal());
    pair.set_crl(std::move(crl));
  }

  if (row.jwt) {
    ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(*row.jwt));
    auto& pair = *keys.add_jwt();
    pair.set_publickey(key.public_key().ToPem());
    pair.set_privatekey(key.ToPem().Reveal());
  }
  return {};
}

Result<CertAuthorityV2> MakeAuthority(const TypeRow& row, const std::string& cluster) {
  CertAuthorityV2 authority;
  authority.set_kind("cert_authority");
  authority.set_subkind(std::string(row.type));
  authority.set_version("v2");
  authority.mutable_metadata()->set_name(cluster);
  authority.mutable_metadata()->set_namespace_("default");
  authority.mutable_spec()->set_type(std::string(row.type));
  authority.mutable_spec()->set_clustername(cluster);
  authority.mutable_spec()->mutable_additionaltrustedkeys();
  RETURN_IF_ERROR(AddKeys(row, cluster, *authority.mutable_spec()->mutable_activekeys()));
  return authority;
}

// Loads one authority, or generates and stores it. Two processes that start at once get the same one.
Result<CertAuthorityV2> LoadOrMake(Backend& backend, const TypeRow& row, const std::string& cluster) {
  const std::string kind = KindOf(row.type);
  auto stored = GetResource<CertAuthorityV2>(backend, kind, cluster);
  if (stored || stored.error().kind != ErrorKind::kNotFound) return stored;
  ASSIGN_OR_RETURN(CertAuthorityV2 made, MakeAuthority(row, cluster));
  BackendTransaction transaction;
  WriteResource(transaction, kind, made, WriteMode::kCreate);
  const Status committed = backend.Commit(std::move(transaction));
  if (!committed && committed.error().kind != ErrorKind::kAlreadyExists) return std::unexpected(committed.error());
  return GetResource<CertAuthorityV2>(backend, kind, cluster);
}

void StripKeys(types::CAKeySet& keys) {
  for (auto& pair : *keys.mutable_ssh()) pair.clear_privatekey();
  for (auto& pair : *keys.mutable_tls()) pair.clear_key();
  for (auto& pair : *keys.mutable_jwt()) pair.clear_privatekey();
}

Result<CertSigner> SignerOf(const CertAuthorityV2& authority) {
  const auto& keys = authority.spec().activekeys();
  CertSigner signer;
  ASSIGN_OR_RETURN(signer.tls_certificate, Certificate::FromPem(keys.tls(0).cert()));
  ASSIGN_OR_RETURN(signer.tls_key, ParsePrivateKeyPem(keys.tls(0).key()));
  ASSIGN_OR_RETURN(signer.ssh_key, ParsePrivateKeyPem(keys.ssh(0).privatekey()));
  return signer;
}

Status AddTrusted(const CertAuthorityV2& authority, std::vector<TrustedAuthority>& trusted) {
  for (const auto* keys : {&authority.spec().activekeys(), &authority.spec().additionaltrustedkeys()}) {
    for (const auto& pair : keys->tls()) {
      ASSIGN_OR_RETURN(Certificate certificate, Certificate::FromPem(pair.cert()));
      trusted.push_back({authority.spec().type(), authority.spec().clustername(), std::move(certificate)});
    }
  }
  return {};
}

}  // namespace

struct Authorities::State {
  explicit State(Backend& backend_in) : backend(backend_in) {}
  Backend& backend;
  mutable Mutex mutex;
  mutable ConditionVariable made;
  std::map<std::string, CertAuthorityV2, std::less<>> by_type GUARDED_BY(mutex);
  Status background GUARDED_BY(mutex);  // the failure of `maker`
  CertAuthorityV2 audit GUARDED_BY(mutex);
  PrivateKey audit_key GUARDED_BY(mutex);
  std::map<std::string, CertSigner, std::less<>> signers;  // host and user; set before any other thread
  TrustSet trust;                                          // set before any other thread
  std::thread maker;
};

Authorities::Authorities(Backend& backend, std::string cluster_name)
    : cluster_name_(std::move(cluster_name)), state_(std::make_unique<State>(backend)) {}

Authorities::~Authorities() {
  if (state_->maker.joinable()) state_->maker.join();
}

Result<std::unique_ptr<Authorities>> Authorities::Open(Backend& backend, std::string cluster_name) {
  std::unique_ptr<Authorities> authorities(new Authorities(backend, std::move(cluster_name)));
  State& state = *authorities->state_;
  const std::string& cluster = authorities->cluster_name_;

  std::vector<TrustedAuthority> trusted;
  for (const auto& row : kTypes) {
    if (row.SlowToMake()) continue;
    ASSIGN_OR_RETURN(CertAuthorityV2 authority, LoadOrMake(backend, row, cluster));
    if (row.type == "host" || row.type == "user") {
      ASSIGN_OR_RETURN(state.signers[std::string(row.type)], SignerOf(authority));
      RETURN_IF_ERROR(AddTrusted(authority, trusted));
    }
    const MutexLock lock(state.mutex);
    state.by_type.emplace(row.type, std::move(authority));
  }
  ASSIGN_OR_RETURN(state.trust, TrustSet::Make(std::move(trusted)));

  {
    ASSIGN_OR_RETURN(CertAuthorityV2 audit, LoadOrMake(backend, kAuditRow, cluster));
    ASSIGN_OR_RETURN(PrivateKey key, ParsePrivateKeyPem(audit.spec().activekeys().jwt(0).privatekey()));
    const MutexLock lock(state.mutex);
    state.audit = std::move(audit);
    state.audit_key = std::move(key);
  }

  // RSA keys take long to make: a thread makes them, and Get waits for them.
  state.maker = std::thread([&state, &cluster] {
    for (const auto& row : kTypes) {
      if (!row.SlowToMake()) continue;
      auto authority = LoadOrMake(state.backend, row, cluster);
      const MutexLock lock(state.mutex);
      if (authority) {
        state.by_type.emplace(row.type, std::move(*authority));
      } else {
        Log(LogLevel::kError, "cannot make a certificate authority",
            {{"type", std::string(row.type)}, {"reason", authority.error().message}});
        state.background = std::unexpected(authority.error());
      }
      state.made.NotifyAll();
    }
  });

  return authorities;
}

std::vector<std::string_view> Authorities::Types() {
  std::vector<std::string_view> names;
  for (const auto& row : kTypes) names.push_back(row.type);
  return names;
}

Result<CertSigner> Authorities::Signer(std::string_view type) const {
  const auto found = state_->signers.find(type);
  if (found == state_->signers.end()) return Fail(ErrorKind::kInternal, "no signer of type {}", type);
  return found->second;
}

Result<CertAuthorityV2> Authorities::Get(std::string_view type, std::string_view cluster, bool with_keys) const {
  if (std::ranges::find(kTypes, type, &TypeRow::type) == kTypes.end()) {
    return Fail(ErrorKind::kBadParameter, "authority type \"{}\" is not supported", type);
  }
  if (cluster != cluster_name_) {
    return Fail(ErrorKind::kNotFound, "certificate authority \"{}\" of cluster \"{}\" is not found", type, cluster);
  }

  MutexLock lock(state_->mutex);
  while (!state_->by_type.contains(type) && state_->background) state_->made.Wait(lock);
  const auto found = state_->by_type.find(type);
  if (found == state_->by_type.end()) return std::unexpected(state_->background.error());
  CertAuthorityV2 copy = found->second;
  lock.Unlock();

  if (!with_keys) {
    StripKeys(*copy.mutable_spec()->mutable_activekeys());
    StripKeys(*copy.mutable_spec()->mutable_additionaltrustedkeys());
  }
  return copy;
}

PrivateKey Authorities::AuditKey() const {
  const MutexLock lock(state_->mutex);
  return state_->audit_key;
}

Status Authorities::RotateAuditKey(
    const std::function<Status(const PrivateKey& made, BackendTransaction& transaction)>& complete) {
  const MutexLock lock(state_->mutex);
  CertAuthorityV2 audit = state_->audit;
  auto& active = *audit.mutable_spec()->mutable_activekeys();
  for (auto& pair : *active.mutable_jwt()) {
    pair.clear_privatekey();
    *audit.mutable_spec()->mutable_additionaltrustedkeys()->add_jwt() = pair;
  }
  active.Clear();
  RETURN_IF_ERROR(AddKeys(kAuditRow, cluster_name_, active));
  ASSIGN_OR_RETURN(PrivateKey made, ParsePrivateKeyPem(active.jwt(0).privatekey()));

  BackendTransaction transaction;
  WriteResource(transaction, KindOf(kAuditRow.type), audit, WriteMode::kUpdate);
  RETURN_IF_ERROR(complete(made, transaction));
  RETURN_IF_ERROR(state_->backend.Commit(std::move(transaction)));
  state_->audit = std::move(audit);
  state_->audit_key = std::move(made);
  return {};
}

TrustSet Authorities::Trust() const { return state_->trust; }

std::string Authorities::HostTlsPem() const {
  std::string pem;
  for (const auto& certificate : state_->trust.CertificatesOf("host", cluster_name_)) pem += certificate.ToPem();
  return pem;
}

std::vector<std::string> Authorities::HostSshKeys() const {
  return {state_->signers.at("host").ssh_key.public_key().ToAuthorizedKey() + "\n"};
}

}  // namespace sallyport
