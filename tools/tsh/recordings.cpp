#include "tools/listing/session_list.h"
#include "tools/tsh/commands.h"
#include "tools/tsh/context.h"

namespace sallyport {
namespace {

Result<Output> RunRecordings(const Invocation& invocation, const SessionListOptions& given) {
  ASSIGN_OR_RETURN(const SessionRange range, SessionRangeOf(given));
  ASSIGN_OR_RETURN(const Session session, SessionOf(invocation));
  ASSIGN_OR_RETURN(auto rpc, ConnectOf(invocation, session));
  return SessionList(std::move(rpc), range);
}

}  // namespace

Command RecordingsCommand() {
  Command command = SessionListCommand("tsh recordings ls --last=12h --format=json", RunWith<RunRecordings>);
  command.needs_login = true;
  return command;
}

}  // namespace sallyport
