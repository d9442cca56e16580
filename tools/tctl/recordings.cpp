#include "tools/listing/session_list.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

Result<Output> RunRecordings(const Invocation& invocation, const SessionListOptions& given) {
  ASSIGN_OR_RETURN(const SessionRange range, SessionRangeOf(given));
  ASSIGN_OR_RETURN(std::shared_ptr<RpcClient> rpc, ConnectToAuth(invocation));
  return SessionList(std::move(rpc), range);
}

}  // namespace

Command RecordingsCommand() {
  return SessionListCommand("tctl recordings ls --last=12h --format=json", RunWith<RunRecordings>);
}

}  // namespace sallyport
