#include "libclient/tls.h"
#include "libresources/events/protobuf_log.h"
#include "tools/teleport-operator/commands.h"

int main(int argc, char** argv) {
  using namespace sallyport;
  BeginTls();
  BeginProtobufLog();
  const Program program{.name = "teleport-operator",
                        .summary = "keep resources of a cluster as custom resources of Kubernetes say",
                        .commands = {DefinitionsCommand(), OperatorVersionCommand()}};
  return RunProgram(program, argc, argv);
}
