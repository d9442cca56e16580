// Join tokens: how they are made and found, and the command line that uses one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libclient/rpc.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {

inline constexpr std::chrono::minutes kJoinTokenTtl{30};

struct NewJoinToken {
  std::vector<std::string> roles;  // as SystemRoleNamed spells them
  std::string value;               // empty: random
  std::string ttl;                 // Go duration; empty: kJoinTokenTtl
  std::map<std::string, std::string> labels;
  std::string bot;  // the bot that joins, for the role Bot
};

// Returns the system roles that "node,kube" names. Fails with kBadParameter and the one that was probably meant.
Result<std::vector<std::string>> ParseSystemRoles(std::string_view text);

// Returns the token that is asked for, not yet known to the cluster. Fails with kBadParameter.
Result<types::ProvisionTokenV2> MakeJoinToken(const NewJoinToken& wanted);
// Makes it known to the cluster. kAlreadyExists.
Status CreateJoinToken(RpcClient& rpc, const types::ProvisionTokenV2& token);

// What an application or database agent is started for.
struct AgentTarget {
  std::string app_name = "example-app";
  std::string app_uri = "http://localhost:8080";
  std::string db_name;
  std::string db_protocol;
  std::string db_uri;
};

// Returns the text that shows a token and the command line that joins with it, as one that a shell takes. Asks the
// cluster for its pins and addresses; kNotFound when it has no service to join at.
Result<std::string> HowToJoin(RpcClient& rpc, const types::ProvisionTokenV2& token, const AgentTarget& target);

// Returns the address of a proxy of the cluster; kNotFound when it has none.
Result<std::string> ProxyAddress(RpcClient& rpc);

// Returns every token: those of the configuration file, join tokens, and links of users as tokens for Signup.
Result<std::vector<types::ProvisionTokenV2>> AllTokens(RpcClient& rpc);

}  // namespace sallyport
