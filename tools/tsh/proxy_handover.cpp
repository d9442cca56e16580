#include <unistd.h>

#include "libclient/node_relay.h"
#include "tools/tsh/commands.h"

namespace sallyport {
namespace {

struct ProxyHandover {
  std::string relay;
};

Result<Output> RunHandover(const Invocation&, const ProxyHandover& given) {
  RETURN_IF_ERROR(HandOverRelay(given.relay, STDOUT_FILENO));
  return Output::Nothing();
}

}  // namespace

Command ProxyHandoverCommand() {
  return {.path = "proxy handover",
          .summary = "Give ssh the connection that tsh ssh has begun",
          .arguments = {{.name = "relay",
                         .help = "Name of the process that dials the node",
                         .into = Into<&ProxyHandover::relay>}},
          .formats = "",
          .hidden = true,
          .run = RunWith<RunHandover>};
}

}  // namespace sallyport
