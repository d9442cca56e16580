#include <unistd.h>

#include "libclient/node_relay.h"
#include "tools/tsh/commands.h"

namespace sallyport {
namespace {

Result<Output> Run(const Invocation& invocation) {
  RETURN_IF_ERROR(HandOverRelay(invocation.Arg("relay"), STDOUT_FILENO));
  return Output::Nothing();
}

}  // namespace

Command ProxyHandoverCommand() {
  return {.path = "proxy handover",
          .summary = "Give ssh the connection that tsh ssh has begun",
          .arguments = {{"relay", "Name of the process that dials the node"}},
          .formats = "",
          .hidden = true,
          .run = Run};
}

}  // namespace sallyport
