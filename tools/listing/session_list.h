// `recordings ls`, which both clients have.
#pragma once

#include <memory>
#include <string>

#include "libclient/recordings.h"
#include "tools/shell/command.h"

namespace sallyport {

// What says which sessions.
struct SessionListOptions {
  std::string from_utc;
  std::string to_utc;
  std::string last;
  std::string limit;
};

// The command, which is given SessionListOptions.
Command SessionListCommand(std::string_view example, const Runner& run);

// Returns the sessions that they ask for. kBadParameter, kUsage.
Result<SessionRange> SessionRangeOf(const SessionListOptions& given);

// The sessions as the command's result.
Output SessionList(std::shared_ptr<RpcClient> rpc, const SessionRange& range);

}  // namespace sallyport
