#include "libbase/version.h"

#include "tools/teleport-operator/commands.h"

namespace sallyport {
namespace {

Result<Output> ShowOperatorVersion(const Invocation&) {
  Value version(Value::Map{{"version", kWireVersion}, {"sallyport", kSallyportVersion}});
  return Output::Of(std::move(version), [](const Value&) {
    return fmt::format("Teleport operator v{} Sallyport v{}\n", kWireVersion, kSallyportVersion);
  });
}

}  // namespace

Command OperatorVersionCommand() {
  return {.path = "version", .summary = "Show the version", .run = ShowOperatorVersion};
}

}  // namespace sallyport
