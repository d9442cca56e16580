// Audit events: flat JSON with Teleport's keys, types and codes (docs/protocol/audit.md). An event is appended in the
// transaction of the change that it reports.
#pragma once

#include <string>
#include <string_view>

#include "libbase/value.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

struct Caller;

// The type and code of an event.
struct AuditType {
  std::string_view event;  // "role.created"
  std::string_view code;   // "T9000I"
};

namespace audit {
inline constexpr AuditType kUserLogin{"user.login", "T1000I"};
inline constexpr AuditType kUserLoginFailure{"user.login", "T1000W"};
inline constexpr AuditType kUserCreate{"user.create", "T1002I"};
inline constexpr AuditType kUserUpdate{"user.update", "T1003I"};
inline constexpr AuditType kUserDelete{"user.delete", "T1004I"};
inline constexpr AuditType kPasswordChange{"user.password_change", "T1005I"};
inline constexpr AuditType kMfaAdd{"mfa.add", "T1006I"};
inline constexpr AuditType kResetTokenCreate{"reset_password_token.create", "T6000I"};
inline constexpr AuditType kRoleCreated{"role.created", "T9000I"};
inline constexpr AuditType kRoleDeleted{"role.deleted", "T9001I"};
inline constexpr AuditType kRoleUpdated{"role.updated", "T9002I"};
inline constexpr AuditType kTokenCreate{"join_token.create", "TJT00I"};
inline constexpr AuditType kTokenDelete{"join_token.delete", "TJT01I"};  // ours: the reference has none
inline constexpr AuditType kCertCreate{"cert.create", "TC000I"};
inline constexpr AuditType kAccessRequestCreate{"access_request.create", "T5000I"};
inline constexpr AuditType kAccessRequestUpdate{"access_request.update", "T5001I"};
inline constexpr AuditType kAccessRequestReview{"access_request.review", "T5002I"};
inline constexpr AuditType kAccessRequestDelete{"access_request.delete", "T5003I"};
inline constexpr AuditType kAccessRequestExpire{"access_request.expire", "T5005I"};
inline constexpr AuditType kAccessRequestSearch{"access_request.search", "T5004I"};
inline constexpr AuditType kLockCreated{"lock.created", "TLK00I"};
inline constexpr AuditType kLockDeleted{"lock.deleted", "TLK01I"};
inline constexpr AuditType kAuthPreferenceUpdate{"auth_preference.update", "TCAUTH001I"};
inline constexpr AuditType kNetworkingConfigUpdate{"cluster_networking_config.update", "TCNET002I"};
inline constexpr AuditType kRecordingConfigUpdate{"session_recording_config.update", "TCREC003I"};
inline constexpr AuditType kGithubCreated{"github.created", "T8000I"};
inline constexpr AuditType kGithubDeleted{"github.deleted", "T8001I"};
inline constexpr AuditType kGithubUpdated{"github.updated", "T80002I"};
inline constexpr AuditType kOidcCreated{"oidc.created", "T8100I"};
inline constexpr AuditType kOidcDeleted{"oidc.deleted", "T8101I"};
inline constexpr AuditType kOidcUpdated{"oidc.updated", "T8102I"};
inline constexpr AuditType kSamlCreated{"saml.created", "T8200I"};
inline constexpr AuditType kSamlDeleted{"saml.deleted", "T8201I"};
inline constexpr AuditType kSamlUpdated{"saml.updated", "T8202I"};
inline constexpr AuditType kBotCreate{"bot.create", "TB001I"};
inline constexpr AuditType kBotUpdate{"bot.update", "TB002I"};
inline constexpr AuditType kBotDelete{"bot.delete", "TB003I"};
inline constexpr AuditType kBotInstanceDelete{"bot_instance.delete", "TB004I"};  // ours: the reference has none
inline constexpr AuditType kBotJoin{"bot.join", "TJ001I"};
inline constexpr AuditType kBotJoinFailure{"bot.join", "TJ001E"};
inline constexpr AuditType kGenerationMismatch{"cert.generation_mismatch", "TCB00W"};
inline constexpr AuditType kAppCreate{"app.create", "TAP03I"};
inline constexpr AuditType kAppUpdate{"app.update", "TAP04I"};
inline constexpr AuditType kAppDelete{"app.delete", "TAP05I"};
inline constexpr AuditType kDatabaseCreate{"db.create", "TDB03I"};
inline constexpr AuditType kDatabaseUpdate{"db.update", "TDB04I"};
inline constexpr AuditType kDatabaseDelete{"db.delete", "TDB05I"};
inline constexpr AuditType kDiscoveryConfigCreate{"discovery_config.create", "DC001I"};
inline constexpr AuditType kDiscoveryConfigUpdate{"discovery_config.update", "DC002I"};
inline constexpr AuditType kDiscoveryConfigDelete{"discovery_config.delete", "DC003I"};
inline constexpr AuditType kKubeClusterCreate{"kube.create", "T3010I"};
inline constexpr AuditType kKubeClusterUpdate{"kube.update", "T3011I"};
inline constexpr AuditType kKubeClusterDelete{"kube.delete", "T3012I"};
inline constexpr AuditType kKubeRequest{"kube.request", "T3009I"};
inline constexpr AuditType kSessionStart{"session.start", "T2000I"};
inline constexpr AuditType kSessionEnd{"session.end", "T2004I"};
inline constexpr AuditType kResize{"resize", "T2002I"};
inline constexpr AuditType kSessionData{"session.data", "T2006I"};
inline constexpr AuditType kSessionUpload{"session.upload", "T2005I"};
inline constexpr AuditType kRecordingAccess{"session.recording.access", "T2012I"};
inline constexpr AuditType kExec{"exec", "T3002I"};
inline constexpr AuditType kPortForward{"port", "T3003I"};
inline constexpr AuditType kInstanceJoin{"instance.join", "TJ002I"};
inline constexpr AuditType kInstanceJoinFailure{"instance.join", "TJ002E"};
inline constexpr AuditType kHostRemove{"instance.remove", "SH001I"};
inline constexpr AuditType kNodeDelete{"node.delete", "SH002I"};
inline constexpr AuditType kClientDisconnect{"client.disconnect", "T3006I"};
inline constexpr AuditType kSessionLeave{"session.leave", "T2003I"};
inline constexpr AuditType kExecFailure{"exec", "T3002E"};
inline constexpr AuditType kSubsystem{"subsystem", "T3001I"};
inline constexpr AuditType kSubsystemFailure{"subsystem", "T3001E"};
inline constexpr AuditType kSftpSummary{"sftp_summary", "TS021I"};
inline constexpr AuditType kSftpOpen{"sftp", "TS001I"};
inline constexpr AuditType kSftpOpenFailure{"sftp", "TS001E"};
inline constexpr AuditType kSftpSetstat{"sftp", "TS007I"};
inline constexpr AuditType kSftpSetstatFailure{"sftp", "TS007E"};
inline constexpr AuditType kSftpOpendir{"sftp", "TS009I"};
inline constexpr AuditType kSftpOpendirFailure{"sftp", "TS009E"};
inline constexpr AuditType kSftpRemove{"sftp", "TS011I"};
inline constexpr AuditType kSftpRemoveFailure{"sftp", "TS011E"};
inline constexpr AuditType kSftpMkdir{"sftp", "TS012I"};
inline constexpr AuditType kSftpMkdirFailure{"sftp", "TS012E"};
inline constexpr AuditType kSftpRmdir{"sftp", "TS013I"};
inline constexpr AuditType kSftpRmdirFailure{"sftp", "TS013E"};
inline constexpr AuditType kSftpRename{"sftp", "TS016I"};
inline constexpr AuditType kSftpRenameFailure{"sftp", "TS016E"};
inline constexpr AuditType kSftpSymlink{"sftp", "TS018I"};
inline constexpr AuditType kSftpSymlinkFailure{"sftp", "TS018E"};
inline constexpr AuditType kSftpLink{"sftp", "TS019I"};
inline constexpr AuditType kSftpLinkFailure{"sftp", "TS019E"};
inline constexpr AuditType kAuditHead{"audit.head", "SA001I"};  // ours: the reference has none
inline constexpr AuditType kAuditKey{"audit.key", "SA002I"};
inline constexpr AuditType kAuthFailure{"auth", "T3007W"};
}  // namespace audit

// An event with its envelope (ei, event, uid, code, time, cluster_name) to which the caller adds its own fields.
class AuditEvent {
 public:
  AuditEvent(const AuditType& type, std::string_view cluster_name);

  AuditEvent& Add(std::string_view key, Value value);
  // Sets the event's time; the default is now.
  AuditEvent& At(Time time);
  // Adds the fields of the caller: user, user_kind, addr.remote and the like.
  AuditEvent& By(const Caller& caller);
  AuditEvent& Success(bool success, std::string_view error = {});

  // Returns all fields of the event.
  const Value& fields() const { return fields_; }
  // Returns the record to store, within kMaxEventBytes.
  AuditRecord ToRecord() const;

 private:
  Time time_;
  std::string type_;
  std::string id_;
  Value fields_;
};

}  // namespace sallyport
