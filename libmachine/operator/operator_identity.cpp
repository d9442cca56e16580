#include "libmachine/operator/operator_identity.h"

#include <algorithm>

#include "libbase/backoff.h"
#include "libbase/log.h"
#include "libkube/call_limits.h"
#include "libmachine/bot/outputs/output_certificates.h"

namespace sallyport {
namespace {

constexpr std::chrono::milliseconds kFirstRenewalAttempt{1'000};
constexpr std::chrono::milliseconds kLongestRenewalAttempt{60'000};
constexpr std::string_view kBotPrefix = "bot-";

}  // namespace

OperatorIdentity::OperatorIdentity(Options options)
    : options_(std::move(options)),
      cluster_({.join = options_.join}),
      identity_({options_.join, options_.ttl}, storage_, cluster_) {}

std::shared_ptr<const BotCredentials> OperatorIdentity::credentials() const {
  const MutexLock lock(mutex_);
  return credentials_;
}

// Asks for certificates with the roles that the bot may use.
Status OperatorIdentity::Issue() {
  const auto bot = identity_.current();
  OutputRequest request;
  request.ttl = options_.ttl;
  ASSIGN_OR_RETURN(request.suite, cluster_.KeySuite(bot.get()));
  ASSIGN_OR_RETURN(request.roles, OutputRoles(cluster_, *bot, {}));
  ASSIGN_OR_RETURN(BotCredentials credentials, IssueOutput(cluster_, *bot, request));
  const MutexLock lock(mutex_);
  credentials_ = std::make_shared<const BotCredentials>(std::move(credentials));
  return {};
}

Status OperatorIdentity::Start() {
  const auto started = identity_.Start();
  if (!started) return std::unexpected(started.error());
  return Issue();
}

void OperatorIdentity::KeepRenewed(const StopSignal& stop) {
  Backoff backoff(kFirstRenewalAttempt, kLongestRenewalAttempt);
  auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(options_.renewal_interval);
  while (PauseUnlessStopped(pause, stop)) {
    Status renewed = identity_.Renew();
    if (renewed) renewed = Issue();
    if (renewed) {
      backoff.Reset();
      pause = std::chrono::duration_cast<std::chrono::milliseconds>(options_.renewal_interval);
      continue;
    }
    pause = backoff.Next();
    Log(LogLevel::kWarning, "the operator's certificates cannot be renewed",
        {{"reason", renewed.error().message}, {"next step", renewed.error().hint}, {"pause", FormatDuration(pause)}});
  }
}

std::string OperatorIdentity::OwnedAs(std::string_view kind, const std::string& name) const {
  const auto credentials = this->credentials();
  if (credentials == nullptr) return "";
  const std::string& bot = credentials->identity.bot_name;
  const auto& roles = credentials->identity.groups;
  const std::string user = fmt::format("{}{}", kBotPrefix, bot);
  if (kind == "bot" && name == bot) return "the operator's own bot";
  if (kind == "user" && name == user) return "the operator's own user";
  if (kind == "token" && name == options_.join.token) return "the operator's own join token";
  const bool own_role = name == user || std::ranges::find(roles, name) != roles.end();
  return kind == "role" && own_role ? "the operator's own role" : "";
}

}  // namespace sallyport
