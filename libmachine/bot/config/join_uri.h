// Reads the URI that tells a bot everything for joining (docs/protocol/tbot.md#join-uris):
// tbot+proxy+token://TOKEN[:PARAMETER]@HOST:PORT.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

struct BotConfig;

struct JoinUri {
  bool through_proxy = true;
  std::string join_method;
  std::string token;
  std::string parameter;  // of the join method; empty: none
  std::string address;    // HOST:PORT
};

// Returns whether bots of Teleport know a join method.
bool IsBotJoinMethod(std::string_view name);

// Fails with kBadParameter. No message contains the token or the parameter.
Result<JoinUri> ParseJoinUri(std::string_view text);

// Puts the values of the URI into a configuration. Fails with kBadParameter when the configuration has another value
// already.
Status ApplyJoinUri(const JoinUri& uri, BotConfig& config);

}  // namespace sallyport
