// `recordings ls`, which both clients have.
#pragma once

#include <memory>

#include "libclient/recordings.h"
#include "tools/shell/command.h"

namespace sallyport {

// The command, with the options that say which sessions.
Command SessionListCommand(std::string_view example, Result<Output> (*run)(const Invocation&));

// Reads the options. kBadParameter, kUsage.
Result<SessionRange> SessionRangeOf(const Invocation& invocation);

// The sessions as the command's result.
Output SessionList(std::shared_ptr<RpcClient> rpc, const SessionRange& range);

}  // namespace sallyport
