#include "libcluster/auth/auth_server.h"

#include <algorithm>
#include <limits>

#include "libbase/file.h"
#include "libbase/log.h"
#include "libcluster/auth/bootstrap.h"
#include "libcluster/auth/proofs/issuer_keys.h"
#include "libcluster/auth/proofs/token_reviews.h"
#include "libresources/access/access.h"
#include "libresources/access/presets.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "libresources/promises.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

constexpr std::int64_t kUploadIndex = std::numeric_limits<std::int32_t>::max();  // the last event of a session

// Stores a setting: the configuration file's value at every start, else the default once.
template <typename M>
Status EnsureSetting(Backend& backend, const std::shared_ptr<const M>& configured) {
  const KindRow& row = KindOf<M>();
  if (!configured && GetResource<M>(backend, row.singleton_name)) return {};

  M setting;
  if (configured) {
    setting = *configured;
  } else {
    setting = NewResource<M>();
  }
  FillInSetting(setting);
  RETURN_IF_ERROR(CheckResource(setting));
  if (configured) RETURN_IF_ERROR(CheckPromises(setting));
  (*setting.mutable_metadata()->mutable_labels())[std::string(kOriginLabel)] = configured ? "config-file" : "defaults";

  const auto stored = GetResource<M>(backend, row.singleton_name);
  if (stored) {
    setting.mutable_metadata()->set_revision(stored->metadata().revision());
    if (stored->SerializeAsString() == setting.SerializeAsString()) return {};
  }

  BackendTransaction transaction;
  WriteResource(transaction, setting, WriteMode::kUpsert);
  return backend.Commit(std::move(transaction));
}

}  // namespace

void FillInSetting(types::AuthPreferenceV2& preference) {
  auto& spec = *preference.mutable_spec();
  if (spec.secondfactor().empty() && spec.secondfactors().empty()) {
    spec.add_secondfactors(types::SECOND_FACTOR_TYPE_OTP);
  }
  if (spec.signature_algorithm_suite() == types::SIGNATURE_ALGORITHM_SUITE_UNSPECIFIED) {
    spec.set_signature_algorithm_suite(types::SIGNATURE_ALGORITHM_SUITE_BALANCED_V1);
  }
}
void FillInSetting(types::ClusterNetworkingConfigV2& networking) {
  networking.mutable_spec()->set_proxylistenermode(types::Multiplex);
}
void FillInSetting(types::SessionRecordingConfigV2&) {}

AuthServer::AuthServer(AuthServerOptions options)
    : options_(std::move(options)), recordings_(std::make_shared<Recordings>(options_.data_dir + "/log/records")) {}
AuthServer::~AuthServer() = default;

Result<std::unique_ptr<AuthServer>> AuthServer::Open(AuthServerOptions options) {
  std::unique_ptr<AuthServer> auth(new AuthServer(std::move(options)));
  const auto& opts = auth->options_;
  RETURN_IF_ERROR(MakeDirectories(opts.data_dir + "/backend", 0700));
  ASSIGN_OR_RETURN(auth->own_backend_, OpenSqliteBackend(opts.data_dir + "/backend/state.sqlite"));
  Backend& backend = *auth->own_backend_;
  auth->audit_queue_ = std::make_shared<AuditQueue>(backend);
  auth->Follow(backend);
  // The bootstrap file may have authorities: Authorities::Open generates the missing ones.
  RETURN_IF_ERROR(auth->ReadBootstrapFile());

  ASSIGN_OR_RETURN(auth->authorities_, Authorities::Open(backend, opts.cluster_name));
  auth->locks_ = std::make_shared<Locks>(backend, opts.cluster_name);
  auth->authenticator_ = std::make_shared<Authenticator>(backend, *auth->authorities_, *auth->locks_, opts.host_id);
  auth->issuer_ = std::make_shared<UserCertIssuer>(*auth->authorities_, *auth->locks_);
  auth->issuer_keys_ = std::make_shared<IssuerKeys>(
      [network = opts.network](const Issuer& issuer) { return FetchIssuerKeys(issuer, network); });
  auth->token_reviews_ = std::make_shared<TokenReviews>(opts.pod);

  RETURN_IF_ERROR(auth->EnsureSettings());
  RETURN_IF_ERROR(auth->EnsurePresets());
  return auth;
}

std::unique_ptr<AuthServer> AuthServer::Over(Backend& view) {
  std::unique_ptr<AuthServer> over(new AuthServer(options_));
  over->recordings_ = recordings_;
  over->audit_queue_ = audit_queue_;
  over->Follow(view);
  over->authorities_ = authorities_;
  over->locks_ = locks_;
  over->authenticator_ = authenticator_;
  over->issuer_ = issuer_;
  over->issuer_keys_ = issuer_keys_;
  over->token_reviews_ = token_reviews_;
  return over;
}

void AuthServer::Follow(Backend& backend) {
  backend_ = &backend;
  nodes_ = std::make_unique<NodeCache>(backend);
  node_labels_ = std::make_unique<NodeLabels>(backend);
  local_users_ = std::make_unique<LocalUsers>(backend, *audit_queue_, options_.cluster_name);
  preference_ = std::make_unique<Followed<types::AuthPreferenceV2>>(
      backend, std::vector<std::string>{ResourceKey("cluster_auth_preference", "")},
      [this] { return Setting<types::AuthPreferenceV2>(); });
}

Status AuthServer::ReadBootstrapFile() {
  if (options_.bootstrap_path.empty()) return {};
  ASSIGN_OR_RETURN(const auto resources, ReadBootstrap(options_.bootstrap_path));
  auto written = Bootstrap(*backend_, *local_users_, options_.cluster_name, resources);
  if (!written) return std::unexpected(InContext(options_.bootstrap_path, std::move(written).error()));

  if (*written) {
    Log(LogLevel::kInfo, "the cluster begins with the resources of a file",
        {{"file", options_.bootstrap_path}, {"resources", std::to_string(resources.size())}});
  } else {
    Log(LogLevel::kWarning, "the resources of the file are ignored: the cluster has been started before",
        {{"file", options_.bootstrap_path}});
  }
  return {};
}

Status AuthServer::EnsureSettings() {
  RETURN_IF_ERROR(EnsureSetting(*backend_, options_.auth_preference));
  RETURN_IF_ERROR(EnsureSetting(*backend_, options_.networking_config));
  return EnsureSetting(*backend_, options_.recording_config);
}

Status AuthServer::EnsurePresets() {
  BackendTransaction transaction;
  for (const auto& preset : PresetRoles()) {
    auto stored = GetResource<types::RoleV6>(*backend_, preset->metadata().name());
    types::RoleV6 role = stored ? *stored : *preset;
    if (!stored || AddMissingPresetParts(role)) WriteResource(transaction, role, WriteMode::kUpsert);
  }
  if (transaction.changes().empty()) return {};
  return Commit(std::move(transaction));
}

Result<std::shared_ptr<const types::AuthPreferenceV2>> AuthServer::AuthPreference() { return preference_->Get(); }

Status AuthServer::Commit(BackendTransaction transaction) {
  RETURN_IF_ERROR(backend_->Commit(std::move(transaction)));
  return locks_->Refresh();
}

Status AuthServer::Named(Status status, std::string_view kind, std::string_view name) {
  if (status) return status;
  Error error = std::move(status).error();
  const std::string subject = fmt::format("{} \"{}\"", kind, name);
  if (error.kind == ErrorKind::kAlreadyExists) error.message = subject + " already exists";
  if (error.kind == ErrorKind::kNotFound) error.message = subject + " is not found";
  if (error.kind == ErrorKind::kCompareFailed) error.message = subject + " was changed since it was read";
  return std::unexpected(std::move(error));
}

Status AuthServer::Remove(const Caller& by, const AuditType& type, std::string_view kind, std::string_view name) {
  BackendTransaction transaction;
  transaction.Remove(ResourceKey(kind, name), true);
  transaction.Append(EventOf(by, type, name));
  return Named(Commit(std::move(transaction)), kind, name);
}

Status AuthServer::Emit(const AuditEvent& event) {
  BackendTransaction transaction;
  transaction.Append(event.ToRecord());
  return backend_->Commit(std::move(transaction));
}

AuditRecord AuthServer::EventOf(const Caller& by, const AuditType& type, std::string_view name) const {
  AuditEvent event(type, options_.cluster_name);
  event.By(by).Add("name", name).Success(true);
  if (!by.identity.username.empty()) event.Add("updated_by", by.identity.username);
  return event.ToRecord();
}

Status AuthServer::CompleteRecording(RecordingUpload& upload) {
  RETURN_IF_ERROR(upload.Complete());
  return EmitUpload(upload.session_id(), upload.path());
}

Status AuthServer::CompleteAbandonedRecordings(std::chrono::seconds silence) {
  for (const std::string& session_id : recordings_->CompleteAbandoned(silence)) {
    RETURN_IF_ERROR(EmitUpload(session_id, recordings_->PathOf(session_id)));
  }
  return {};
}

Status AuthServer::EmitUpload(const std::string& session_id, const std::string& path) {
  AuditEvent event(audit::kSessionUpload, cluster_name());
  event.Add("ei", kUploadIndex).Add("sid", session_id).Add("url", "file://" + path);
  return Emit(event);
}

Status AuthServer::CheckRule(const Caller& caller, std::string_view kind, std::string_view verb) {
  if (caller.kind == Caller::Kind::kAdmin) return {};
  if (caller.kind == Caller::Kind::kUser) return caller.access->CheckRule(kind, verb);
  return Fail(ErrorKind::kAccessDenied, "access denied to perform action \"{}\" on \"{}\"", verb, kind);
}

Status AuthServer::CheckWholeRule(const Caller& caller, std::string_view kind, std::string_view verb) {
  if (caller.kind != Caller::Kind::kUser) return CheckRule(caller, kind, verb);
  const Status allowed = caller.access->CheckWholeRule(kind, verb);
  if (allowed || !CheckRule(caller, kind, verb)) return allowed;
  return FailWithHint(allowed.error().kind, allowed.error().message + ": rules with a condition do not allow all of it",
                      "a role needs a rule without where that allows it, and no deny rule may name it");
}

Status AuthServer::Authorize(const RpcMethod& method, const RpcCall& call) {
  const RpcAccess& access = method.access;
  if (access.who == RpcAccess::Who::kAnyone) return {};
  if (call.caller.kind == Caller::Kind::kNobody) {
    return Fail(ErrorKind::kAccessDenied, "access denied: {} needs a client certificate; log in first", method.path);
  }
  if (access.who == RpcAccess::Who::kAdmin && call.caller.kind != Caller::Kind::kAdmin) {
    return Fail(ErrorKind::kAccessDenied, "access denied: {} is for the built-in Admin only", method.path);
  }

  for (const auto verb : access.verbs) {
    if (!access.group.empty() && CheckRule(call.caller, access.group, verb)) continue;
    RETURN_IF_ERROR(access.whole ? CheckWholeRule(call.caller, access.kind, verb)
                                 : CheckRule(call.caller, access.kind, verb));
  }
  return {};
}

}  // namespace sallyport
