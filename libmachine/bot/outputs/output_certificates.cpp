#include "libmachine/bot/outputs/output_certificates.h"

#include <google/protobuf/util/time_util.h>

#include "libbase/log.h"
#include "libclient/login.h"

namespace sallyport {
namespace {

// The clusters' clocks and ours differ a little.
constexpr std::chrono::minutes kTtlTolerance{1};

proto::UserCertsRequest RequestFor(const BotCredentials& bot, const OutputRequest& wanted, const PublicKey& key) {
  proto::UserCertsRequest request;
  request.set_username(bot.identity.username);
  request.set_sshpublickey(key.ToAuthorizedKey() + "\n");
  request.set_tlspublickey(key.ToPem());
  *request.mutable_expires() =
      google::protobuf::util::TimeUtil::NanosecondsToTimestamp((Now() + wanted.ttl).time_since_epoch().count());
  request.set_userolerequests(true);
  for (const auto& role : wanted.roles) request.add_rolerequests(role);
  request.set_reissuableroleimpersonation(wanted.allow_reissue);

  request.set_routetocluster(wanted.route_to_cluster.empty() ? bot.cluster() : wanted.route_to_cluster);
  request.set_kubernetescluster(wanted.kubernetes_cluster);
  if (wanted.application) {
    request.mutable_routetoapp()->set_name(wanted.application->name);
    request.mutable_routetoapp()->set_publicaddr(wanted.application->public_address);
    request.mutable_routetoapp()->set_clustername(bot.cluster());
  }
  return request;
}

void WarnOfShortLife(const BotCredentials& issued, Nanoseconds ttl) {
  const auto life = issued.expires() - Now();
  if (life + kTtlTolerance >= ttl) return;
  Log(LogLevel::kWarning, "the certificates live shorter than requested; a role may limit max_session_ttl",
      {{"requested", FormatDuration(ttl)},
       {"granted", FormatDuration(std::chrono::round<std::chrono::seconds>(life))}});
}

}  // namespace

Result<std::vector<std::string>> OutputRoles(BotCluster& cluster, const BotCredentials& bot,
                                             const std::vector<std::string>& configured) {
  if (!configured.empty()) return configured;
  auto roles = cluster.ImpersonatedRoles(bot, bot.identity.username);
  if (!roles) return std::unexpected(InContext("cannot read the roles of the bot", std::move(roles).error()));
  if (!roles->empty()) return roles;
  const std::string& name = bot.identity.bot_name.empty() ? bot.identity.username : bot.identity.bot_name;
  return FailWithHint(ErrorKind::kAccessDenied,
                      fmt::format("the bot \"{}\" has no roles that an output could use", name),
                      fmt::format("give the bot a role: tctl bots update {} --add-roles=ROLE", name));
}

Result<BotCredentials> IssueOutput(BotCluster& cluster, const BotCredentials& bot, const OutputRequest& wanted) {
  ASSIGN_OR_RETURN(const PrivateKey key, GenerateTlsKey(wanted.suite));
  ASSIGN_OR_RETURN(auto certs, cluster.IssueUserCerts(bot, RequestFor(bot, wanted, key.public_key())));
  certs.clear_tlscacerts();
  certs.clear_sshcacerts();
  for (const auto& authority : bot.tls_authorities) certs.add_tlscacerts(authority);
  for (const auto& authority : bot.ssh_authorities) certs.add_sshcacerts(authority);

  ASSIGN_OR_RETURN(BotCredentials issued, CredentialsOf(key, certs));
  WarnOfShortLife(issued, wanted.ttl);
  return issued;
}

}  // namespace sallyport
