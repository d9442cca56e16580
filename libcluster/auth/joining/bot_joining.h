// Joins bots: issues the certificates of the bot's user for a token (docs/protocol/joining.md#bots).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libcluster/auth/joining/joining.h"

namespace sallyport {

class AuthServer;

// The role of tokens for bots.
inline constexpr std::string_view kBotRole = "Bot";

// Issues certificates to a bot. A token of the method token is used up by its first join, and its certificates renew;
// with other methods the bot joins again, and keeps its instance while its certificate is valid.
//
// Fails as JoinCluster does, with kAccessDenied when the bot does not exist, and as AuthenticateBot. Success and
// failure are events of the audit log, success in one transaction with the instance and the use of the token.
Result<JoinResult> JoinBot(AuthServer& auth, const JoinRequest& request);

// The authorities that a bot gets with its certificates: of users, then of hosts.
struct BotAuthorities {
  std::vector<std::string> tls;  // PEM
  std::vector<std::string> ssh;  // lines of authorized_keys
};
Result<BotAuthorities> AuthoritiesForBots(AuthServer& auth);

}  // namespace sallyport
