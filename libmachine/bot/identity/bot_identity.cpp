#include "libmachine/bot/identity/bot_identity.h"

#include <google/protobuf/util/time_util.h>

#include "libbase/config_secret.h"
#include "libbase/log.h"
#include "libclient/login.h"
#include "libmachine/bot/identity/identity_store.h"
#include "libmachine/join_methods.h"
#include "teleport/legacy/types/join.pb.h"

namespace sallyport {
namespace {

google::protobuf::Timestamp InTime(Nanoseconds ttl) {
  return google::protobuf::util::TimeUtil::NanosecondsToTimestamp((Now() + ttl).time_since_epoch().count());
}

void LogIdentity(std::string_view message, const BotCredentials& credentials) {
  Log(LogLevel::kInfo, message,
      {{"bot", credentials.identity.bot_name},
       {"instance", credentials.identity.bot_instance_id},
       {"expires", FormatTime(credentials.expires())}});
}

}  // namespace

BotIdentity::BotIdentity(Options options, BotDestination& storage, BotCluster& cluster)
    : options_(std::move(options)), storage_(storage), cluster_(cluster) {}

std::shared_ptr<const BotCredentials> BotIdentity::current() const {
  const MutexLock lock(mutex_);
  return current_;
}

void BotIdentity::Set(std::shared_ptr<const BotCredentials> credentials) {
  const MutexLock lock(mutex_);
  current_ = std::move(credentials);
}

// A token whose file is gone, which may be so after the first start, has no hash to compare.
std::string BotIdentity::TokenHash() const {
  const auto token = ConfigSecret(options_.join.token);
  return token ? HashOfToken(*token) : std::string();
}

// Returns the stored identity if it can be used, else null.
Result<std::shared_ptr<const BotCredentials>> BotIdentity::Stored() {
  auto stored = LoadBotIdentity(storage_, TokenHash());
  if (!stored && stored.error().kind != ErrorKind::kBadParameter) return std::unexpected(std::move(stored).error());
  if (!stored) {
    Log(LogLevel::kInfo, "the stored identity is not used", {{"reason", stored.error().message}});
    return nullptr;
  }
  if (!*stored) return nullptr;

  const Time now = Now();
  const Certificate& certificate = (*stored)->certificate;
  if (now >= certificate.not_after() || now < certificate.not_before()) {
    Log(LogLevel::kWarning, "the stored identity is not used, because it is not valid now",
        {{"from", FormatTime(certificate.not_before())}, {"until", FormatTime(certificate.not_after())}});
    return nullptr;
  }
  return std::make_shared<const BotCredentials>(std::move(**stored));
}

Result<BotIdentity::Started> BotIdentity::Start() {
  ASSIGN_OR_RETURN(const auto stored, Stored());
  if (stored == nullptr) {
    if (options_.join.token.empty()) {
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("the bot has not joined a cluster ({} has no usable identity), and has no token",
                                      storage_.description()),
                          "give a token: --token=TOKEN, or onboarding.token; tctl bots add makes a token");
    }
    ASSIGN_OR_RETURN(BotCredentials joined, Joined(nullptr));
    LogIdentity("the bot joined the cluster", joined);
    Keep(std::move(joined));
    return Started{};
  }

  Set(stored);
  auto renewed = Renewed(*stored);
  if (!renewed) {
    Log(LogLevel::kWarning, "the bot's identity cannot be renewed; the stored one is used",
        {{"reason", renewed.error().message}});
    return Started{false, std::move(renewed).error()};
  }
  LogIdentity("the bot's identity was renewed", *renewed);
  Keep(std::move(*renewed));
  return Started{};
}

Result<BotCredentials> BotIdentity::Joined(const BotCredentials* as) {
  ASSIGN_OR_RETURN(auto request, MakeJoinRequest(options_.join, "has not joined a cluster"));
  ASSIGN_OR_RETURN(const std::string suite, cluster_.KeySuite(as));
  ASSIGN_OR_RETURN(const PrivateKey key, GenerateTlsKey(suite));
  request.set_publictlskey(key.public_key().ToPem());
  request.set_publicsshkey(key.public_key().ToAuthorizedKey() + "\n");
  *request.mutable_expires() = InTime(options_.ttl);

  auto certs = as == nullptr ? cluster_.Join(request) : cluster_.JoinAgain(*as, request);
  if (certs) return CredentialsOf(key, *certs);
  Error error = InContext("cannot join", std::move(certs).error());
  if (error.kind == ErrorKind::kAccessDenied && error.hint.empty()) {
    error.hint =
        "check the token and its join method: a token of the method token joins one bot, once; "
        "tctl bots instances add NAME makes another";
  }
  return std::unexpected(std::move(error));
}

// The cluster counts renewals: after an answer that was lost, by a broken connection or because this machine went down,
// the old certificate asks once more. The cluster recognises the same key, which is therefore stored first.
Result<PrivateKey> BotIdentity::KeyForRenewal(const BotCredentials& old) {
  ASSIGN_OR_RETURN(const PrivateKey begun, LoadNextKey(storage_));
  if (!begun.empty() && begun.public_key() != old.key.public_key()) return begun;
  ASSIGN_OR_RETURN(const std::string suite, cluster_.KeySuite(&old));
  ASSIGN_OR_RETURN(const PrivateKey key, GenerateTlsKey(suite));
  const Status saved = SaveNextKey(storage_, key);
  if (!saved) return std::unexpected(InContext("cannot store the bot's next key", saved.error()));
  return key;
}

Result<BotCredentials> BotIdentity::Renewed(const BotCredentials& old) {
  // An identity that has expired proves nothing any more.
  if (Now() >= old.expires()) return Joined(nullptr);
  if (!old.identity.renewable) return Joined(&old);

  ASSIGN_OR_RETURN(const PrivateKey key, KeyForRenewal(old));
  proto::UserCertsRequest request;
  request.set_username(old.identity.username);
  request.set_sshpublickey(key.public_key().ToAuthorizedKey() + "\n");
  request.set_tlspublickey(key.public_key().ToPem());
  *request.mutable_expires() = InTime(options_.ttl);

  ASSIGN_OR_RETURN(auto certs, cluster_.IssueUserCerts(old, request));
  // The answer may leave out what the bot has already.
  if (certs.tlscacerts().empty()) {
    for (const auto& authority : old.tls_authorities) certs.add_tlscacerts(authority);
  }
  if (certs.sshcacerts().empty()) {
    for (const auto& authority : old.ssh_authorities) certs.add_sshcacerts(authority);
  }
  return CredentialsOf(key, certs);
}

// Uses the new identity, and stores it meanwhile: the disk takes as long as the next connection to the cluster.
void BotIdentity::Keep(BotCredentials fresh) {
  const auto credentials = std::make_shared<const BotCredentials>(std::move(fresh));
  Set(credentials);
  keeping_ = std::async(std::launch::async, [this, credentials]() -> Status {
    const Status saved = SaveBotIdentity(storage_, *credentials, TokenHash());
    if (!saved) return std::unexpected(InContext("cannot store the bot's identity", saved.error()));
    return {};
  });
}

Status BotIdentity::Kept() { return keeping_.valid() ? keeping_.get() : Status(); }

Status BotIdentity::Renew() {
  const auto old = current();
  if (old == nullptr) return Fail(ErrorKind::kInternal, "there is no identity to renew");
  ASSIGN_OR_RETURN(BotCredentials fresh, Renewed(*old));
  LogIdentity("the bot's identity was renewed", fresh);
  Keep(std::move(fresh));
  return Kept();
}

}  // namespace sallyport
