#include "libcluster/auth/joining/bot_authentication.h"

#include <algorithm>
#include <optional>

#include "libbase/log.h"
#include "libbase/secret.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/joining/bot_instances.h"
#include "libresources/codec/timestamps.h"
#include "teleport/legacy/types/lock.pb.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;
using machineidv1::BotInstance;

// Heartbeats change an instance, too; a second renewal is refused at its next attempt.
constexpr int kBotAttempts = 16;

// Locks an instance of which a copy exists, and returns the refusal.
Error LockCopied(AuthServer& auth, const BotAuthentication& authentication, const BotInstance& instance) {
  const std::string name = BotInstanceName(instance.spec().bot_name(), instance.spec().instance_id());
  const std::uint64_t shown = authentication.caller.identity.generation;
  types::LockV2 lock = NewResource<types::LockV2>();
  lock.mutable_metadata()->set_name(RandomUuid());
  lock.mutable_spec()->mutable_target()->set_botinstanceid(instance.spec().instance_id());
  lock.mutable_spec()->set_message(fmt::format(
      "the bot instance {} is locked: its certificate of generation {} was presented when generation {} was "
      "the newest, so somebody may have a copy of its credentials",
      name, shown, GenerationOf(instance)));
  *lock.mutable_spec()->mutable_createdat() = ToStamp(Now());

  AuditEvent mismatch(audit::kGenerationMismatch, auth.cluster_name());
  mismatch.By(authentication.caller).Success(false, lock.spec().message());
  BackendTransaction transaction;
  transaction.Append(mismatch.ToRecord());
  transaction.Append(auth.EventOf(authentication.caller, audit::kLockCreated, lock.metadata().name()));
  WriteResource(transaction, lock, WriteMode::kCreate);
  if (const Status locked = auth.Commit(std::move(transaction)); !locked) {
    Log(LogLevel::kError, "a bot instance with copied credentials cannot be locked",
        {{"instance", name}, {"error", locked.error().message}});
  }

  return {
      ErrorKind::kAccessDenied,
      fmt::format("access denied: renewable certificate generation mismatch of the bot instance {}: the certificate "
                  "has generation {}, the newest is {}; the instance is locked",
                  name, shown, GenerationOf(instance)),
      "find out whether the credentials of the bot were copied, then join the bot again with a new token"};
}

// Returns the instance of the caller's certificate, or nothing when a new one is due.
Result<std::optional<BotInstance>> PresentInstance(AuthServer& auth, const BotAuthentication& authentication) {
  const Identity& identity = authentication.caller.identity;
  const Identity& base = authentication.issue.base;
  if (identity.bot_instance_id.empty()) return std::nullopt;

  auto instance = ReadBotInstance(auth.backend(), base.bot_name, identity.bot_instance_id);
  if (instance) {
    if (identity.generation == 0) {
      return Fail(ErrorKind::kAccessDenied, "access denied: the certificate of the bot has no generation");
    }
    return *std::move(instance);
  }
  if (instance.error().kind != ErrorKind::kNotFound) return std::unexpected(std::move(instance).error());
  if (!base.renewable) return std::nullopt;
  return FailWithHint(ErrorKind::kAccessDenied,
                      fmt::format("access denied: the bot instance {} was removed, or has expired",
                                  BotInstanceName(base.bot_name, identity.bot_instance_id)),
                      fmt::format("join the bot again with a new token: tctl bots instances add {}", base.bot_name));
}

std::string KeyOf(const BotAuthentication& authentication) {
  const UserCertsRequest& issue = authentication.issue;
  return issue.tls_key ? issue.tls_key->ToPem() : issue.ssh_key ? issue.ssh_key->ToPem() : "";
}

// Returns whether the caller asks for its newest certificate once more, because the answer did not arrive or was not
// stored: for the same key, by the certificate before it. A holder of a copy of that certificate does not have the key,
// which no earlier certificate may have had.
bool Repeats(const BotAuthentication& authentication, const BotInstance& instance) {
  const auto& all = instance.status().latest_authentications();
  if (all.empty() || !authentication.issue.base.renewable) return false;
  const std::string key = KeyOf(authentication);
  const bool is_one_before =
      authentication.caller.identity.generation + 1 == static_cast<std::uint64_t>(GenerationOf(instance));
  if (!is_one_before || key.empty() || all.rbegin()->public_key() != key) return false;
  return std::none_of(all.begin(), std::prev(all.end()), [&](const auto& one) { return one.public_key() == key; });
}

// Checks the generation of the caller's certificate against the instance. Only holders of renewable certificates can
// renew without another proof, so for others a mismatch is a warning.
Status CheckGeneration(AuthServer& auth, const BotAuthentication& authentication, const BotInstance& instance) {
  const std::uint64_t shown = authentication.caller.identity.generation;
  if (shown == static_cast<std::uint64_t>(GenerationOf(instance))) return {};
  if (authentication.issue.base.renewable) return std::unexpected(LockCopied(auth, authentication, instance));
  Log(LogLevel::kWarning, "a bot joins again with a certificate that is not its newest",
      {{"bot", instance.spec().bot_name()},
       {"instance", instance.spec().instance_id()},
       {"generation", std::to_string(shown)},
       {"newest", std::to_string(GenerationOf(instance))}});
  return {};
}

machineidv1::BotInstanceStatusAuthentication RecordOf(const BotAuthentication& authentication,
                                                      std::int32_t generation) {
  machineidv1::BotInstanceStatusAuthentication record = authentication.record;
  *record.mutable_authenticated_at() = ToStamp(Now());
  record.set_generation(generation);
  record.set_public_key(KeyOf(authentication));
  return record;
}

// Certificates that no transaction has recorded so far.
struct Issued {
  std::int32_t generation = 0;
  UserCerts certs;
};

// Commits the certificates, which the next attempt uses when another transaction came first.
Status TryAuthenticate(AuthServer& auth, const BotAuthentication& authentication, Issued& issued) {
  ASSIGN_OR_RETURN(std::optional<BotInstance> present, PresentInstance(auth, authentication));
  const bool repeats = present && Repeats(authentication, *present);
  if (present && !repeats) RETURN_IF_ERROR(CheckGeneration(auth, authentication, *present));
  const WriteMode mode = present ? WriteMode::kUpdate : WriteMode::kCreate;
  const std::string& bot = authentication.issue.base.bot_name;
  BotInstance instance = present ? *std::move(present) : NewBotInstance(bot, RandomUuid());

  const std::int32_t generation = GenerationOf(instance) + (repeats ? 0 : 1);
  const bool usable =
      issued.generation == generation && issued.certs.identity.bot_instance_id == instance.spec().instance_id();
  if (!usable) {
    UserCertsRequest issue = authentication.issue;
    issue.base.bot_instance_id = instance.spec().instance_id();
    issue.base.generation = static_cast<std::uint64_t>(generation);
    ASSIGN_OR_RETURN(issued.certs, auth.issuer().Issue(issue));
    issued.generation = generation;
  }

  if (!repeats) AddAuthentication(instance, RecordOf(authentication, generation), issued.certs.identity.expires);
  BackendTransaction transaction;
  WriteBotInstance(transaction, instance, mode);
  RETURN_IF_ERROR(authentication.complete(issued.certs, transaction));
  return auth.Commit(std::move(transaction));
}

}  // namespace

Result<UserCerts> AuthenticateBot(AuthServer& auth, const BotAuthentication& authentication) {
  Issued issued;
  Status done;
  for (int attempt = 0; attempt < kBotAttempts; ++attempt) {
    done = TryAuthenticate(auth, authentication, issued);
    if (done) return std::move(issued.certs);
    if (done.error().kind != ErrorKind::kCompareFailed) break;
  }
  return std::unexpected(std::move(done).error());
}

}  // namespace sallyport
