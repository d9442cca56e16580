// The command `recordings ls` of tsh and tctl.
#pragma once

#include <memory>
#include <string>

#include "libclient/recordings.h"
#include "tools/shell/command.h"

namespace sallyport {

// The options that choose sessions.
struct SessionListOptions {
  std::string from_utc;
  std::string to_utc;
  std::string last;
  std::string limit;
};

// Returns the command; its struct is SessionListOptions.
Command SessionListCommand(std::string_view example, const Runner& run);

// Returns the sessions for the options. Fails with kBadParameter and kUsage.
Result<SessionRange> SessionRangeOf(const SessionListOptions& given);

// Returns the sessions as the command's result.
Output SessionList(std::shared_ptr<RpcClient> rpc, const SessionRange& range);

}  // namespace sallyport
