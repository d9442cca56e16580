// The auth service: combines state, authorities, users, locks and certificates of one cluster. The rows of the RPC
// table authorize callers before any function of this class runs.
//
// Safe from several threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libclient/network.h"
#include "libcluster/auth/access/authenticator.h"
#include "libcluster/auth/audit/audit.h"
#include "libcluster/auth/audit/audit_queue.h"
#include "libcluster/auth/audit/recordings.h"
#include "libcluster/auth/nodes/node_cache.h"
#include "libcluster/auth/nodes/node_labels.h"
#include "libcluster/auth/trust/authorities.h"
#include "libcluster/auth/trust/join_limits.h"
#include "libcluster/auth/trust/locks.h"
#include "libcluster/auth/trust/user_certs.h"
#include "libcluster/auth/users/local_users.h"
#include "libcluster/backend/backend.h"
#include "libcluster/backend/followed.h"
#include "libcluster/backend/store.h"
#include "libcluster/rpc/caller.h"
#include "libcluster/rpc/rpc_table.h"
#include "libkube/endpoint.h"
#include "libresources/kinds/metadata.h"

namespace types {
class AuthPreferenceV2;
class ClusterNetworkingConfigV2;
class SessionRecordingConfigV2;
class StaticTokensV2;
}  // namespace types

namespace sallyport {

class IssuerKeys;
class TokenReviews;

struct AuthServerOptions {
  std::string data_dir;
  std::string host_id;  // of the auth service's own host
  std::string cluster_name;
  std::string proxy_public_address;  // "HOST:PORT", for invite links and Ping
  // Settings of the configuration file, complete; nullptr when the file does not have them.
  std::shared_ptr<const types::AuthPreferenceV2> auth_preference;
  std::shared_ptr<const types::ClusterNetworkingConfigV2> networking_config;
  std::shared_ptr<const types::SessionRecordingConfigV2> recording_config;
  std::shared_ptr<const types::StaticTokensV2> static_tokens;
  std::string bootstrap_path;  // of a file with the first resources of an empty cluster; empty: none
  PodEnvironment pod;          // for tokens of service accounts that this pod's API server reviews
  NetworkSettings network;     // the authorities that issuers of ID tokens must have
};

class AuthServer {
 public:
  // Opens the state under the data directory; creates it at the first start: authorities, settings, preset roles.
  static Result<std::unique_ptr<AuthServer>> Open(AuthServerOptions options);
  // Returns the same auth service over a view of its backend: changes of the view do not affect this service. All other
  // state is shared. This service and the view must outlive the result.
  std::unique_ptr<AuthServer> Over(Backend& view);
  ~AuthServer();

  Backend& backend() { return *backend_; }
  const Authorities& authorities() const { return *authorities_; }
  Authorities& authorities() { return *authorities_; }
  Authenticator& authenticator() { return *authenticator_; }
  AuditQueue& audit_queue() { return *audit_queue_; }
  LocalUsers& local_users() { return *local_users_; }
  JoinLimits& join_limits() { return join_limits_; }
  IssuerKeys& issuer_keys() { return *issuer_keys_; }
  TokenReviews& token_reviews() { return *token_reviews_; }
  // Limits access requests, by user.
  RateLimiter& request_rate() { return request_rate_; }
  const Locks& locks() const { return *locks_; }
  NodeCache& nodes() { return *nodes_; }
  NodeLabels& node_labels() { return *node_labels_; }
  Recordings& recordings() { return *recordings_; }
  const UserCertIssuer& issuer() const { return *issuer_; }
  const AuthServerOptions& options() const { return options_; }
  const std::string& cluster_name() const { return options_.cluster_name; }

  // Returns a setting of the cluster (types::AuthPreferenceV2, ...).
  template <typename M>
  Result<M> Setting() {
    return GetResource<M>(*backend_, KindOf<M>().singleton_name);
  }

  // Returns cluster_auth_preference, cached until it changes.
  Result<std::shared_ptr<const types::AuthPreferenceV2>> AuthPreference();

  // Commits, and reads the locks again when they are other ones, so that nobody who checks one has to wait for that.
  Status Commit(BackendTransaction transaction);

  // Writes a resource and its event in one transaction, with the other contents of `transaction`. Sets the new revision
  // in `message`.
  template <typename M>
  Status Write(const Caller& by, const AuditType& type, M& message, WriteMode mode,
               BackendTransaction transaction = {}) {
    WriteResource(transaction, message, mode);
    transaction.Append(EventOf(by, type, NameOf(message)));
    return Named(Commit(std::move(transaction)), KindOf<M>().kind, NameOf(message));
  }
  // Removes a resource. Fails with kNotFound when it does not exist.
  Status Remove(const Caller& by, const AuditType& type, std::string_view kind, std::string_view name);

  // Appends an event without a change.
  Status Emit(const AuditEvent& event);
  // Completes a session's recording and appends the event.
  Status CompleteRecording(RecordingUpload& upload);
  // Completes the recordings whose nodes have been silent for `silence`, with the events received so far.
  Status CompleteAbandonedRecordings(std::chrono::seconds silence);

  // Checks the access of a row (see RpcAccess).
  static Status Authorize(const RpcMethod& method, const RpcCall& call);
  // Fails with kAccessDenied unless a user's roles allow the verb, or the caller is the built-in Admin.
  static Status CheckRule(const Caller& caller, std::string_view kind, std::string_view verb);
  // Works as CheckRule, for a method that gives out all resources of a kind: rules with a condition do not suffice.
  static Status CheckWholeRule(const Caller& caller, std::string_view kind, std::string_view verb);

  AuditRecord EventOf(const Caller& by, const AuditType& type, std::string_view name) const;

 private:
  Status EmitUpload(const std::string& session_id, const std::string& path);
  explicit AuthServer(AuthServerOptions options);
  // Replaces the backend's key in errors ("already exists") by the kind and name of the resource.
  static Status Named(Status status, std::string_view kind, std::string_view name);
  // Creates the members that read the cluster's state from a backend.
  void Follow(Backend& backend);
  Status ReadBootstrapFile();
  Status EnsureSettings();
  Status EnsurePresets();

  const AuthServerOptions options_;
  std::shared_ptr<Recordings> recordings_;
  std::unique_ptr<Backend> own_backend_;  // nullptr over a view
  Backend* backend_ = nullptr;
  std::shared_ptr<AuditQueue> audit_queue_;
  JoinLimits join_limits_;
  RateLimiter request_rate_{kAccessRequestRate};
  std::unique_ptr<Followed<types::AuthPreferenceV2>> preference_;
  std::shared_ptr<Locks> locks_;
  std::unique_ptr<NodeCache> nodes_;
  std::unique_ptr<NodeLabels> node_labels_;
  std::shared_ptr<Authorities> authorities_;
  std::shared_ptr<Authenticator> authenticator_;
  std::unique_ptr<LocalUsers> local_users_;
  std::shared_ptr<UserCertIssuer> issuer_;
  std::shared_ptr<IssuerKeys> issuer_keys_;
  std::shared_ptr<TokenReviews> token_reviews_;
};

// Fills in this cluster's defaults where a setting is empty: second factors, kinds of keys, one port for all.
void FillInSetting(types::AuthPreferenceV2& preference);
void FillInSetting(types::ClusterNetworkingConfigV2& networking);
void FillInSetting(types::SessionRecordingConfigV2& recording);

// The size limit of a page of a list: clients receive at most 4 MiB in a message.
inline constexpr std::size_t kMaxPageBytes = 3 << 20;

// Returns one page of a list: the items after `start`, at most `limit` (0 or too large: 1000) and as many as fit into
// one message, and the start of the next page ("" at the end).
template <typename M>
Result<std::pair<std::vector<M>, std::string>> ListPage(Backend& backend, std::string_view start, int limit,
                                                        std::string_view kind = KindOf<M>().kind) {
  constexpr int kMaxPage = 1000;
  const auto size = static_cast<std::size_t>(limit <= 0 || limit > kMaxPage ? kMaxPage : limit);
  ASSIGN_OR_RETURN(auto items, ListResources<M>(backend, kind, start, size + 1));
  std::string next;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    bytes += items[i].ByteSizeLong();
    if (i < size && (i == 0 || bytes <= kMaxPageBytes)) continue;
    items.resize(i);
    next = NameOf(items.back());
    break;
  }
  return std::pair(std::move(items), std::move(next));
}

}  // namespace sallyport
