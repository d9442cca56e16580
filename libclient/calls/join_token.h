// Creates and finds join tokens, and makes the command line that uses a token.
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

// Returns the system roles that "node,kube" names. Fails with kBadParameter, with a suggestion.
Result<std::vector<std::string>> ParseSystemRoles(std::string_view text);

// Returns a token for the options, without writing it to the cluster. Fails with kBadParameter.
Result<types::ProvisionTokenV2> MakeJoinToken(const NewJoinToken& wanted);
// Writes the token to the cluster. Fails with kAlreadyExists.
Status CreateJoinToken(RpcClient& rpc, const types::ProvisionTokenV2& token);

// The application or database that an agent is started for.
struct AgentTarget {
  std::string app_name = "example-app";
  std::string app_uri = "http://localhost:8080";
  std::string db_name;
  std::string db_protocol;
  std::string db_uri;
};

// Returns the text with a token and the command line that joins with it, quoted for a shell. Asks the cluster for its
// pins and addresses; fails with kNotFound when the cluster has no service to join at.
Result<std::string> HowToJoin(RpcClient& rpc, const types::ProvisionTokenV2& token, const AgentTarget& target);

// Returns the address of a proxy of the cluster. Fails with kNotFound when the cluster has no proxy.
Result<std::string> ProxyAddress(RpcClient& rpc);

// Returns a token. Fails with kNotFound.
Result<types::ProvisionTokenV2> ReadJoinToken(RpcClient& rpc, const std::string& name);
// Returns every token: tokens of the configuration file, join tokens, and links of users as tokens for Signup.
Result<std::vector<types::ProvisionTokenV2>> AllTokens(RpcClient& rpc);

}  // namespace sallyport
